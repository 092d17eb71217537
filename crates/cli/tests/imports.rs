//! Imports that can be trusted: shown before they are done, taken back after, alive through a kill, a full disk and a lost server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use rounds_cli::compose;
use rounds_kernel::{Actor, Error, JobId};
use rounds_platform::imports::{Ask, ImportReport, Incoming, Mapping, ask, run_job, run_undo};
use rounds_store::Query;
use rounds_store::jobs::GoOn;
use rounds_testkit::{databases, sqlite};
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

fn program() -> Actor {
    Actor::program("test")
}

async fn asked(w: &World, name: &str, text: &[u8], how: Ask) -> i64 {
    let mut incoming = Incoming::open(&program()).unwrap();
    // In small pieces, as a network brings them.
    for piece in text.chunks(700) {
        incoming.take(&w.runner, piece).await.unwrap();
    }
    let file = incoming.close(&w.runner, &program(), name).await.unwrap();
    ask(&w.runner, &program(), &compose::importers(), file, how).await.unwrap().id
}

async fn work(w: &World, job: i64) -> Result<ImportReport, Error> {
    run_job(&w.runner, &program(), &compose::importers(), JobId(job), Arc::new(|_, _, _| ())).await
}

async fn import(w: &World, name: &str, text: &str) -> (i64, ImportReport) {
    let job = asked(w, name, text.as_bytes(), Ask::default()).await;
    (job, work(w, job).await.unwrap())
}

const ACCOUNTS: &str = "account_id,name,setting,city,state,phone,parent_id,parent_name
A1,Mercy,hospital,Phoenix,AZ,602 555 0100,S1,Mercy Health
A2,Grace,hospital,Phoenix,AZ,602 555 0200,,
";
const LATER: &str = "account_id,name,setting,city,state,phone,parent_id,parent_name
A1,Mercy General,hospital,Phoenix,AZ,602 555 0100,S1,Mercy Health
A2,Grace,hospital,Phoenix,AZ,602 555 0200,,
A3,Hope,hospital,Tucson,AZ,,S2,Hope Health
A4,Faith,hospital,Tucson,AZ,,,
";
const PEOPLE: &str = "person_id,name,role,specialty,account_id\nP1,Ada Lund,physician,Surgery,A1\nP4,Bo Ek,nurse,,A4\n";

