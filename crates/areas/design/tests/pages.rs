//! Pages of consent and design over HTTP, on each engine: what they show, to whom, and what their forms do.

#[path = "../../consent/tests/common/mod.rs"]
mod common;

use common::{World, on_each_engine};
use rounds_consent::gate::{ContactMade, Direction, RecordContact};
use rounds_consent::permissions::{PermissionPanel, RecordPermission, State, Terms};
use rounds_customers::panels::Panel;
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_design::coverage::{CoveragePanel, CoverageRow, ImportCoverage};
use rounds_design::potential::{ImportPotential, PotentialPanel, PotentialRow};
use rounds_kernel::{Channel, Day, Outcome, ProductStage, Purpose, Role, Time};
use rounds_platform::users::StoredDirectory;
use rounds_store::{MigrationTrait, MigratorTrait};
use rounds_testkit::{Site, Visitor};
use rounds_web::WebConfig;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = common::migrations();
        all.extend(rounds_design::migrations());
        all
    }
}

/// Monday, 2 March 2026, 09:00 UTC: before any day on which this test runs, because sessions end by the computer's own clock.
fn monday() -> Time {
    Time::at_day(Day::parse("2026-03-02").expect("a day")).plus_minutes(540)
}

const PASSWORD: &str = "demo password of this test";

struct Door {
    _site: Site,
    ops: Visitor,
    ines: Visitor,
    manager: Visitor,
}

/// The named world, covered by a file, served to three people; the manager leads nobody.
async fn open(w: &World) -> Door {
    w.clock.set(monday());
    w.named().await;
    w.user("Olga Ops", Role::Operations).await;
    w.user("Max Manager", Role::Manager).await;
    let row = |account: &str, owner: &str, role: &str| CoverageRow {
        line: 0,
        account_key: account.into(),
        business_unit: "Ortho".into(),
        role: role.into(),
        owner_email: format!("{owner}@rounds.example"),
        from: Day(20_000),
    };
    let rows = vec![
        row("north", "ines.kowalski", "remote_rep"),
        row("shared", "ines.kowalski", "remote_rep"),
        row("south", "jonas.weber", "field_rep"),
    ];
    w.runner.run(&w.program, ImportCoverage { source: "file".into(), rows }).await.expect("coverage");
    let directory = Arc::new(StoredDirectory::new(w.runner.db.clone(), Some(PASSWORD.into())));
    let panels: Vec<Arc<dyn Panel>> = vec![Arc::new(PermissionPanel), Arc::new(CoveragePanel), Arc::new(PotentialPanel)];
    let mut routes = rounds_customers::routes(panels);
    routes.extend(rounds_consent::routes());
    routes.extend(rounds_design::routes());
    let site = Site::serve(rounds_web::build(w.runner.clone(), directory, routes, WebConfig::default())).await;
    let (ops, ines, manager) = (
        site.sign_in("olga.ops@rounds.example", PASSWORD).await,
        site.sign_in("ines.kowalski@rounds.example", PASSWORD).await,
        site.sign_in("max.manager@rounds.example", PASSWORD).await,
    );
    Door { _site: site, ops, ines, manager }
}

async fn body(v: &Visitor, path: &str) -> String {
    let a = v.get(path).await;
    assert_eq!(a.status.as_u16(), 200, "{path}: {}", a.body);
    a.body
}

