//! Potential from a file: by amount, by procedures, as a default of a country; seen, shared, taken back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, empty};
use rounds_cli::compose;
use rounds_design::potential;
use rounds_kernel::{AccountId, Actor, JobId, Role};
use rounds_platform::imports::{Ask, ImportReport, Incoming, ask, run_job, run_undo};
use rounds_platform::users::{CreateUser, SetPassword};
use rounds_store::Query;
use rounds_testkit::databases;
use std::sync::Arc;

const ACCOUNTS: &str = "account_id,name,setting,city,country\nA1,St. Brigid,hospital,Boston,US\nA2,Elm Clinic,practice,Boston,US\n\
                        A3,Klinik Nord,hospital,Kiel,DE\nA4,Twin,practice,Boston,US\nA5,Twin,practice,Salem,US\n";
const PRODUCTS: &str = "Product Code,Name,Family\nGW-1,Guide wire,Wires\nBA-1,Balloon,Balloons\n";
const ORDERS: &str = "Order #,Order Date,Customer,SKU,Qty,Net Sales,Currency\n1,2026-10-01,A1,GW-1,2,210.00,USD\n2,2025-10-01,A1,GW-1,2,900.00,USD\n\
                      3,2026-10-02,A2,GW-1,1,90.00,EUR\n";
const POTENTIAL: &str = "account_id,account_name,country,family,potential_a_year,procedures_a_year,units_a_procedure,price,low,high,source,as_of\n\
    A1,,,wires,840,,,,600,1100,Claims 2025,2026-01-31\n,Elm Clinic,,Wires,,320,1.5,120,,,By the department,2026-01-31\n\
    ,,de,Wires,40000,,,,10000,90000,Mean,2026-01-31\nA9,,,Wires,5,,,,,,,\n,Twin,,Wires,5,,,,,,,\nA1,,,Balloons,100,,,,200,300,,\n,,,Wires,5,,,,,,,\n";

async fn import(w: &World, name: &str, text: &str, dry_run: bool) -> (i64, ImportReport) {
    let (actor, importers) = (Actor::program("test"), compose::importers());
    let mut incoming = Incoming::open(&actor).unwrap();
    incoming.take(&w.runner, text.as_bytes()).await.unwrap();
    let file = incoming.close(&w.runner, &actor, name).await.unwrap();
    let job = ask(&w.runner, &actor, &importers, file, Ask { dry_run, ..Ask::default() }).await.unwrap();
    let report = run_job(&w.runner, &actor, &importers, JobId(job.id), Arc::new(|_, _, _| ())).await.unwrap();
    (job.id, report)
}

async fn annual(w: &World, key: &str, family: &str) -> Option<(i64, bool)> {
    let id = w.runner.db.number(&format!("SELECT id FROM account WHERE source_key = '{key}'"), vec![]).await.unwrap();
    let all = potential::all(&w.runner.db).await.unwrap();
    let one = potential::of_account(&w.runner.db, AccountId(id)).await.unwrap();
    let found = one.iter().find(|p| &*p.family == family).map(|p| (p.annual.0, p.default));
    assert_eq!(all.of(AccountId(id), family).map(|p| (p.annual.0, p.default)), found, "one account and all of them say the same");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_potential_lands_is_shared_and_can_be_taken_back() {
    for db in databases().await {
        let w = empty(db).await;
        for (name, text) in [("accounts.csv", ACCOUNTS), ("products.csv", PRODUCTS), ("orders.csv", ORDERS)] {
            assert_eq!(import(&w, name, text, false).await.1.rejected, 0, "{name}");
        }
        let (_, dry) = import(&w, "potential.csv", POTENTIAL, true).await;
        assert!(dry.preview.is_some_and(|p| p.creates == 3), "a dry run shows three");
        assert_eq!(annual(&w, "A1", "Wires").await, None, "and keeps nothing");
        let (job, report) = import(&w, "potential.csv", POTENTIAL, false).await;
        assert_eq!((report.kind.as_str(), report.created, report.rejected), ("potential", 3, 4), "{report:?}");
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, ["import.account_unknown", "import.account_ambiguous", "import.potential_range", "import.account_blank"]);
        assert_eq!(annual(&w, "A1", "Wires").await, Some((84_000, false)), "the family is written as in the catalogue");
        assert_eq!(annual(&w, "A2", "Wires").await, Some((5_760_000, false)), "320 procedures with 1.5 units at 120");
        assert_eq!(annual(&w, "A3", "Wires").await, Some((4_000_000, true)), "its country's default, marked as one");
        assert_eq!(annual(&w, "A4", "Wires").await, None, "its country has none: unknown");
        let again = import(&w, "again.csv", POTENTIAL, false).await.1;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 3), "{again:?}");
        let older = "account_id,family,potential,as_of\nA1,Wires,1,2020-01-01\n";
        let older = import(&w, "older.csv", older, false).await.1;
        assert!(older.unchanged == 1 && older.notes.iter().any(|n| n.code == "potential.older"), "{older:?}");
        seen(&w).await;
        run_undo(&w.runner, &Actor::program("test"), compose::undo_work(), JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
        assert_eq!((annual(&w, "A1", "Wires").await, annual(&w, "A3", "Wires").await), (None, None), "taken back");
    }
}

/// What the list, its export, the template and the panel say.
async fn seen(w: &World) {
    let user = CreateUser {
        email: "olga@example.org".into(),
        name: "Olga".into(),
        role: Role::Operations,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 0,
    };
    let program = Actor::program("test");
    w.runner.run(&program, user).await.unwrap();
    SetPassword::give(&w.runner, &program, "olga@example.org", PASSWORD.into()).await.unwrap();
    let site = w.site().await;
    let v = site.sign_in("olga@example.org", PASSWORD).await;
    let list = v.get("/potential").await;
    assert_eq!(list.status, 200);
    assert!(list.body.contains("25 %"), "210 of 840: {}", list.body);
    assert!(list.body.contains("some were in another currency") && list.body.contains("Mean"), "{}", list.body);
    let csv = v.get("/potential.csv?family=Wires").await.body;
    assert!(csv.contains("St. Brigid,US,Wires,84000,60000,110000,21000,25 %"), "{csv}");
    assert!(csv.contains("Elm Clinic,US,Wires,5760000,5760000,5760000,unknown,unknown"), "{csv}");
    let template = v.get("/potential/template.csv").await.body;
    assert!(template.starts_with("account_id,account_name,country,family,potential_a_year"), "{template}");
    let id = w.runner.db.number("SELECT id FROM account WHERE source_key = 'A3'", vec![]).await.unwrap();
    let account = v.get(&format!("/accounts/{id}")).await.body;
    assert!(account.contains("default of the country") && account.contains("Share of wallet"), "the panel says so");
}
