//! Duplicates planted into a simulated market are found, decided once, and never asked about again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use rounds_cli::compose;
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::matching::{CallDifferent, MatchRequest, ask};
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_kernel::{Actor, CareSetting, Day, JobId, PersonRole, Rng, Role};
use rounds_platform::jobs::run_now;
use rounds_store::{FromQueryResult, Query};
use rounds_testkit::{databases, sqlite};
use std::collections::HashSet;
use std::sync::Arc;

async fn run(w: &World, kind: EntityKind, all: bool) -> serde_json::Value {
    let program = Actor::program("test");
    let job = ask(&w.runner, &program, &MatchRequest { kind, all }).await.unwrap();
    run_now(&w.runner, &program, &compose::works(), JobId(job.id), Arc::new(|_, _, _| ())).await.unwrap()
}

#[derive(FromQueryResult)]
struct Place {
    id: i64,
    name: String,
    street: String,
    city: String,
    state: String,
    zip: String,
    phone: Option<String>,
    setting: String,
}

/// A typing error: one letter dropped, doubled or swapped with the next.
fn mistype(rng: &mut Rng, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() > 4 {
        let at = 1 + rng.below(letters.len() - 3);
        match rng.below(3) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            _ => letters.swap(at, at + 1),
        }
    }
    letters.into_iter().collect()
}

fn abbreviate(name: &str) -> String {
    name.replace("Hospital", "Hosp")
        .replace("Medical Center", "Med Ctr")
        .replace("Saint ", "St. ")
        .replace("Regional", "Reg'l")
        .to_uppercase()
}

/// The same place as a second system of the company knows it.
fn distorted(rng: &mut Rng, p: &Place, n: usize) -> AccountRow {
    let name = if rng.chance(0.5) { abbreviate(&p.name) } else { mistype(rng, &p.name) };
    AccountRow {
        street: if rng.chance(0.3) { mistype(rng, &p.street) } else { p.street.replace("Street", "St") },
        city: p.city.clone(),
        state: p.state.clone(),
        zip: if rng.chance(0.9) { p.zip.clone() } else { String::new() },
        phone: if rng.chance(0.6) { p.phone.clone() } else { None },
        ..AccountRow::new(format!("second-{n}"), name, CareSetting::parse(&p.setting).unwrap(), "second")
    }
}

/// Pairs of the queue as (older, younger, probability), and the truth: the copy's id to the original's.
async fn found(w: &World, kind: &str) -> Vec<(i64, i64)> {
    #[derive(FromQueryResult)]
    struct Two {
        a_id: i64,
        b_id: i64,
    }
    let sql = format!("SELECT a_id, b_id FROM match_pair WHERE entity_kind = '{kind}' AND state = 'open' ORDER BY score DESC, id");
    w.runner.db.all::<Two>(&sql, vec![]).await.unwrap().into_iter().map(|t| (t.a_id, t.b_id)).collect()
}

