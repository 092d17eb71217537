//! Who reaches what: teams, exports, passwords, and two people at one customer at the same moment.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, planned};
use rounds_consent::gate::{ClearContact, Request};
use rounds_engage::next_best_action::Accept;
use rounds_kernel::{AccountId, ActionId, Actor, Channel, Day, JobId, PersonId, Role, Time, UserId};
use rounds_platform::jobs::work_off;
use rounds_platform::users::{SetActive, SetPassword, StoredDirectory, UserRow, actor_of};
use rounds_store::jobs::{Enqueue, get};
use rounds_store::{FromQueryResult, Query, args};
use rounds_testkit::{Site, databases};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(FromQueryResult)]
struct Key {
    key: String,
}

async fn keys(w: &World, sql: &str) -> BTreeSet<String> {
    w.runner.db.all::<Key>(sql, vec![]).await.unwrap().into_iter().map(|k| k.key).collect()
}

fn first_cells(csv: &str) -> BTreeSet<String> {
    csv.lines().skip(1).filter_map(|l| l.split(',').next()).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_hold_the_rows_of_ones_own_scope_only() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let rep = w.user(Role::FieldRep);
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let own =
            format!("SELECT a.source_key AS key FROM account a JOIN account_scope s ON s.account_id = a.id WHERE s.user_id = {}", rep.id);
        let own = keys(&w, &own).await;
        let everything = w.count("SELECT COUNT(*) FROM account").await as usize;
        assert!(!own.is_empty() && own.len() < everything, "{} covers a part", rep.name);
        assert_eq!(first_cells(&v.get("/accounts.csv").await.body), own, "{}", w.db.engine);
        assert_eq!(first_cells(&v.get("/accounts.csv?sort=-name&after=1~a&state=").await.body), own, "parameters widen nothing");
        let orders = v.get("/orders.csv").await;
        assert_eq!(orders.status, 200, "{}", orders.body);
        let foreign = format!(
            "SELECT DISTINCT o.order_no AS key FROM order_line o WHERE o.account_id NOT IN (SELECT account_id FROM account_scope WHERE user_id = {})",
            rep.id
        );
        let foreign = keys(&w, &foreign).await;
        assert!(!foreign.is_empty());
        let shown = first_cells(&orders.body);
        assert!(!shown.is_empty() && shown.is_disjoint(&foreign), "{}: {:?}", w.db.engine, shown.intersection(&foreign).next());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_sees_their_own_team_and_no_other() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let program = Actor::program("test");
        let (mine, manager) = two_managers(&w, &program).await;
        let site = w.site().await;
        let v = site.sign_in(&manager.email, PASSWORD).await;
        for other in w.users.iter().filter(|u| u.manager_id.is_some()).take(3) {
            assert_eq!(v.get(&format!("/queue?owner={}", other.id)).await.status, 404, "{}: the queue of {}", w.db.engine, other.name);
            assert!(!v.get("/team").await.body.contains(&other.name), "{} is in another team", other.name);
        }
        let account = w.count(&format!("SELECT MIN(account_id) FROM account_scope WHERE user_id = {}", mine.id)).await;
        let person = w.count(&format!("SELECT MIN(child_id) FROM affiliation WHERE child_kind = 'person' AND parent_id = {account}")).await;
        for path in [format!("/accounts/{account}"), format!("/people/{person}"), format!("/people/{person}/why")] {
            let a = v.get(&path).await;
            assert_eq!(a.status, 404, "{}: {path}: {}", w.db.engine, a.body);
            assert!(a.body.contains("record.not_found"));
        }
        let action = w.count(&format!("SELECT MIN(id) FROM plan_action WHERE owner_id = {}", mine.id)).await;
        assert_eq!(v.get(&format!("/actions/{action}")).await.status, 404);
        assert_eq!(v.get(&format!("/actions/{action}/peek")).await.status, 404);
        for (act, page) in [("accept", "/team"), ("outcome", "/team"), ("dismiss", "/team"), ("reopen", "/team")] {
            let a = v.post(&format!("/actions/{action}/{act}"), page, &[("outcome", "reached"), ("reason", "no_time")]).await;
            assert_eq!(a.status, 404, "{act}: {}", a.body);
        }
        let a = v.send("GET", &format!("/live/queue.{}", mine.id), &[]).await;
        assert_eq!(a.status, 404, "nor do they hear of it");
        assert_eq!(first_cells(&v.get("/accounts.csv").await.body).len(), 0, "a team of nobody covers nothing");
    }
}

/// A rep of the market with actions, and a new manager of nobody.
async fn two_managers(w: &World, program: &Actor) -> (UserRow, UserRow) {
    let (rep, _) = w.busiest(Role::RemoteRep).await;
    let new = rounds_platform::users::CreateUser {
        email: "other@demo.example".into(),
        name: "Other Manager".into(),
        role: Role::Manager,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 0,
    };
    w.runner.run(program, new).await.unwrap();
    let all = rounds_platform::users::all(&w.runner.db).await.unwrap();
    (rep, all.into_iter().find(|u| u.email == "other@demo.example").unwrap())
}

