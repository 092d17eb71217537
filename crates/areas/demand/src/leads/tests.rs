//! Leads as commands and lists, on each engine.

use super::pages::list::{Ask, HEAD, exported};
use super::store::{self, LeadLine, Show};
use super::{CaptureLead, CloseLead, ImportLeads, LeadRow, ReleaseLead, TakeLead, open_leads};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::lists;
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_kernel::{
    AccountId, Actor, CareSetting, Cursor, Day, FixedClock, LeadId, Permission, PersonId, PersonRole, ProductStage, Result, Role, Scope,
    Time,
};
use rounds_platform::users::CreateUser;
use rounds_store::{Command, Db, MigrationTrait, MigratorTrait, Query, Runner, Tx, args};
use serde::Serialize;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all.extend(rounds_design::migrations());
        all.extend(crate::migrations());
        all
    }
}

#[derive(Serialize)]
struct GiveScope(Vec<(i64, i64)>);

impl Command for GiveScope {
    const NAME: &'static str = "test.give_scope";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_platform::scope::extend(tx, self.0).await
    }
}

/// Ines sees the first account, Jonas the second, Priya everything; Dr. Ann works at the first.
struct World {
    runner: Runner,
    clock: Arc<FixedClock>,
    program: Actor,
    ines: Actor,
    jonas: Actor,
    north: AccountId,
    south: AccountId,
    ann: PersonId,
}

fn monday() -> Time {
    Time::at_day(Day::parse("2026-11-23").expect("a day")).plus_minutes(540)
}

async fn worlds() -> Vec<(World, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.expect("opens");
        db.migrate::<Schema>().await.expect("migrates");
        let clock = Arc::new(FixedClock::at(monday()));
        let runner = Runner::new(db, clock.clone());
        let program = Actor::program("test");
        let account = |key: &str| AccountRow {
            country: "US".into(),
            ..AccountRow::new(key, format!("Account {key}"), CareSetting::Hospital, "test")
        };
        runner.run(&program, ImportAccounts { rows: vec![account("north"), account("south")] }).await.expect("accounts");
        let product = ProductRow {
            line: 0,
            code: "C1".into(),
            name: "Closure".into(),
            family: "Closure".into(),
            business_unit: "cardiac".into(),
            stage: ProductStage::Launch,
            list_price_cents: 100,
        };
        runner.run(&program, ImportProducts { rows: vec![product] }).await.expect("products");
        runner.run(&program, ImportPeople { rows: vec![ann()] }).await.expect("people");
        let (ines, jonas) = (user(&runner, "Ines", Role::RemoteRep).await, user(&runner, "Jonas", Role::FieldRep).await);
        let id = async |sql: &str| runner.db.number(sql, vec![]).await.expect("reads");
        let north = AccountId(id("SELECT id FROM account WHERE source_key = 'north'").await);
        let south = AccountId(id("SELECT id FROM account WHERE source_key = 'south'").await);
        let ann = PersonId(id("SELECT id FROM person WHERE source_key = 'ann'").await);
        let own = |a: &Actor| a.user.expect("a user").0;
        let scope = vec![(own(&ines), north.0), (own(&jonas), south.0)];
        runner.run(&program, GiveScope(scope)).await.expect("scope");
        out.push((World { runner: runner.clone(), clock, program, ines, jonas, north, south, ann }, temp));
    }
    out
}

fn ann() -> PersonRow {
    PersonRow {
        line: 0,
        source_key: "ann".into(),
        name: "Dr. Ann".into(),
        role: PersonRole::Physician,
        specialty: "cardiology".into(),
        email: None,
        phone: None,
        language: "en".into(),
        account_key: "north".into(),
        affil_from: Day(20_000),
        source: "test".into(),
    }
}

async fn user(runner: &Runner, name: &str, role: Role) -> Actor {
    let new = CreateUser {
        email: format!("{}@demo.example", name.to_lowercase()),
        name: name.into(),
        role,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 900,
    };
    let id = runner.run(&Actor::program("test"), new).await.expect("a user");
    Actor { user: Some(id), name: name.into(), role, scope: Scope::CoveredBy(vec![id]), zone: "UTC".into() }
}

fn lead(account: AccountId, person: Option<PersonId>) -> CaptureLead {
    CaptureLead { account, person, source: "phone".into(), family: Some("Closure".into()), note: "wants the data".into() }
}

