//! A backup while the server runs and people write, and its way back: `rounds serve`, `rounds backup`, `rounds restore`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{World, market};
use rounds_kernel::{Actor, Clock, FixedClock};
use rounds_platform::backup::KIND;
use rounds_platform::jobs::{Every, ask_if_due};
use rounds_platform::setup::{Backups, change};
use rounds_store::{FromQueryResult, Query, Runner};
use rounds_testkit::sqlite;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

fn rounds(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rounds")).args(args).output().unwrap()
}

fn well(args: &[&str]) -> String {
    let out = rounds(args);
    assert!(out.status.success(), "{args:?}: {}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The real server on the database, once it answers.
async fn serve(database: &str) -> (Server, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = format!("127.0.0.1:{port}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds"));
    command.args(["serve", "--database", database, "--listen", &at, "--requests-per-second", "100000"]);
    let server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let base = format!("http://{at}");
    for _ in 0..400 {
        if reqwest::get(format!("{base}/healthz")).await.is_ok_and(|a| a.status().is_success()) {
            return (server, base);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server does not answer");
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

/// Rows of every table of people's data.
async fn counts(runner: &Runner) -> BTreeMap<String, i64> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%' ORDER BY name";
    let mut out = BTreeMap::new();
    for Name { name } in runner.db.all::<Name>(sql, vec![]).await.unwrap() {
        out.insert(name.clone(), runner.db.number(&format!("SELECT COUNT(*) FROM \"{name}\""), vec![]).await.unwrap());
    }
    out
}

async fn open(file: &Path) -> Runner {
    let clock = Arc::new(FixedClock::at(common::monday())) as Arc<dyn Clock>;
    rounds_cli::compose::open(&file.to_string_lossy(), clock).await.unwrap()
}

/// Writes notes over the server's API until told to stop; says how many were acknowledged.
async fn write(base: String, key: String, stop: tokio::sync::watch::Receiver<bool>) -> i64 {
    let client = reqwest::Client::new();
    let mut kept = 0;
    while !*stop.borrow() {
        let body = serde_json::json!({ "channel": "phone", "state": "granted", "basis": format!("asked on the phone {kept}") });
        let path = format!("{base}/api/v1/people/{}/permissions", 1 + kept % 100);
        let a = client.post(path).bearer_auth(&key).json(&body).send().await.unwrap();
        assert!(a.status().is_success(), "{} {}", a.status(), a.text().await.unwrap());
        kept += 1;
    }
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_beside_a_busy_server_comes_back_whole() {
    let w = market(sqlite(), 40).await;
    let (before, database) = (counts(&w.runner).await, w.db.url.clone());
    // The first visitor tells this process's clients which cryptography they use.
    drop(w.site().await.visitor());
    let World { runner, db: _kept, .. } = w;
    runner.db.close().await;
    let folder = tempfile::tempdir().unwrap();
    let (copy, back) = (folder.path().join("copy.db"), folder.path().join("back.db"));
    well(&["user", "--database", &database, "create", "--email", "boss@company.example", "--name", "Boss", "--role", "admin"]);
    let key = well(&["key", "--database", &database, "--email", "boss@company.example"]).trim().to_owned();
    let (server, base) = serve(&database).await;
    let (stop, told) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(write(base.clone(), key, told));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let said = well(&["backup", "--database", &database, &copy.to_string_lossy()]);
    assert!(said.contains("checked"), "{said}");
    stop.send_replace(true);
    let acknowledged = writer.await.unwrap();
    assert!(acknowledged > 5, "people wrote meanwhile: {acknowledged}");
    assert!(reqwest::get(format!("{base}/healthz")).await.unwrap().status().is_success(), "and the server goes on");
    well(&["restore", "--database", &back.to_string_lossy(), &copy.to_string_lossy()]);
    let (copied, restored) = (open(&copy).await, open(&back).await);
    let (of_copy, of_back) = (counts(&copied).await, counts(&restored).await);
    assert_eq!(of_copy, of_back, "the restored file holds what the copy holds");
    for (table, rows) in &before {
        assert!(of_back[table] >= *rows || table == "web_session", "{table}: {} of {rows}", of_back[table]);
    }
    assert_eq!(restored.db.text("PRAGMA integrity_check", vec![]).await.unwrap().as_deref(), Some("ok"));
    copied.db.close().await;
    restored.db.close().await;
    drop(server);
    let refused = rounds(&["restore", "--database", &back.to_string_lossy(), &copy.to_string_lossy()]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("restore.exists"), "a database is not overwritten by chance");
    let (_server, base) = serve(&back.to_string_lossy()).await;
    assert!(reqwest::get(format!("{base}/sign-in")).await.unwrap().status().is_success(), "and a server runs on it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nightly_copy_keeps_the_hour_of_the_settings() {
    let w = common::empty(sqlite()).await;
    let nightly = rounds_cli::compose::recurring().into_iter().find(|r| r.kind == KIND).unwrap();
    assert_eq!(nightly.every, Every::BackupHour);
    let set = Backups { folder: "/tmp/none".into(), hour: 9, keep: 3 };
    change(&w.runner, &Actor::program("test"), &set).await.unwrap();
    assert!(!ask_if_due(&w.runner, &nightly).await.unwrap(), "at eight it is not due");
    w.clock.set(common::monday().plus_minutes(61));
    assert!(ask_if_due(&w.runner, &nightly).await.unwrap(), "after nine it is");
    assert!(!ask_if_due(&w.runner, &nightly).await.unwrap(), "once a day");
    assert_eq!(w.count("SELECT COUNT(*) FROM job WHERE kind = 'backup'").await, 1);
}
