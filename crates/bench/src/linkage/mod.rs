//! Record linkage on public data sets with known truth, and beside it, where asked for, Splink on the same file.
//!
//! The preset for people serves FEBRL and the historical people, the preset for organisations the hospitals; parameters are
//! learnt from the records alone. Clusters are made at even odds (0 bits), links of FEBRL 4 at the threshold where the model
//! itself expects one in a thousand to be wrong: no label is asked. The hospitals' rule and threshold are chosen with labels,
//! on the hospitals of one half of the states, and reported on the other half ([`halves`]); the JSON line says so.
//!
//! | set | is linked | truth, never an input |
//! |---|---|---|
//! | FEBRL 3 | 5,000 people within one file, clustered | `rec_id` |
//! | FEBRL 4 | 5,000 and 5,000 people across two files, one to one | `rec_id` |
//! | historical | 50,578 people within one file, clustered | `cluster` |
//! | hospitals | AHRQ 2018 and CMS, by name, street and place, each AHRQ row to its best | CCN, where it stands in both files ([`judge::Verdict`]) |

pub mod data;
pub mod halves;
pub mod judge;
mod peer;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use data::Data;
use judge::{Hospitals, Score, Verdict};
use rounds_decide::link::{Linker, Model, Pair, Role, Scope, Settings, Spec, threshold_for};
use serde_json::{Value, json};

/// A data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// FEBRL data set 3.
    Febrl3,
    /// FEBRL data sets 4a and 4b.
    Febrl4,
    /// Historical people with errors.
    Historical,
    /// AHRQ and CMS hospitals.
    Hospitals,
}

impl Set {
    /// Files of the set inside the folder of public data.
    pub fn files(self) -> &'static [&'static str] {
        match self {
            Set::Febrl3 => &["linkage/dataset3.csv"],
            Set::Febrl4 => &["linkage/dataset4a.csv", "linkage/dataset4b.csv"],
            Set::Historical => &["linkage/historical_figures_with_errors_50k.parquet"],
            Set::Hospitals => &["us-market/chsp-hospital-linkage-2018.csv", "us-market/Hospital_General_Information.csv"],
        }
    }
}

/// What to measure.
#[derive(Debug, Clone)]
pub struct Args {
    /// The data set.
    pub set: Set,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Seed of the learning sample.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
    /// Least log2 odds of a link; if not given, chosen without labels (the module's page says how).
    pub threshold: Option<f32>,
    /// Run Splink on the same file (historical people only).
    pub splink: bool,
    /// Where peers' environments are kept, say `target/peers`.
    pub peers: PathBuf,
    /// Wrong links, and links apart, to explain.
    pub show: usize,
    /// Print the learnt model.
    pub model: bool,
}

/// Links, judges and compares; human lines to `out`, then one line of JSON.
///
/// # Errors
/// If a file cannot be read, the peer fails, or `out` cannot be written.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    if args.splink && args.set != Set::Historical {
        bail!("Splink's settings are for the historical people: leave out --peer, or ask for --set historical");
    }
    let data = read(args)?;
    let scope =
        if data.left == data.records.len() || args.set == Set::Historical { Scope::Within } else { Scope::Across { left: data.left } };
    writeln!(out, "{:?}: {} records", args.set, data.records.len())?;
    let peer = if args.splink { Some(peer::splink(&args.files[0], args.threads, &args.peers)?) } else { None };
    let roles: Vec<(Role, &str)> = data.roles.iter().map(|(r, c)| (*r, c.as_str())).collect();
    let spec = if args.set == Set::Hospitals { Spec::organisations(&roles) } else { Spec::people(&roles) };
    let (begin, cpu) = (now(), cpu_seconds());
    let linker = Linker::learn(&spec, &data.records, scope, &Settings { threads: args.threads, seed: args.seed })?;
    let learnt = begin.elapsed().as_secs_f64();
    let pairs = linker.pairs(args.threshold.unwrap_or(0.0));
    let scored = begin.elapsed().as_secs_f64();
    let (decided, threshold) = decide(args, &data, &linker, &pairs)?;
    let (seconds, cpu) = (begin.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    if args.model {
        show_model(linker.model(), out)?;
    }
    let mut line = json!({
        "bench": "linkage", "set": format!("{:?}", args.set), "records": data.records.len(), "seed": args.seed, "threads": args.threads,
        "threshold": threshold, "candidates": linker.candidates(), "prior": linker.model().prior, "rounds": linker.model().rounds,
        "learn_seconds": learnt, "score_seconds": scored - learnt, "decide_seconds": seconds - scored, "seconds": seconds, "cpu_seconds": cpu,
    });
    let judged = verdicts(args, &data, &linker, &pairs, &decided, &mut line, out)?;
    writeln!(
        out,
        "precision {:.5}, recall {:.5}, F1 {:.5}; {seconds:.2} s, {cpu:.2} s of processor",
        judged.precision, judged.recall, judged.f1
    )?;
    if let Some(answer) = peer {
        peer::compare(&answer, &judged, (seconds, cpu), &mut line, out)?;
    }
    writeln!(out, "{line}")?;
    Ok(())
}