#[tokio::test(flavor = "multi_thread")]
async fn reachability_counts_what_its_lists_hold() {
    on_each_engine::<Schema, _>(|w| async move {
        let door = open(&w).await;
        for (key, channel, state) in
            [("ann", Some(Channel::Email), State::Denied), ("cleo", Some(Channel::Phone), State::Granted), ("bob", None, State::Denied)]
        {
            let c = RecordPermission {
                person: w.person(key).await,
                channel,
                state,
                basis: "form".into(),
                note: String::new(),
                terms: Terms::default(),
            };
            w.runner.run(&w.program, c).await.expect("records");
        }
        let all = body(&door.ops, "/permissions").await;
        // Of four people one wants no contact, one in the US no e-mail, and the one in Germany was never asked.
        assert!(all.contains("1 of 4") && all.contains("3 of 4"), "{all}");
        let names = async |v: &Visitor, q: &str| {
            let page = body(v, &format!("/permissions/people?{q}")).await;
            ["ann", "bob", "cleo", "dora"].into_iter().filter(|n| page.contains(&format!("Dr. {n}"))).collect::<Vec<_>>()
        };
        assert_eq!(names(&door.ops, "channel=email&state=reachable").await, ["dora"]);
        assert_eq!(names(&door.ops, "channel=visit&state=reachable").await, ["ann", "cleo", "dora"]);
        assert_eq!(names(&door.ops, "channel=phone&state=reachable").await, ["ann", "cleo", "dora"]);
        assert_eq!(names(&door.ops, "channel=email&state=unknown").await, ["cleo", "dora"]);
        assert_eq!(names(&door.ops, "channel=email&state=denied").await, ["ann"]);
        assert_eq!(names(&door.ops, "channel=phone&state=granted").await, ["cleo"]);
        assert_eq!(names(&door.ops, "state=do_not_contact").await, ["bob"]);
        assert_eq!(names(&door.ops, "role=nurse").await, Vec::<&str>::new());
        assert_eq!(names(&door.ops, "").await, ["ann", "bob", "cleo", "dora"]);
        assert_eq!(names(&door.ops, "after=0~Dr.%20bob").await, ["bob", "cleo", "dora"]);
        // A rep sees their own people only; a manager without a team nobody.
        assert_eq!(names(&door.ines, "").await, ["ann", "cleo", "dora"]);
        assert!(body(&door.ines, "/permissions").await.contains("of 3"));
        assert!(body(&door.manager, "/permissions").await.contains("No people in your scope"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_recorded_and_taken_back() {
    on_each_engine::<Schema, _>(|w| async move {
        let door = open(&w).await;
        let ann = w.person("ann").await;
        let path = format!("/people/{ann}/permission");
        let form = [("channel", "email"), ("state", "denied"), ("basis", "asked by the person"), ("note", "")];
        let a = door.ines.post(&path, "/permissions", &form).await;
        assert_eq!((a.status.as_u16(), a.location.as_deref()), (303, Some(format!("/people/{ann}").as_str())), "{}", a.body);
        let reach = async || rounds_consent::permissions::of_person(&w.runner.db, ann).await.expect("reads");
        assert_eq!(reach().await.state(Channel::Email), State::Denied);
        // The undo that the message offers posts the former state in the address.
        let next = body(&door.ines, &format!("/people/{ann}")).await;
        assert!(next.contains("asked by the person") && next.contains("Denied") && next.contains("Record an answer"), "{next}");
        let undo = format!("{path}?channel=email&#38;state=unknown&#38;basis=correction");
        assert!(next.contains(&undo), "{next}");
        let a = door.ines.post(&undo.replace("&#38;", "&"), "/permissions", &[]).await;
        assert_eq!(a.status.as_u16(), 303, "{}", a.body);
        assert_eq!(reach().await.state(Channel::Email), State::Unknown);
        for (who, person, fields, status) in [
            (&door.ines, w.person("bob").await, form, 404),
            (&door.ines, ann, [("channel", "fax"), form[1], form[2], form[3]], 400),
            (&door.ines, ann, [("channel", "*"), ("state", "granted"), form[2], form[3]], 400),
            (&door.manager, ann, form, 404),
        ] {
            let a = who.post(&format!("/people/{person}/permission"), "/permissions", &fields).await;
            assert_eq!(a.status.as_u16(), status, "{}", a.body);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_shows_ones_own_scope_newest_first() {
    on_each_engine::<Schema, _>(|w| async move {
        let door = open(&w).await;
        for (i, (key, account, direction)) in
            [("ann", "north", Direction::Out), ("bob", "south", Direction::Out), ("ann", "north", Direction::In)].into_iter().enumerate()
        {
            let contact = ContactMade {
                person: w.person(key).await,
                account: w.account(account).await,
                channel: Channel::Phone,
                at: monday().plus_minutes(i as i64 - 60),
                purpose: Purpose::FollowUp,
                outcome: if i == 2 { Outcome::MeetingBooked } else { Outcome::Reached },
                note: Some(format!("note {i} <b>")),
                family: None,
                action_id: None,
                direction,
            };
            w.runner.run(&w.program, RecordContact(contact)).await.expect("records");
        }
        let notes = async |v: &Visitor, q: &str| {
            let page = body(v, &format!("/contacts?{q}")).await;
            assert!(!page.contains("<b>"), "words stay words");
            let mut found: Vec<(usize, usize)> = (0..3).filter_map(|i| Some((page.find(&format!("note {i} "))?, i))).collect();
            found.sort_unstable();
            found.into_iter().map(|f| f.1).collect::<Vec<_>>()
        };
        assert_eq!(notes(&door.ops, "").await, [2, 1, 0]);
        assert_eq!(notes(&door.ops, "outcome=reached").await, [1, 0]);
        assert_eq!(notes(&door.ops, "channel=email").await, Vec::<usize>::new());
        assert_eq!(notes(&door.ops, "person=bob").await, [1]);
        assert_eq!(notes(&door.ops, &format!("person_id={}", w.person("ann").await)).await, [2, 0]);
        assert_eq!(notes(&door.ops, &format!("after=999~{}", monday().plus_minutes(-59).0)).await, [1, 0]);
        assert_eq!(notes(&door.ines, "").await, [2, 0]);
        assert_eq!(notes(&door.ines, "person=bob").await, Vec::<usize>::new());
        assert_eq!(notes(&door.manager, "").await, Vec::<usize>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_is_shown_previewed_and_filled() {
    on_each_engine::<Schema, _>(|w| async move {
        let door = open(&w).await;
        assert_eq!(door.ines.get("/coverage").await.status.as_u16(), 403);
        let all = body(&door.ops, "/coverage").await;
        assert!(all.contains("Ortho, remote rep, from file") && all.contains("Holds"), "{all}");
        let bare = body(&door.ops, "/coverage/uncovered").await;
        assert!(bare.contains("Account us") && !bare.contains("Account north"), "{bare}");
        let no_field = body(&door.ops, "/coverage/uncovered?business_unit=Ortho&role=field_rep").await;
        assert!(no_field.contains("Account us") && no_field.contains("Account north") && !no_field.contains("Account south"));
        let form =
            [("name", "Field 2027"), ("business_unit", "Ortho"), ("role", "field_rep"), ("by", "state"), ("effective_from", "2026-03-02")];
        let preview = door.ops.post("/coverage/fill", "/coverage", &[&form[..], &[("step", "preview")]].concat()).await;
        assert!(preview.status.is_success() && preview.body.contains("keeps 1, gains 3"), "{}", preview.body);
        assert_eq!(w.count("SELECT COUNT(*) FROM alignment").await, 2, "a preview changes nothing");
        let apply = [&form[..], &[("step", "apply"), ("form_key", "once")]].concat();
        for _ in 0..2 {
            let done = door.ops.post("/coverage/fill", "/coverage", &apply).await;
            assert!(done.location.as_deref().is_some_and(|l| l.starts_with("/coverage/")), "{}", done.body);
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM alignment").await, 3, "a double click is one fill");
        let id = w.count("SELECT MAX(id) FROM alignment").await;
        let one = body(&door.ops, &format!("/coverage/{id}")).await;
        assert!(one.contains("Jonas Weber") && one.contains("MN: 1") && one.contains("1,000"), "{one}");
        let accounts = body(&door.ops, &format!("/coverage/{id}/accounts?owner={}", World::id(&w.jonas))).await;
        assert!(accounts.contains("Account north") && accounts.contains("Account us"));
        let list = format!("/coverage/{id}/accounts");
        let narrowed = body(&door.ops, &format!("{list}?name=NORTH&sort=-place")).await;
        assert!(
            narrowed.contains("Account north") && !narrowed.contains("Account us") && narrowed.contains("Save this view"),
            "{narrowed}"
        );
        let file = body(&door.ops, &format!("{list}.csv?owner={}&sort=-name", World::id(&w.jonas))).await;
        let names: Vec<&str> = file.lines().skip(1).filter_map(|l| l.split(',').nth(1)).collect();
        assert!(names.len() > 1 && names.is_sorted_by(|a, b| a >= b), "{file}");
        assert_eq!(body(&door.manager, &format!("{list}.csv")).await.lines().count(), 1, "owners outside the team are not exported");
        let chosen = file.lines().nth(1).and_then(|l| l.split(',').next()).expect("an id");
        assert_eq!(body(&door.ops, &format!("{list}.csv?id={chosen}")).await.lines().count(), 2);
        assert!(body(&door.ops, "/coverage/uncovered.csv?state=MN").await.starts_with("Account Id,"));
        assert!(body(&door.manager, &format!("/coverage/{id}")).await.contains("No links hold"), "owners outside the team are not shown");
        assert!(!body(&door.manager, &format!("/coverage/{id}/accounts")).await.contains("Account north"));
        assert_eq!(door.manager.post("/coverage/fill", "/permissions", &apply).await.status.as_u16(), 403);
        assert_eq!(door.ops.get("/coverage/999").await.status.as_u16(), 404);
        let bad = [
            ("name", "x"),
            ("business_unit", "Ortho"),
            ("role", "field_rep"),
            ("by", "state"),
            ("effective_from", "2026-02-30"),
            ("step", "preview"),
        ];
        assert_eq!(door.ops.post("/coverage/fill", "/coverage", &bad).await.status.as_u16(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn panels_say_whom_to_call_and_what_is_unknown() {
    on_each_engine::<Schema, _>(|w| async move {
        let door = open(&w).await;
        let product = |code: &str, family: &str| ProductRow {
            line: 0,
            code: code.into(),
            name: code.into(),
            family: family.into(),
            business_unit: "Ortho".into(),
            stage: ProductStage::Launch,
            list_price_cents: 100,
        };
        w.runner.run(&w.program, ImportProducts { rows: vec![product("h", "Hips"), product("k", "Knees")] }).await.expect("products");
        let row = PotentialRow {
            line: 0,
            account_key: "north".into(),
            family: "Hips".into(),
            annual_cents: 1_234_500,
            low_cents: 0,
            high_cents: 2_000_000,
        };
        w.runner.run(&w.program, ImportPotential { source: "file".into(), rows: vec![row] }).await.expect("potential");
        let (north, south) = (w.account("north").await, w.account("south").await);
        let page = body(&door.ines, &format!("/accounts/{north}")).await;
        assert!(page.contains("Covered by") && page.contains("Ines Kowalski") && !page.contains("href=\"/coverage/"), "{page}");
        assert!(page.contains("12,345") && page.contains("Knees") && page.contains("unknown"), "{page}");
        assert!(body(&door.ops, &format!("/accounts/{south}")).await.contains("href=\"/coverage/"));
        assert_eq!(door.ines.get(&format!("/accounts/{south}")).await.status.as_u16(), 404);
    })
    .await;
}
