//! Record linkage on the public data: the bars of the product. Passed over where the data is not there.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use rounds_bench::linkage::{Args, Set, run};
use serde_json::Value;

fn measured(set: Set) -> Option<Value> {
    let folder = std::env::var_os("ROUNDS_DATA").map_or_else(|| PathBuf::from("../../../../shared/data"), PathBuf::from);
    let folders = [folder, PathBuf::from("../../../shared/data")];
    let Some(folder) = folders.iter().find(|f| f.join(set.files()[0]).exists()) else {
        eprintln!("passed over: the public data is not there (set ROUNDS_DATA)");
        return None;
    };
    let files = set.files().iter().map(|f| folder.join(f)).collect();
    let args =
        Args { set, files, seed: 1, threads: 2, threshold: None, splink: false, peers: "target/peers".into(), show: 0, model: false };
    let mut out = Vec::new();
    run(&args, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    Some(serde_json::from_str(text.trim().lines().last().unwrap()).unwrap())
}

fn at_least(line: &Value, name: &str, bar: f64) {
    assert!(line[name].as_f64().unwrap() >= bar, "{name} is to be at least {bar}: {line}");
}

#[test]
fn febrl_3_within_one_file() {
    measured(Set::Febrl3).iter().for_each(|line| at_least(line, "f1", 0.9989));
}

#[test]
fn febrl_4_across_two_files() {
    measured(Set::Febrl4).iter().for_each(|line| at_least(line, "f1", 0.9998));
}

#[test]
fn historical_people() {
    measured(Set::Historical).iter().for_each(|line| at_least(line, "f1", 0.90));
}

#[test]
fn hospitals_without_their_number() {
    if let Some(line) = measured(Set::Hospitals) {
        at_least(&line, "precision", 0.998);
        at_least(&line, "recall", 0.97);
    }
}