fn read(args: &Args) -> Result<Data> {
    let files: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    if files.len() != args.set.files().len() {
        bail!("{:?} takes {} files, {} were given", args.set, args.set.files().len(), files.len());
    }
    match args.set {
        Set::Febrl3 | Set::Febrl4 => data::febrl(&files),
        Set::Historical => data::historical(files[0]),
        Set::Hospitals => data::hospitals(files[0], files[1]),
    }
}

/// Share of links across two files that the model may expect to be wrong.
const WRONG: f64 = 0.001;

/// The decision: a cluster of each row, or links across two files with the rule they were made by.
enum Decided {
    Clusters(Vec<u32>),
    Links(Vec<Pair>),
    Hospitals(Box<halves::Chosen>),
}

/// The decision and the threshold it was taken at.
fn decide(args: &Args, data: &Data, linker: &Linker, pairs: &[Pair]) -> Result<(Decided, f32)> {
    let least = args.threshold.unwrap_or(0.0);
    if linker.scope() == Scope::Within {
        return Ok((Decided::Clusters(linker.clusters(pairs, least)), least));
    }
    if args.set == Set::Hospitals {
        let chosen = halves::choose(data, linker, pairs, args.threshold)?;
        let threshold = chosen.threshold;
        return Ok((Decided::Hospitals(Box::new(chosen)), threshold));
    }
    let threshold = args.threshold.unwrap_or_else(|| threshold_for(&linker.one_to_one(pairs, 0.0), WRONG));
    Ok((Decided::Links(linker.one_to_one(pairs, threshold)), threshold))
}

fn verdicts(
    args: &Args,
    data: &Data,
    linker: &Linker,
    pairs: &[Pair],
    decided: &Decided,
    line: &mut Value,
    out: &mut impl Write,
) -> Result<Score> {
    let all = || pairs.iter().map(|p| (p.a, p.b));
    let (before, judged) = match decided {
        Decided::Clusters(cluster) => {
            (judge::pairs(&data.truth, all(), judge::wanted_within(&data.truth)), judge::clusters(&data.truth, cluster))
        }
        Decided::Hospitals(chosen) => {
            let judge = Hospitals::new(&data.truth, data.left);
            let links = || chosen.links.iter().map(|p| (p.a, p.b));
            let reported = |row: usize| chosen.reported(data, row);
            let (score, apart) = judge.links(links(), reported);
            line["changed_ccn"] = json!(apart);
            line["chosen"] = chosen.told();
            line["all_states"] = json!(judge.links(links(), |_| true).0);
            writeln!(out, "{apart} links apart: a CCN that is blank or that the other file does not know")?;
            let of = |verdict| chosen.links.iter().filter(|p| judge.verdict(p.a, p.b) == verdict).collect::<Vec<_>>();
            show(args.show, "wrong", linker, &of(Verdict::Wrong), out)?;
            show(args.show, "changed CCN", linker, &of(Verdict::Apart), out)?;
            (judge.links(all(), reported).0, score)
        }
        Decided::Links(links) => {
            let wanted = judge::wanted_across(&data.truth, data.left);
            (judge::pairs(&data.truth, all(), wanted), judge::pairs(&data.truth, links.iter().map(|p| (p.a, p.b)), wanted))
        }
    };
    line["pairs_alone"] = json!({ "precision": before.precision, "recall": before.recall, "f1": before.f1 });
    for (name, value) in [("precision", judged.precision), ("recall", judged.recall), ("f1", judged.f1)] {
        line[name] = json!(value);
    }
    line["links"] = json!(judged.links);
    Ok(judged)
}

fn show(most: usize, what: &str, linker: &Linker, pairs: &[&Pair], out: &mut impl Write) -> Result<()> {
    for p in pairs.iter().take(most) {
        let why = linker.explain(p.a, p.b)?;
        writeln!(out, "{what}: records {} and {}, {:.1} bits", p.a, p.b, why.total)?;
        for r in why.reasons {
            writeln!(out, "  {:10} {:44} | {:44} {} {:+.1} {:+.1}", r.field, r.left, r.right, r.level, r.weight, r.term)?;
        }
    }
    Ok(())
}

fn show_model(model: &Model, out: &mut impl Write) -> Result<()> {
    writeln!(out, "prior {:.3e}, {} rounds", model.prior, model.rounds)?;
    for (field, fitted) in model.spec.fields.iter().zip(&model.fields) {
        writeln!(out, "{}", field.name)?;
        for level in &fitted.levels {
            writeln!(out, "  {:44} m {:.5}  u {:.3e}  {:+.2} bits", level.name, level.m, level.u, level.weight())?;
        }
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures the machine; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

/// Processor time of this process so far, all threads; 0 where the system does not say.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or("");
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
    ticks.iter().sum::<f64>() / 100.0
}