async fn code<C: Command>(w: &World, who: &Actor, c: C) -> String {
    w.runner.run(who, c).await.map_or_else(|e| e.code, |_| "done".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_captured_in_scope_only_and_read_as_a_signal() {
    for (w, _db) in worlds().await {
        assert_eq!(code(&w, &w.jonas, lead(w.north, None)).await, "record.not_found");
        let id = w.runner.run(&w.ines, lead(w.north, Some(w.ann))).await.expect("captured");
        for (bad, want) in [
            (CaptureLead { person: Some(w.ann), ..lead(w.south, None) }, "lead.person_elsewhere"),
            (CaptureLead { source: "rumour".into(), ..lead(w.north, None) }, "lead.source"),
            (CaptureLead { family: Some("No such".into()), ..lead(w.north, None) }, "lead.family"),
            (CaptureLead { note: "x".repeat(1_001), ..lead(w.north, None) }, "lead.note"),
        ] {
            let who = if bad.account == w.south { &w.jonas } else { &w.ines };
            assert_eq!(code(&w, who, bad).await, want);
        }
        let open = open_leads(&w.runner.db, monday()).await.expect("reads");
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].id, open[0].account, open[0].person), (id, w.north, Some(w.ann)));
        assert_eq!((open[0].family.as_deref(), open[0].captured_at, open[0].taken_by), (Some("Closure"), monday(), None));
        assert!(open_leads(&w.runner.db, Time(monday().0 - 1)).await.expect("reads").is_empty());
        let facts = w.runner.db.number("SELECT COUNT(*) FROM fact WHERE kind = 'lead' AND person_id = $1", args![w.ann.0]).await;
        assert_eq!(facts.ok(), Some(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_of_many_takes_a_lead() {
    for (w, _db) in worlds().await {
        let id = w.runner.run(&w.program, lead(w.north, None)).await.expect("captured");
        assert_eq!(code(&w, &w.jonas, TakeLead { lead: id }).await, "record.not_found");
        assert_eq!(code(&w, &w.program, TakeLead { lead: id }).await, "lead.no_user");
        let everyone = Actor { scope: Scope::All, ..w.jonas.clone() };
        let tries: Vec<_> = (0..8)
            .map(|i| {
                let (runner, who) = (w.runner.clone(), if i % 2 == 0 { w.ines.clone() } else { everyone.clone() });
                tokio::spawn(async move { runner.run(&who, TakeLead { lead: id }).await.map_err(|e| e.code) })
            })
            .collect();
        let mut results = Vec::new();
        for t in tries {
            results.push(t.await.expect("ran"));
        }
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
        assert!(results.iter().all(|r| r.as_ref().err().is_none_or(|c| c == "lead.taken")), "{results:?}");
        let taken = w.runner.db.number("SELECT COUNT(*) FROM fact WHERE kind = 'lead' AND body->>'text' LIKE 'Lead taken%'", vec![]).await;
        assert_eq!(taken.ok(), Some(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_given_back_and_closed_by_its_holder_only() {
    for (w, _db) in worlds().await {
        let id = w.runner.run(&w.ines, lead(w.north, None)).await.expect("captured");
        let other = Actor { scope: Scope::CoveredBy(vec![w.jonas.user.expect("a user")]), ..w.jonas.clone() };
        w.runner.run(&w.program, GiveScope(vec![(w.jonas.user.expect("a user").0, w.north.0)])).await.expect("scope");
        assert_eq!(code(&w, &w.ines, ReleaseLead { lead: id }).await, "lead.waiting");
        assert_eq!(code(&w, &w.ines, TakeLead { lead: id }).await, "done");
        assert_eq!(code(&w, &other, ReleaseLead { lead: id }).await, "access.forbidden");
        assert_eq!(code(&w, &other, CloseLead { lead: id, reason: "ordered".into() }).await, "access.forbidden");
        assert_eq!(code(&w, &w.ines, ReleaseLead { lead: id }).await, "done");
        assert_eq!(code(&w, &w.ines, CloseLead { lead: id, reason: "because".into() }).await, "lead.reason");
        assert_eq!(code(&w, &w.ines, CloseLead { lead: id, reason: "ordered".into() }).await, "done");
        assert_eq!(code(&w, &w.ines, CloseLead { lead: id, reason: "ordered".into() }).await, "lead.closed");
        assert_eq!(code(&w, &w.ines, TakeLead { lead: id }).await, "lead.taken");
        assert_eq!(code(&w, &w.ines, TakeLead { lead: LeadId(id.0 + 99) }).await, "record.not_found");
        assert!(open_leads(&w.runner.db, monday()).await.expect("reads").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_land_once_and_lists_page_through_them() {
    for (w, _db) in worlds().await {
        let row = |i: i64| LeadRow {
            line: i.unsigned_abs() + 2,
            account_key: if i == 3 { "nowhere" } else { "north" }.into(),
            person_key: (i % 2 == 0).then(|| "ann".into()),
            source: "webinar".into(),
            family: None,
            note: String::new(),
            captured_at: monday().plus_minutes(if i == 4 { 60 } else { -i - 1 }),
        };
        let rows: Vec<LeadRow> = (0..12).map(row).collect();
        let import = ImportLeads { source: "simulation".into(), rows };
        let first = w.runner.run(&w.program, import.clone()).await.expect("imports");
        let rejects: Vec<(u64, &str)> = first.rejects.iter().map(|r| (r.line, r.code.as_str())).collect();
        assert_eq!((first.written, rejects), (10, vec![(5, "import.account_unknown"), (6, "import.future_date")]));
        let again = w.runner.run(&w.program, import).await.expect("imports");
        assert_eq!((again.written, again.unchanged), (0, 10));
        assert_eq!(w.runner.db.number("SELECT COUNT(*) FROM fact WHERE kind = 'lead'", vec![]).await.ok(), Some(10));
        let (mut seen, mut after): (Vec<i64>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = store::page(&w.runner.db, &w.ines, Show::Waiting, None, after.as_ref(), 3).await.expect("reads");
            seen.extend(page.rows.iter().map(|r| r.captured_at));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(seen.len() == 10 && seen.is_sorted(), "{seen:?}");
        assert!(store::page(&w.runner.db, &w.jonas, Show::Waiting, None, None, 3).await.expect("reads").rows.is_empty());
        w.clock.set(monday().plus_minutes(55));
        let counts = store::counts(&w.runner.db, &w.ines, Time(monday().0 - 5 * 60_000_000)).await.expect("counts");
        assert_eq!((counts.waiting, counts.taken, counts.late), (10, 0, 7));
        assert!(store::covering(&w.runner.db, &[w.north.0], 20_000).await.expect("reads").is_empty());
        assert_eq!(store::accounts_named(&w.runner.db, &w.ines, "Account north").await.map(|a| a.len()).ok(), Some(1));
        assert_eq!(store::accounts_named(&w.runner.db, &w.jonas, "north").await.map(|a| a.len()).ok(), Some(0));
        assert_eq!(store::people_at(&w.runner.db, w.north).await.map(|p| p.len()).ok(), Some(1));
    }
}

/// What an address asks for.
fn asked(parameters: &[(&str, &str)]) -> Ask {
    let address = lists::href("/leads", parameters);
    axum::extract::Query::<Ask>::try_from_uri(&address.parse().expect("an address")).expect("a view").0
}

/// The list by `sort`, page by page; the page before the last one is the one that was there.
async fn paged(w: &World, sort: &str) -> Vec<Vec<LeadLine>> {
    let (mut pages, mut after): (Vec<Vec<LeadLine>>, String) = (Vec::new(), String::new());
    loop {
        let ask = asked(&[("sort", sort), ("after", &after)]);
        let slice = lists::fetch_sorted::<LeadLine>(&w.runner.db, &ask.list(&w.ines), &ask.place()).await.expect("reads");
        if let (Some(previous), Some(first)) = (&slice.previous, pages.last()) {
            let ask = asked(&[("sort", sort), ("before", &previous.encode())]);
            let back = lists::fetch_sorted::<LeadLine>(&w.runner.db, &ask.list(&w.ines), &ask.place()).await.expect("reads");
            assert!(back.rows.iter().map(|l| l.id).eq(first.iter().map(|l| l.id)), "{sort}: back to the page before");
        }
        pages.push(slice.rows);
        match slice.next {
            Some(next) => after = next.encode(),
            None => return pages,
        }
    }
}

fn captured(w: &World, i: i64, note: &str) -> LeadRow {
    LeadRow {
        line: i.unsigned_abs() + 2,
        account_key: "north".into(),
        person_key: (i % 2 == 0).then(|| "ann".into()),
        source: ["webinar", "phone", "visit"][(i % 3).unsigned_abs() as usize].into(),
        family: (i % 5 == 0).then(|| "Closure".into()),
        note: note.into(),
        captured_at: w.runner.now().plus_minutes(-(i * 7 % 60) - 1),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_head_sorts_both_ways_over_two_pages() {
    for (w, _db) in worlds().await {
        let rows = (0..60).map(|i| captured(&w, i, "")).collect();
        let report = w.runner.run(&w.program, ImportLeads { source: "file".into(), rows }).await.expect("imports");
        assert_eq!(report.written, 60);
        let ids = |pages: &[Vec<LeadLine>]| pages.iter().flatten().map(|l| l.id).collect::<Vec<_>>();
        for sort in ["wait", "who", "family", "source", "state"] {
            let (up, down) = (paged(&w, sort).await, paged(&w, &format!("-{sort}")).await);
            assert_eq!(up.iter().map(Vec::len).collect::<Vec<_>>(), [50, 10], "{sort}");
            let (mut back, all) = (ids(&down), ids(&up));
            back.reverse();
            assert_eq!(all, back, "{sort}");
            let who = |l: &LeadLine| l.person.clone().unwrap_or_else(|| l.account.clone());
            match sort {
                "wait" => assert!(up.iter().flatten().map(|l| -l.captured_at).is_sorted(), "the shortest wait first"),
                "who" => assert!(up.iter().flatten().map(who).is_sorted(), "by the name that is shown first"),
                "family" => assert!(up.iter().flatten().map(|l| l.family.clone()).is_sorted()),
                "source" => assert!(up.iter().flatten().map(|l| l.source.clone()).is_sorted()),
                _ => {}
            }
        }
        assert_eq!(ids(&paged(&w, "").await), ids(&paged(&w, "-wait").await), "by itself the longest waiting come first");
        assert_eq!(ids(&paged(&w, "no such order").await), ids(&paged(&w, "").await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_leads_are_exported_within_scope_and_without_formulas() {
    for (w, _db) in worlds().await {
        let rows = (0..4).map(|i| captured(&w, i, ["=1+1", "wants the data", "", "+2"][i.unsigned_abs() as usize])).collect();
        w.runner.run(&w.program, ImportLeads { source: "file".into(), rows }).await.expect("imports");
        let south = w.runner.run(&w.program, lead(w.south, None)).await.expect("captured").0;
        let all = exported(&w.runner.db, &w.ines, &Ask::default(), &[]).await.expect("reads");
        let id = |note: &str| all.iter().find(|r| r[7] == note).and_then(|r| r[0].parse().ok()).unwrap_or(-1);
        assert_eq!(all.len(), 4);
        let query = format!("id=0&id={}&id={south}&id={}", id("=1+1"), id("+2"));
        let some = exported(&w.runner.db, &w.ines, &Ask::default(), &lists::chosen(Some(&query))).await.expect("reads");
        let mut notes: Vec<&str> = some.iter().map(|r| r[7].as_str()).collect();
        notes.sort_unstable();
        assert_eq!(notes, ["+2", "=1+1"], "the chosen ones and no lead of another's account");
        let file = rounds_platform::imports::export::csv(HEAD, some);
        assert!(file.contains(",'=1+1,") && file.starts_with("Lead Id,Account Id,Account,"), "{file}");
        assert!(
            exported(&w.runner.db, &w.ines, &Ask::default(), &[0]).await.expect("reads").is_empty(),
            "nothing chosen, nothing exported"
        );
        let by = async |p: &[(&str, &str)]| exported(&w.runner.db, &w.ines, &asked(p), &[]).await.expect("reads").len();
        assert_eq!((by(&[("name", "THE DATA")]).await, by(&[("name", "dr. ann")]).await, by(&[("name", "100%")]).await), (1, 2, 0));
        assert_eq!((by(&[("source", "phone")]).await, by(&[("show", "taken")]).await), (1, 0));
    }
}

#[test]
fn every_page_draws_and_words_from_outside_stay_words() {
    let all = crate::samples();
    assert_eq!(all.len(), 4);
    for (name, html) in all {
        assert!(html.contains("</main>"), "{name}");
        assert!(!html.contains("<script>alert"), "{name}");
    }
}
