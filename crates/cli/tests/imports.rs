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

const RELEASE: &str = "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,hospital_zip,acutehosp_flag,\
                       health_sys_id,health_sys_name,health_sys_city,health_sys_state\n";

/// A release with hospitals, each with its name and its system's number.
fn release(hospitals: &[(&str, &str, &str)]) -> String {
    let mut text = RELEASE.to_owned();
    for (i, (id, name, system)) in hospitals.iter().enumerate() {
        writeln!(text, "{id},24001{i},{name},1 Main St,Duluth,MN,55805,1,{system},System {system},Duluth,MN").unwrap();
    }
    text
}

/// Links, what sources said of links and names, and which releases were read.
async fn said(w: &World) -> Vec<String> {
    let mut out = Vec::new();
    for sql in [
        "SELECT 'link ' || a.source_key || ' ' || s.source_key || ' ' || CAST(f.valid_from AS TEXT) || ' ' || CAST(COALESCE(f.valid_to, 0) AS TEXT) \
         FROM affiliation f JOIN account a ON a.id = f.child_id JOIN health_system s ON s.id = f.parent_id WHERE f.relation = 'part_of' ORDER BY 1",
        "SELECT 'said ' || a.source_key || ' ' || CAST(s.day AS TEXT) || ' ' || s.said || ' ' || s.relation FROM affiliation_sighting s \
         JOIN account a ON a.id = s.child_id ORDER BY 1",
        "SELECT 'name ' || name || ' ' || CAST(day AS TEXT) FROM name_sighting ORDER BY 1",
        "SELECT 'release ' || source || ' ' || CAST(day AS TEXT) FROM source_release ORDER BY 1",
    ] {
        for row in w.runner.db.fetch(sql, vec![]).await.unwrap() {
            out.push(row.try_get_by_index::<String>(0).unwrap());
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_taken_back_leaves_what_the_later_one_says() {
    let before = release(&[("H1", "Mercy", "S1"), ("H2", "Hope", "S1"), ("H3", "Faith", "S2")]);
    let after = release(&[("H1", "Mercy", "S2"), ("H2", "Hope Medical", "S1"), ("H3", "Faith", "S2"), ("H4", "Charity", "S2")]);
    let (first, second) = ("chsp-hospital-linkage-2018.csv", "chsp-hospital-linkage-2020.csv");
    let (mut all, mut fresh) = (databases().await, databases().await);
    while let (Some(db), Some(other)) = (all.pop(), fresh.pop()) {
        let engine = db.engine;
        let (w, alone) = (common::empty(db).await, common::empty(other).await);
        import(&alone, second, &after).await;
        let nothing = said(&w).await;
        let (older, _) = import(&w, first, &before).await;
        let (newer, _) = import(&w, second, &after).await;
        assert_ne!(said(&w).await, said(&alone).await, "{engine}: the older release tells more");
        let undo = async |job| run_undo(&w.runner, &program(), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await;
        let undone = undo(older).await.unwrap();
        assert_eq!(said(&w).await, said(&alone).await, "{engine}: only the later release speaks: {undone:?}");
        let undone = undo(newer).await.unwrap();
        assert_eq!(said(&w).await, nothing, "{engine}: nothing is left: {undone:?}");
    }
}

const PAYMENTS: &str = "Record_ID,Covered_Recipient_NPI,Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name,\
    Total_Amount_of_Payment_USDollars,Date_of_Payment,Nature_of_Payment_or_Transfer_of_Value,\
    Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1,Program_Year,Dispute_Status_for_Publication\n\
    901,1234567893,Stapler Works,\"1,250.50\",06/30/2023,Consulting Fee,Stapler,2023,No\n\
    902,1234567893,Stapler Works,12.25,01/17/2022,Food and Beverage,,2022,Yes\n\
    903,1999999984,Stapler Works,99.00,01/17/2022,Food and Beverage,,2022,No\n\
    904,1234567893,Suture House,,02/20/2022,Food and Beverage,,2022,No\n";

#[tokio::test(flavor = "multi_thread")]
async fn open_payments_show_to_those_who_check_and_to_nobody_else() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::market(db, 20).await;
        let account = w.runner.db.text("SELECT source_key FROM account ORDER BY id LIMIT 1", vec![]).await.unwrap().unwrap();
        import(
            &w,
            "people.csv",
            &format!("person_id,name,role,specialty,account_id,npi\nNP1,Ada Paid,physician,Surgery,{account},1234567893\n"),
        )
        .await;
        let (_, report) = import(&w, "OP_DTL_GNRL_PGYR2023.csv", PAYMENTS).await;
        assert_eq!((report.kind.as_str(), report.created, report.rejected), ("open-payments", 2, 1), "{engine}: {report:?}");
        assert!(report.notes.iter().any(|n| n.code == "import.outside_the_record" && n.count == 1), "{engine}: {report:?}");
        let (_, again) = import(&w, "OP_DTL_GNRL_PGYR2023.csv", &PAYMENTS.replace("12.25", "13.25")).await;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 1, 1), "{engine}: {again:?}");
        let person = w.count("SELECT id FROM person WHERE source_key = 'NP1'").await;
        let site = w.site().await;
        let page = |role| {
            let (site, email) = (&site, w.user(role).email.clone());
            async move { site.sign_in(&email, common::PASSWORD).await.get(&format!("/people/{person}")).await.body }
        };
        let seen = page(rounds_kernel::Role::Operations).await;
        for part in ["Transfers of value", "Stapler Works", "2022 to 2023", "1,263.75", "1 disputed", "Consulting Fee: Stapler"] {
            assert!(seen.contains(part), "{engine}: {part}:\n{seen}");
        }
        assert!(!page(rounds_kernel::Role::Marketer).await.contains("Stapler Works"), "{engine}: no reference for those who sell");
        assert_eq!(w.count("SELECT COUNT(*) FROM value_transfer").await, 2, "{engine}");
    }
}
