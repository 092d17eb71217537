//! The program is killed (-9) in the middle of an import and of a plan: nothing acknowledged is lost, nothing doubled.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use rounds_testkit::databases;
use std::fmt::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROWS: usize = 15_000;

/// A hospital linkage file of the published shape with made-up hospitals.
fn linkage() -> String {
    let mut csv = String::from(
        "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,hospital_zip,acutehosp_flag,health_sys_id,health_sys_name,health_sys_city,health_sys_state\n",
    );
    for i in 0..ROWS {
        let system = i % 500;
        writeln!(csv, "CHSP{i:08},{:06},Hospital {i},1 Main St,Town,OH,44101,1,HSI{system:08},System {system},Town,OH", i + 10_000)
            .unwrap();
    }
    csv
}

fn rounds(args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_rounds")).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(child: Child) -> String {
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_where_it_was_killed() {
    for db in databases().await {
        let (url, engine) = (db.url.clone(), db.engine);
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("linkage.csv");
        std::fs::write(&file, linkage()).unwrap();
        let args = ["import", "--database", &url, &file.to_string_lossy()];
        let w = common::empty(db).await;
        let mut child = rounds(&args);
        let mut landed = 0;
        for _ in 0..3_000 {
            landed = w.count("SELECT COUNT(*) FROM account").await;
            if landed > 0 || child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = w.count("SELECT COUNT(*) FROM account").await;
        assert!(kept >= landed && (kept as usize) < ROWS, "{engine}: killed in the middle, {kept} accounts were kept");
        assert_eq!(kept, w.count("SELECT MAX(done) FROM job").await.min(kept), "{engine}: rows and position are kept together");
        let said = finish(rounds(&args));
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await as usize, ROWS, "{engine}: {said}");
        assert_eq!(w.count("SELECT COUNT(DISTINCT source_key) FROM account").await as usize, ROWS, "{engine}: nothing is doubled");
        let links = "SELECT COUNT(*) FROM affiliation WHERE child_kind = 'account' AND valid_to IS NULL";
        assert_eq!(w.count(links).await as usize, ROWS, "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM job WHERE kind = 'import'").await, 1, "{engine}: it is the same job");
        let again = finish(rounds(&args));
        assert_eq!(w.count("SELECT COUNT(*) FROM affiliation WHERE child_kind = 'account'").await as usize, ROWS, "{engine}: {again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_plan_leaves_nothing_that_shows() {
    for db in databases().await {
        let (url, engine) = (db.url.clone(), db.engine);
        let w = common::market(db, 300).await;
        let args = ["plan", "--week", "2026-W48", "--database", &url];
        let mut child = rounds(&args);
        for _ in 0..3_000 {
            let stored = w.count("SELECT COUNT(*) FROM plan WHERE published_at IS NULL").await;
            if stored > 0 || child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let shown = w.count("SELECT COUNT(*) FROM plan WHERE published_at IS NOT NULL").await;
        finish(rounds(&args));
        assert_eq!(w.count("SELECT COUNT(*) FROM plan WHERE published_at IS NULL").await, 0, "{engine}: leftovers are gone");
        let plans = w.count("SELECT COUNT(*) FROM plan").await;
        assert_eq!(plans, shown + 1, "{engine}: one new plan");
        let orphans = "SELECT COUNT(*) FROM plan_action a WHERE NOT EXISTS (SELECT 1 FROM plan p WHERE p.id = a.plan_id)";
        assert_eq!(w.count(orphans).await, 0, "{engine}");
        let complete = "SELECT COUNT(*) FROM plan p WHERE p.actions <> (SELECT COUNT(*) FROM plan_action a WHERE a.plan_id = p.id)";
        assert_eq!(w.count(complete).await, 0, "{engine}: every stored plan is whole");
    }
}

#[test]
fn the_program_says_what_to_do() {
    let fails = |args: &[&str]| {
        let out = rounds(args).wait_with_output().unwrap();
        assert!(!out.status.success(), "{args:?} must fail");
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("r.db").to_string_lossy().into_owned();
    assert!(fails(&["import", "--database", &db, "no/such/file.csv"]).contains("import.unreadable"));
    assert!(fails(&["plan", "--database", &db, "--week", "2026-W54"]).contains("week.impossible"));
    assert!(fails(&["plan", "explain", "--database", &db, "--person", "Nobody"]).contains("record.not_found"));
    assert!(fails(&["serve", "--database", "postgres://nobody@127.0.0.1:1/none"]).contains("code:"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(fails(&["demo", "--database", &db, "--port", &port]).contains("serve.address"));
}