async fn state(w: &World) -> String {
    let mut out = String::new();
    for sql in [
        "SELECT source_key || name || city || COALESCE(phone, '') FROM account ORDER BY id",
        "SELECT source_key || name FROM health_system ORDER BY id",
        "SELECT scheme || value FROM identifier ORDER BY id",
        "SELECT child_kind || CAST(child_id AS TEXT) || CAST(parent_id AS TEXT) FROM affiliation ORDER BY id",
        "SELECT kind || COALESCE(natural_key, '') FROM fact ORDER BY id",
    ] {
        for row in w.runner.db.fetch(sql, vec![]).await.unwrap() {
            writeln!(out, "{}", row.try_get_by_index::<String>(0).unwrap()).unwrap();
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_everything_and_keeps_nothing() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        import(&w, "accounts.csv", ACCOUNTS).await;
        let before = state(&w).await;
        let job = asked(&w, "later.csv", LATER.as_bytes(), Ask { dry_run: true, ..Ask::default() }).await;
        let report = work(&w, job).await.unwrap();
        assert_eq!(state(&w).await, before, "{engine}: nothing is kept");
        let preview = report.preview.unwrap();
        let renamed = preview.changed.iter().find(|s| s.place == "account").unwrap();
        assert_eq!(renamed.fields, [("name".to_owned(), "Mercy".to_owned(), "Mercy General".to_owned())], "{engine}");
        let new: Vec<&str> = preview.created.iter().filter(|s| s.place == "account").map(|s| s.name.as_str()).collect();
        assert_eq!((new, report.created, report.updated), (vec!["Hope", "Faith"], 2, 1), "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM change_watch").await, 0, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_but_for_what_later_hangs_on_it() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        import(&w, "accounts.csv", ACCOUNTS).await;
        let before = state(&w).await;
        let (job, _) = import(&w, "later.csv", LATER).await;
        assert_ne!(state(&w).await, before, "{engine}");
        let undo = run_undo(&w.runner, &program(), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
        assert_eq!((state(&w).await, undo.kept), (before, 0), "{engine}: {undo:?}");
        let twice = run_undo(&w.runner, &program(), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await;
        assert_eq!(twice.unwrap_err().code, "import.undone_already", "{engine}");
        // Again, and then somebody works at one of the new accounts and another is corrected by hand.
        let (job, report) = import(&w, "later.csv", LATER).await;
        assert_eq!(report.created, 2, "{engine}: what was taken back can come again");
        import(&w, "people.csv", PEOPLE).await;
        w.runner.db.housekeep("UPDATE account SET name = 'Mercy Main' WHERE source_key = 'A1'", vec![]).await.unwrap();
        let undo = run_undo(&w.runner, &program(), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
        assert_eq!(w.count("SELECT COUNT(*) FROM account WHERE source_key = 'A4'").await, 1, "{engine}: a person works there");
        assert_eq!(w.count("SELECT COUNT(*) FROM account WHERE source_key = 'A3'").await, 0, "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM account WHERE name = 'Mercy Main'").await, 1, "{engine}: the later word stands");
        assert!(
            undo.reasons.iter().any(|r| r.contains("Faith")) && undo.reasons.iter().any(|r| r.contains("name changed since")),
            "{engine}: {undo:?}"
        );
    }
}

/// Accounts, people and so many calls.
fn calls(rows: usize) -> String {
    let mut text = String::from("contact_no,person_id,account_id,channel,date,outcome,note\n");
    for i in 0..rows {
        let minute = i % 1_440;
        writeln!(
            text,
            "C{i:07},P1,A1,phone,2025-{:02}-{:02}T{:02}:{:02}:00Z,reached,note {i}",
            1 + i % 12,
            1 + i % 28,
            minute / 60,
            minute % 60
        )
        .unwrap();
    }
    text
}

async fn peopled(w: &World) {
    import(w, "accounts.csv", LATER).await;
    import(w, "people.csv", PEOPLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_taken_back_to_the_last_one() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        peopled(&w).await;
        let before = state(&w).await;
        let (job, report) = import(&w, "calls.csv", &calls(2_500)).await;
        assert_eq!(report.created, 2_500, "{engine}");
        let (_, again) = import(&w, "calls.csv", &calls(2_501)).await;
        assert_eq!((again.created, again.unchanged), (1, 2_500), "{engine}: only the new one is new");
        let undo = run_undo(&w.runner, &program(), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
        assert_eq!(undo.facts, 2_500, "{engine}");
        assert_eq!(
            w.count("SELECT COUNT(*) FROM fact WHERE natural_key = 'contact:C0002500'").await,
            1,
            "{engine}: the other import's stays"
        );
        assert_eq!(state(&w).await.len(), before.len() + "contactcontact:C0002500\n".len(), "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_says_so_and_the_import_goes_on_after() {
    let w = common::empty(sqlite()).await;
    peopled(&w).await;
    let job = asked(&w, "calls.csv", calls(20_000).as_bytes(), Ask::default()).await;
    let pages = w.count("PRAGMA page_count").await + 150;
    // The limit of SQLite's own: it refuses to grow, as it would on a full disk.
    w.runner.db.housekeep(&format!("PRAGMA max_page_count = {pages}"), vec![]).await.unwrap();
    let full = work(&w, job).await.unwrap_err();
    assert_eq!(full.code, "store.disk_full", "{full:?}");
    let kept = w.count("SELECT COUNT(*) FROM fact WHERE kind = 'contact'").await;
    assert!((0..20_000).contains(&kept) && kept % 1_000 == 0, "whole chunks were kept: {kept}");
    assert_eq!(w.runner.db.text("PRAGMA integrity_check", vec![]).await.unwrap().as_deref(), Some("ok"));
    w.runner.db.housekeep("PRAGMA max_page_count = 1073741823", vec![]).await.unwrap();
    w.clock.set(common::monday().plus_minutes(5));
    if w.count("SELECT COUNT(*) FROM job WHERE state IN ('failed', 'stopped')").await > 0 {
        w.runner.run(&program(), GoOn { job: JobId(job) }).await.unwrap();
    }
    let report = work(&w, job).await.unwrap();
    assert_eq!((report.read, report.created), (20_000, 20_000));
    assert_eq!(w.count("SELECT COUNT(*) FROM fact WHERE kind = 'contact'").await, 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_survive_kills_and_a_server_that_goes_away() {
    for db in databases().await {
        let (url, engine) = (db.url.clone(), db.engine);
        let w = common::empty(db).await;
        peopled(&w).await;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("calls.csv");
        std::fs::write(&file, calls(40_000)).unwrap();
        let args = ["import", "--database", &url, &file.to_string_lossy()];
        let start = || Command::new(env!("CARGO_BIN_EXE_rounds")).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let landed = || async { w.count("SELECT COUNT(*) FROM fact WHERE kind = 'contact'").await };
        let mut acknowledged = 0;
        for round in 0..3 {
            let mut child = start();
            let wanted = acknowledged + 3_000 + 2_000 * round;
            for _ in 0..3_000 {
                acknowledged = landed().await;
                if acknowledged >= wanted || child.try_wait().unwrap().is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            if engine == "postgres" && round == 1 {
                let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
                let _ = w.runner.db.number(others, vec![]).await;
                child.wait().unwrap();
            } else {
                child.kill().unwrap();
                child.wait().unwrap();
            }
            assert!(landed().await >= acknowledged, "{engine}: what was seen is kept");
        }
        let mut out = start().wait_with_output().unwrap();
        if !out.status.success() {
            // The run whose server went away has failed: typed again, it is a new import of the same file.
            out = start().wait_with_output().unwrap();
        }
        assert!(out.status.success(), "{engine}: {}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(landed().await, 40_000, "{engine}: nothing lost, nothing doubled");
        assert_eq!(w.count("SELECT COUNT(DISTINCT natural_key) FROM fact WHERE kind = 'contact'").await, 40_000, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_says_which_column_is_which() {
    let w = common::empty(sqlite()).await;
    peopled(&w).await;
    let text = "Nr;Wer;Wo;Art;Wann\n1;P1;A1;Vor Ort;03/04/2025\n2;P1;A1;Brieftaube;04/04/2025\n";
    let columns = [("contact_no", "Nr"), ("person_id", "Wer"), ("account_id", "Wo"), ("channel", "Art"), ("date", "Wann")];
    let mut mapping = Mapping { columns: columns.map(|(o, t)| (o.to_owned(), t.to_owned())).into(), ..Mapping::default() };
    mapping.days = rounds_platform::imports::DayOrder::parse("day-first");
    mapping.values.insert("channel".into(), [("Vor Ort".to_owned(), "visit".to_owned())].into());
    let job = asked(&w, "kontakte.csv", text.as_bytes(), Ask { kind: Some("contacts".into()), mapping, dry_run: false }).await;
    let report = work(&w, job).await.unwrap();
    assert_eq!((report.created, report.rejects[0].code.as_str(), report.rejects[0].line), (1, "import.channel", 3));
    let april = "SELECT occurred_at FROM fact WHERE natural_key = 'contact:1' AND channel = 'visit'";
    assert_eq!(rounds_kernel::Time(w.count(april).await).rfc3339(), "2025-04-03T12:00:00Z");
}