/// What is logged, for reading it afterwards.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_nowhere_to_be_read() {
    const RIGHT: &str = "correct-horse-battery";
    const WRONG: &str = "wrong-horse-battery";
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    for db in databases().await {
        let w = planned(db, 20).await;
        let admin = actor_of(&w.runner.db, UserId(w.user(Role::Admin).id)).await.unwrap();
        let email = w.user(Role::FieldRep).email.clone();
        let short = SetPassword::give(&w.runner, &admin, &email, "short".into()).await.unwrap_err();
        assert_eq!(short.code, "user.password_short");
        SetPassword::give(&w.runner, &admin, &email, RIGHT.into()).await.unwrap();
        let directory = Arc::new(StoredDirectory::new(w.runner.db.clone(), None));
        let site =
            Site::serve(rounds_web::build(w.runner.clone(), directory, rounds_cli::compose::routes(), rounds_web::WebConfig::default()))
                .await;
        let v = site.visitor();
        let refused = v.post("/sign-in", "/sign-in", &[("email", &email), ("password", WRONG)]).await;
        assert_eq!(refused.status, 401);
        assert!(!refused.body.contains(WRONG), "the page does not give it back");
        let v = site.sign_in(&email, RIGHT).await;
        assert_eq!(v.get("/accounts").await.status, 200);
        for secret in [RIGHT, WRONG, "$argon2"] {
            for (table, column) in [
                ("audit", "input"),
                ("audit", "notes"),
                ("command_key", "output"),
                ("outbox", "body"),
                ("web_session", "data"),
                ("job", "input"),
            ] {
                let found =
                    w.runner.db.number(&format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{secret}%'"), vec![]).await.unwrap();
                assert_eq!(found, 0, "{}: {table}.{column} holds {secret}", w.db.engine);
            }
        }
        let kept = w.runner.db.text("SELECT password_hash FROM app_user WHERE email = $1", args![email.as_str()]).await.unwrap().unwrap();
        assert!(kept.starts_with("$argon2id$") && !kept.contains(RIGHT), "{kept}");
        assert_eq!(
            w.count("SELECT COUNT(*) FROM audit WHERE command = 'platform.set_password'").await,
            1,
            "that it was given is in the audit log"
        );
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("/sign-in"), "the log was listened to");
    let found = |secret: &str| logged.lines().find(|l| l.contains(secret) && !l.contains("sqlx")).map(str::to_owned);
    assert_eq!((found(RIGHT), found(WRONG)), (None, None));
}

#[derive(FromQueryResult)]
struct Live {
    id: i64,
    person_id: i64,
    account_id: i64,
    day: i64,
    other: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_at_one_customer_at_once_the_gate_lets_one_through() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let (rep, _) = w.busiest(Role::RemoteRep).await;
        let sql = "SELECT a.id, a.person_id, a.account_id, a.day, MIN(s.user_id) AS other FROM plan_action a \
                   JOIN account_scope s ON s.account_id = a.account_id AND s.user_id <> a.owner_id \
                   JOIN app_user u ON u.id = s.user_id AND u.role = 'field_rep' \
                   WHERE a.owner_id = $1 AND a.channel = 'phone' GROUP BY a.id, a.person_id, a.account_id, a.day ORDER BY a.id LIMIT 8";
        let shared: Vec<Live> = w.runner.db.all(sql, args![rep.id]).await.unwrap();
        assert!(shared.len() > 2, "{}: {} actions at shared accounts", w.db.engine, shared.len());
        let one = actor_of(&w.runner.db, UserId(rep.id)).await.unwrap();
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for a in shared {
            let other = actor_of(&w.runner.db, UserId(a.other)).await.unwrap();
            let at = Time::at_day(Day(a.day as i32)).plus_minutes(900);
            let beside = Request::new(PersonId(a.person_id), AccountId(a.account_id), Channel::Phone, at);
            let (first, second) =
                tokio::join!(w.runner.run(&one, Accept { action: ActionId(a.id) }), w.runner.run(&other, ClearContact(beside)));
            let refused: Vec<String> = [first.err(), second.err()].into_iter().flatten().map(|e| e.code).collect();
            assert_eq!(refused.len(), 1, "{}: exactly one of two is refused: {refused:?}", w.db.engine);
            let open = format!("SELECT COUNT(*) FROM clearance WHERE person_id = {} AND released_at IS NULL", a.person_id);
            assert_eq!(w.count(&open).await, 1, "{}", w.db.engine);
            *told.entry(refused[0].clone()).or_default() += 1;
        }
        assert!(told.keys().all(|c| matches!(c.as_str(), "consent.too_soon" | "consent.week_full" | "consent.month_full")), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_of_a_user_switched_off_meanwhile_ends_with_the_reason() {
    for db in databases().await {
        let w = planned(db, 20).await;
        let asked = w.user(Role::Operations);
        let actor = actor_of(&w.runner.db, UserId(asked.id)).await.unwrap();
        let input = serde_json::json!({ "week": w.week.to_string(), "seed": 9, "threads": 1 });
        let job = Enqueue { kind: rounds_engage::next_best_action::KIND.into(), input_key: "later".into(), input };
        let job = w.runner.run(&actor, job).await.unwrap().id;
        let admin = actor_of(&w.runner.db, UserId(w.user(Role::Admin).id)).await.unwrap();
        w.runner.run(&admin, SetActive { user: UserId(asked.id), active: false }).await.unwrap();
        let server = tokio::spawn(work_off(w.runner.clone(), rounds_cli::compose::works()));
        let mut ended = None;
        for _ in 0..100 {
            ended = get(&w.runner.db, JobId(job)).await.unwrap().filter(|j| j.finished_at.is_some());
            if ended.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.abort();
        let ended = ended.unwrap();
        assert_eq!(
            (ended.state.as_str(), ended.message.as_str()),
            ("failed", "The user who asked for this is switched off."),
            "{}",
            w.db.engine
        );
        assert!(ended.report.contains("user.gone") && ended.report.contains("Ask for it again as another user."), "{}", ended.report);
        assert_eq!(w.count("SELECT COUNT(*) FROM plan").await, 1, "nothing was done in their name");
    }
}
