//! A thousand writes at once and the program killed (-9) in their middle: what was acknowledged is there, and nothing is there twice.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use rounds_kernel::{Actor, FactKind, NewFact, Permission, Result, SystemClock};
use rounds_store::{Command, Query, RunOptions, Tx};
use rounds_testkit::databases;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::Arc;

const WRITES: usize = 1_000;
const DATABASE: &str = "ROUNDS_TEST_CRASH_DATABASE";

/// Adds a row that nothing but the idempotency key keeps from being doubled.
#[derive(serde::Serialize)]
struct Write1 {
    number: usize,
}

impl Command for Write1 {
    const NAME: &'static str = "test.write_one";
    const PERMISSION: Permission = Permission::Administer;
    type Out = usize;

    async fn run(self, tx: &mut Tx) -> Result<usize> {
        let source = format!("crash-{}", self.number);
        tx.fact(NewFact::new(FactKind::Note, tx.now, &source)).await?;
        Ok(self.number)
    }
}

/// The program that is killed: this test's own binary, told by the environment where to write.
#[tokio::test(flavor = "multi_thread")]
async fn writer() {
    let Ok(database) = std::env::var(DATABASE) else { return };
    let runner = rounds_cli::compose::open(&database, Arc::new(SystemClock)).await.unwrap();
    let all: Vec<_> = (0..WRITES)
        .map(|number| {
            let runner = runner.clone();
            tokio::spawn(async move {
                let options = RunOptions { idempotency_key: Some(format!("write {number}")), dry_run: false };
                runner.run_with(&Actor::program("writer"), Write1 { number }, options).await.unwrap();
                let mut out = std::io::stderr().lock();
                writeln!(out, "acknowledged {number}").unwrap();
            })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
}

fn start(database: &str) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture"])
        .env(DATABASE, database)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Reads acknowledgements until `enough`, kills the writer, and reads what it had still said.
fn acknowledged(mut child: Child, enough: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut killed = false;
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        seen.extend(line.strip_prefix("acknowledged ").and_then(|n| n.parse::<usize>().ok()));
        if seen.len() >= enough && !killed {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_writes_survive_a_kill() {
    for db in databases().await {
        let (url, engine) = (db.url.clone(), db.engine);
        let w = common::empty(db).await;
        let seen = acknowledged(start(&url), 200);
        assert!(seen.len() >= 200 && seen.len() < WRITES, "{engine}: killed in the middle, after {}", seen.len());
        let rows = "SELECT COUNT(*) FROM fact WHERE source LIKE 'crash-%'";
        let kept = w.count(rows).await as usize;
        assert!(kept >= seen.len(), "{engine}: {} were acknowledged, {kept} are kept", seen.len());
        for number in &seen {
            assert_eq!(w.count(&format!("SELECT COUNT(*) FROM fact WHERE source = 'crash-{number}'")).await, 1, "{engine}: write {number}");
        }
        let all = acknowledged(start(&url), usize::MAX);
        assert_eq!(all.len(), WRITES, "{engine}: every write is acknowledged in the end");
        let distinct = "SELECT COUNT(DISTINCT source) FROM fact WHERE source LIKE 'crash-%'";
        assert_eq!((w.count(rows).await, w.count(distinct).await), (WRITES as i64, WRITES as i64), "{engine}: nothing is lost or doubled");
        let audited = w.count("SELECT COUNT(*) FROM audit WHERE command = 'test.write_one'").await;
        assert_eq!(audited, WRITES as i64, "{engine}: each has one audit entry");
        assert_eq!(
            w.runner.db.number("SELECT COUNT(*) FROM command_key WHERE command = 'test.write_one'", vec![]).await.unwrap(),
            WRITES as i64
        );
    }
}