async fn plant_accounts(w: &World, copies: usize, from: usize) -> HashSet<(i64, i64)> {
    let sql = "SELECT id, name, street, city, state, zip, phone, setting FROM account WHERE source = 'simulation' ORDER BY id";
    let places: Vec<Place> = w.runner.db.all(sql, vec![]).await.unwrap();
    let mut rng = Rng::new(5);
    let originals: Vec<&Place> = places.iter().skip(from).step_by(3).take(copies).collect();
    let rows: Vec<AccountRow> = originals.iter().enumerate().map(|(n, p)| distorted(&mut rng, p, from * 10_000 + n)).collect();
    let keys: Vec<String> = rows.iter().map(|r| r.source_key.clone()).collect();
    w.clock.set(rounds_kernel::Time(w.runner.now().0 + 60_000_000));
    w.runner.run(&Actor::program("test"), ImportAccounts { rows }).await.unwrap();
    let ids = rounds_customers::accounts::ids(&w.runner.db, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    keys.iter().zip(originals).map(|(k, p)| (p.id, ids[k])).collect()
}

fn measured(found: &[(i64, i64)], truth: &HashSet<(i64, i64)>) -> (f64, f64) {
    let right = found.iter().filter(|p| truth.contains(p)).count() as f64;
    (right / found.len().max(1) as f64, right / truth.len() as f64)
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_duplicates_are_found() {
    let w = common::market(sqlite(), 600).await;
    let truth = plant_accounts(&w, 150, 0).await;
    let report = run(&w, EntityKind::Account, true).await;
    let pairs = found(&w, "account").await;
    let (precision, recall) = measured(&pairs, &truth);
    println!("accounts: {report}, precision {precision:.3}, recall {recall:.3}");
    assert!(precision >= 0.90 && recall >= 0.90, "accounts: precision {precision:.3}, recall {recall:.3}");

    #[derive(FromQueryResult)]
    struct Someone {
        id: i64,
        name: String,
        role: String,
        specialty: String,
        email: Option<String>,
        phone: Option<String>,
        account: String,
    }
    let sql = "SELECT p.id, p.name, p.role, p.specialty, p.email, p.phone, a.source_key AS account FROM person p JOIN affiliation f ON f.child_id = p.id \
               AND f.child_kind = 'person' AND f.valid_to IS NULL JOIN account a ON a.id = f.parent_id ORDER BY p.id";
    let people: Vec<Someone> = w.runner.db.all(sql, vec![]).await.unwrap();
    let mut rng = Rng::new(6);
    let originals: Vec<&Someone> = people.iter().step_by(9).take(400).collect();
    let copy = |rng: &mut Rng, p: &Someone, n: usize| PersonRow {
        line: 0,
        source_key: format!("second-{n}"),
        name: if rng.chance(0.4) { mistype(rng, &p.name) } else { p.name.clone() },
        role: PersonRole::parse(&p.role).unwrap(),
        specialty: if rng.chance(0.5) { p.specialty.clone() } else { String::new() },
        email: p.email.clone().filter(|_| rng.chance(0.5)),
        phone: p.phone.clone().filter(|_| rng.chance(0.5)),
        language: "en".into(),
        account_key: p.account.clone(),
        affil_from: Day(20_000),
        source: "second".into(),
    };
    let rows: Vec<PersonRow> = originals.iter().enumerate().map(|(n, p)| copy(&mut rng, p, n)).collect();
    let keys: Vec<String> = rows.iter().map(|r| r.source_key.clone()).collect();
    w.runner.run(&Actor::program("test"), ImportPeople { rows }).await.unwrap();
    let ids = rounds_customers::people::ids(&w.runner.db, &keys.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    let truth: HashSet<(i64, i64)> = keys.iter().zip(originals).map(|(k, p)| (p.id, ids[k])).collect();
    let report = run(&w, EntityKind::Person, true).await;
    let (precision, recall) = measured(&found(&w, "person").await, &truth);
    println!("people: {report}, precision {precision:.3}, recall {recall:.3}");
    assert!(precision >= 0.90 && recall >= 0.85, "people: precision {precision:.3}, recall {recall:.3}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_steward_decides_stays_decided() {
    for db in databases().await {
        let w = common::market(db, 200).await;
        let engine = w.db.engine;
        let first = plant_accounts(&w, 20, 0).await;
        run(&w, EntityKind::Account, true).await;
        let pair = w.count("SELECT MIN(id) FROM match_pair WHERE state = 'open'").await;
        w.runner.run(&Actor::program("test"), CallDifferent { pair }).await.unwrap();
        assert_eq!(w.runner.run(&Actor::program("test"), CallDifferent { pair }).await.unwrap_err().code, "match.settled");
        let second = plant_accounts(&w, 20, 1).await;
        let report = run(&w, EntityKind::Account, false).await;
        assert_eq!(report["new"], 20, "{engine}: only what is new is compared: {report}");
        let pairs: HashSet<(i64, i64)> = found(&w, "account").await.into_iter().collect();
        assert!(second.intersection(&pairs).count() >= 15, "{engine}: new rows are matched against the record");
        assert!(first.intersection(&pairs).count() >= 14, "{engine}: what waited still waits");
        run(&w, EntityKind::Account, true).await;
        let state = w.runner.db.text(&format!("SELECT state FROM match_pair WHERE id = {pair}"), vec![]).await.unwrap();
        assert_eq!(state.as_deref(), Some("different"), "{engine}: remembered for good");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_worked_in_the_browser() {
    let w = common::market(sqlite(), 200).await;
    plant_accounts(&w, 20, 0).await;
    run(&w, EntityKind::Account, true).await;
    let accounts = w.count("SELECT COUNT(*) FROM account").await;
    let site = w.site().await;
    let steward = site.sign_in(&w.user(Role::Operations).email, common::PASSWORD).await;
    let page = steward.get("/matching").await;
    assert!(page.status.is_success() && page.body.contains("Not the same"), "{}", page.body);
    let pair = w.count("SELECT id FROM match_pair WHERE state = 'open' ORDER BY score DESC, id DESC LIMIT 1").await;
    let one = steward.get(&format!("/matching/{pair}")).await;
    assert!(one.status.is_success() && one.body.contains("Merge, keep this one") && one.body.contains("bits"));
    let done = steward.post(&format!("/matching/{pair}/merge"), "/matching", &[]).await;
    assert!(done.status.is_redirection(), "{}", done.body);
    assert_eq!(w.count("SELECT COUNT(*) FROM account").await, accounts - 1);
    let again = steward.post(&format!("/matching/{pair}/merge"), "/matching", &[]).await;
    assert_eq!(again.status.as_u16(), 404, "a pair is merged once, and is no pair any more");
    let merge = w.count("SELECT MAX(id) FROM merge").await;
    assert!(steward.get("/matching/merges").await.body.contains("Take apart"));
    steward.post(&format!("/matching/merges/{merge}/undo"), "/matching/merges", &[]).await;
    assert_eq!(w.count("SELECT COUNT(*) FROM account").await, accounts, "undone");
    assert_eq!(w.count(&format!("SELECT COUNT(*) FROM match_pair WHERE id = {pair} AND state = 'open'")).await, 1, "and asked about again");
    let counted = steward.post("/matching/bulk", "/matching", &[("kind", "account"), ("above", "0.9"), ("step", "count")]).await;
    assert!(counted.body.contains("Nothing was merged yet") && w.count("SELECT COUNT(*) FROM account").await == accounts);
    assert_eq!(
        steward.post("/matching/bulk", "/matching", &[("kind", "account"), ("above", "7"), ("step", "merge")]).await.status.as_u16(),
        400
    );
    assert!(steward.get("/matching.csv?band=certain").await.body.lines().count() > 1);
    for path in ["/matching?kind=person&name=o%27neil&state=different", "/governance", "/survivorship?kind=person", "/sources/account/1"] {
        let page = steward.get(path).await;
        assert!(page.status.is_success(), "{path}: {}", page.body);
    }
    let tried = steward
        .post(
            "/survivorship",
            "/survivorship",
            &[("kind", "account"), ("field", "name"), ("rule", "ranked"), ("ranking", "second"), ("step", "see")],
        )
        .await;
    assert!(tried.body.contains("Put into force"), "{}", tried.body);
    let by_hand = [("field", "phone"), ("value", "+1 555 0100")];
    steward.post("/sources/account/1/set", "/sources/account/1", &by_hand).await;
    assert_eq!(w.runner.db.text("SELECT phone FROM account WHERE id = 1", vec![]).await.unwrap().as_deref(), Some("+1 555 0100"));
    assert!(steward.get("/sources/account/1").await.body.contains("by hand"));
    steward.post("/sources/account/1/follow", "/sources/account/1", &[("field", "phone")]).await;
    assert_ne!(w.runner.db.text("SELECT phone FROM account WHERE id = 1", vec![]).await.unwrap().as_deref(), Some("+1 555 0100"));
    let rep = site.sign_in(&w.user(Role::RemoteRep).email, common::PASSWORD).await;
    assert!(!rep.get("/accounts").await.body.contains("Compare two"));
    for path in
        ["/matching", "/matching/compare?kind=account&id=1&id=2", "/matching.csv", "/matching/merges", "/governance", "/survivorship"]
    {
        assert_eq!(rep.get(path).await.status.as_u16(), 403, "{path} is for stewards");
    }
    let hidden = format!(
        "/sources/account/{}",
        w.count(&format!(
            "SELECT MIN(id) FROM account WHERE id NOT IN (SELECT account_id FROM account_scope WHERE user_id = {})",
            w.user(Role::RemoteRep).id
        ))
        .await
    );
    assert_eq!(rep.get(&hidden).await.status.as_u16(), 404, "{hidden} is out of scope");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_two_records_are_compared_and_merged() {
    let w = common::market(sqlite(), 200).await;
    let accounts = w.count("SELECT COUNT(*) FROM account").await;
    let site = w.site().await;
    let steward = site.sign_in(&w.user(Role::Operations).email, common::PASSWORD).await;
    assert!(steward.get("/accounts").await.body.contains("Compare two"));
    let two = steward.get("/matching/compare?kind=account&id=1&id=2").await;
    assert!(two.status.is_success() && two.body.contains("Field by field") && two.body.contains("Merge, keep this one"), "{}", two.body);
    assert_eq!(steward.get("/matching/compare?kind=account&id=1").await.status.as_u16(), 400, "two are compared");
    let form = [("kind", "account"), ("survivor", "1"), ("merged", "2")];
    let done = steward.post("/matching/compare/merge", "/matching", &form).await;
    assert_eq!(done.location.as_deref(), Some("/accounts/1"), "{}", done.body);
    assert!(steward.get("/accounts/1").await.body.contains("Made of several records"), "the survivor's page tells, and leads back");
    let merge = w.count("SELECT MAX(id) FROM merge").await;
    let back = steward.post(&format!("/matching/merges/{merge}/undo"), "/accounts/1", &[("to", "record")]).await;
    assert_eq!(back.location.as_deref(), Some("/accounts/1"), "{}", back.body);
    assert_eq!(w.count("SELECT COUNT(*) FROM account").await, accounts);
    assert!(!steward.get("/accounts/1").await.body.contains("Made of several records"));
}
