//! Webhooks end to end: signed, exactly what was committed, in order, again after failures, and nowhere they should not go.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use common::{World, market};
use rounds_demand::leads::CaptureLead;
use rounds_kernel::{AccountId, Actor, Clock, Role};
use rounds_platform::users::actor_of;
use rounds_platform::webhooks::{Guard, MakeWebhook, Replay, RotateSecret, SendTest, deliver_once, signature};
use rounds_store::{Keys, Query, Runner, args};
use rounds_testkit::{Site, databases, sqlite};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An endpoint that keeps what it is sent and answers as told.
#[derive(Clone, Default)]
struct Endpoint {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn take(
    State(e): State<Endpoint>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    e.got.lock().unwrap().push((headers, body));
    let status = e.answers.lock().unwrap().pop().unwrap_or(204);
    (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], "noted")
}

impl Endpoint {
    async fn open(&self) -> Site {
        Site::serve(Router::new().route("/in", post(take)).route("/elsewhere", post(take).get(take)).with_state(self.clone())).await
    }

    fn bodies(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|g| g.1.clone()).collect()
    }
}

/// The world with a key that lasts: PostgreSQL has none beside it.
fn keyed(w: &World) -> Runner {
    Runner::new(w.runner.db.clone(), w.clock.clone() as Arc<dyn Clock>).with_keys(Keys::random().unwrap())
}

async fn actor(w: &World, role: Role) -> Actor {
    actor_of(&w.runner.db, rounds_kernel::UserId(w.user(role).id)).await.unwrap()
}

async fn subscribe(runner: &Runner, owner: &Actor, url: &str) -> i64 {
    let command = MakeWebhook { url: url.into(), topics: vec!["leads".into()], loopback: true, secret: SECRET.into() };
    runner.run(owner, command).await.unwrap()
}

async fn lead(runner: &Runner, account: i64, note: &str) -> i64 {
    let command = CaptureLead { account: AccountId(account), person: None, source: "website".into(), family: None, note: note.into() };
    runner.run(&Actor::program("test"), command).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_arrives_signed_once_and_in_order() {
    for db in databases().await {
        let w = market(db, 20).await;
        let (runner, e) = (keyed(&w), Endpoint::default());
        let site = e.open().await;
        let (guard, owner) = (Guard::new(true), actor(&w, Role::Admin).await);
        lead(&runner, 1, "before").await;
        let hook = subscribe(&runner, &owner, &format!("{}/in", site.base)).await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(lead(&runner, 1 + n, "x").await);
        }
        let bad = CaptureLead { account: AccountId(1), person: None, source: "nowhere".into(), family: None, note: String::new() };
        assert!(runner.run(&Actor::program("test"), bad).await.is_err());
        for _ in 0..3 {
            deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        }
        let told: Vec<i64> =
            e.bodies().iter().map(|b| serde_json::from_str::<serde_json::Value>(b).unwrap()["data"]["id"].as_i64().unwrap()).collect();
        assert_eq!(told, ids, "{}: what came after the subscription, each once, in order", w.db.engine);
        for (headers, body) in e.got.lock().unwrap().iter() {
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            let expected = signature(SECRET, &text("webhook-id"), text("webhook-timestamp").parse().unwrap(), body).unwrap();
            assert_eq!(text("webhook-signature"), expected);
            assert!(text("webhook-id").starts_with(&format!("msg_{hook}_")));
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM webhook WHERE secret LIKE '%MfKQ9r8%'").await, 0, "the secret is sealed");
        assert_eq!(w.count("SELECT COUNT(*) FROM audit WHERE input LIKE '%MfKQ9r8%'").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_tried_again_then_given_up_and_can_be_replayed() {
    for db in databases().await {
        let w = market(db, 20).await;
        let (runner, e) = (keyed(&w), Endpoint::default());
        let site = e.open().await;
        let (guard, owner) = (Guard::new(true), actor(&w, Role::Admin).await);
        let hook = subscribe(&runner, &owner, &format!("{}/in", site.base)).await;
        let first = lead(&runner, 1, "first").await;
        lead(&runner, 2, "second").await;
        *e.answers.lock().unwrap() = vec![500];
        deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        assert_eq!(e.bodies().len(), 1, "the second waits for the first");
        deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        assert_eq!(e.bodies().len(), 1, "and the first for its pause");
        w.clock.set(common::monday().plus_minutes(1));
        deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        let bodies = e.bodies();
        assert_eq!((bodies.len(), &bodies[0]), (3, &bodies[1]), "{}: the same message again, then the next", w.db.engine);
        let ids: Vec<String> = e.got.lock().unwrap().iter().map(|g| g.0["webhook-id"].to_str().unwrap().to_owned()).collect();
        assert_eq!(ids[0], ids[1], "a repeated message keeps its id");
        // Nine refusals: the first attempt and eight more.
        lead(&runner, 3, "dead").await;
        *e.answers.lock().unwrap() = vec![500; 9];
        for day in 1..11 {
            w.clock.set(common::monday().plus_days(day));
            deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM webhook_delivery WHERE state = 'dead'").await, 1, "{}", w.db.engine);
        assert_eq!(
            w.count("SELECT COUNT(*) FROM webhook WHERE active = FALSE").await,
            1,
            "an endpoint that failed for days is switched off"
        );
        assert!(w.count("SELECT COUNT(*) FROM audit WHERE command = 'platform.stop_webhook'").await == 1);
        let on = rounds_platform::webhooks::ChangeWebhook { webhook: hook, active: Some(true), loopback: true, ..Default::default() };
        runner.run(&owner_admin(&w).await, on).await.unwrap();
        let again = Replay { webhook: hook, from: i64::MIN, to: i64::MAX, dead_only: true };
        assert_eq!(runner.run(&owner_admin(&w).await, again).await.unwrap(), 1);
        deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        assert_eq!(w.count("SELECT COUNT(*) FROM webhook_delivery WHERE state = 'done' AND round = 1").await, 1);
        assert!(e.bodies()[0].contains(&format!("\"id\":{first}")));
    }
}

async fn owner_admin(w: &World) -> Actor {
    actor(w, Role::Admin).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_only_what_they_may_see() {
    let w = market(sqlite(), 40).await;
    let (runner, e) = (keyed(&w), Endpoint::default());
    let site = e.open().await;
    let mut rep = actor(&w, Role::FieldRep).await;
    let own = w.count(&format!("SELECT MIN(account_id) FROM account_scope WHERE user_id = {}", rep.user.unwrap())).await;
    let other = w
        .count(&format!(
            "SELECT MIN(id) FROM account WHERE id NOT IN (SELECT account_id FROM account_scope WHERE user_id = {})",
            rep.user.unwrap()
        ))
        .await;
    // Only an administrator subscribes; one who was made a rep meanwhile is told what a rep may see.
    rep.role = Role::Admin;
    subscribe(&runner, &rep, &format!("{}/in", site.base)).await;
    lead(&runner, other, "theirs").await;
    let mine = lead(&runner, own, "mine").await;
    deliver_once(&runner, &Guard::new(true), rounds_customers::changes::seen).await.unwrap();
    let bodies = e.bodies();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(bodies[0].contains(&format!("\"id\":{mine}")), "{bodies:?}");
    assert_eq!(w.count("SELECT COUNT(*) FROM webhook_delivery WHERE state = 'skipped'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let w = market(sqlite(), 20).await;
    let (runner, e) = (keyed(&w), Endpoint::default());
    let site = e.open().await;
    let admin = owner_admin(&w).await;
    let hook = subscribe(&runner, &admin, &format!("{}/in", site.base)).await;
    let newer = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    runner.run(&admin, RotateSecret { webhook: hook, secret: newer.into() }).await.unwrap();
    for (at, expected) in [(common::monday(), 2), (common::monday().plus_days(2), 1)] {
        w.clock.set(at);
        runner.run(&admin, SendTest { webhook: hook }).await.unwrap();
        deliver_once(&runner, &Guard::new(true), rounds_customers::changes::seen).await.unwrap();
        let (headers, body) = e.got.lock().unwrap().last().cloned().unwrap();
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let signed = text("webhook-signature");
        assert_eq!(signed.split(' ').count(), expected);
        assert!(signed.contains(&signature(newer, &text("webhook-id"), text("webhook-timestamp").parse().unwrap(), &body).unwrap()));
    }
}

async fn last_answer(w: &World) -> String {
    w.runner.db.text("SELECT answer FROM webhook_delivery ORDER BY id DESC LIMIT 1", vec![]).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_never_goes_inside() {
    let w = market(sqlite(), 20).await;
    let (runner, e) = (keyed(&w), Endpoint::default());
    let site = e.open().await;
    let admin = owner_admin(&w).await;
    let port = site.base.rsplit(':').next().unwrap().to_owned();
    // A redirect is not followed.
    let hook = subscribe(&runner, &admin, &format!("{}/in", site.base)).await;
    *e.answers.lock().unwrap() = vec![307];
    runner.run(&admin, SendTest { webhook: hook }).await.unwrap();
    deliver_once(&runner, &Guard::new(true), rounds_customers::changes::seen).await.unwrap();
    assert_eq!(e.bodies().len(), 1, "nobody went to /elsewhere");
    // This computer, by its own names, without the setting.
    w.clock.set(common::monday().plus_minutes(5));
    deliver_once(&runner, &Guard::new(false), rounds_customers::changes::seen).await.unwrap();
    assert_eq!(e.bodies().len(), 1);
    // A name that leads inside, in every form.
    let refused = MakeWebhook { url: "http://rebind.example/".into(), topics: vec!["leads".into()], loopback: true, secret: SECRET.into() };
    assert_eq!(runner.run(&admin, refused).await.map_err(|e| e.code).unwrap_err(), "webhook.address");
    for inside in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"] {
        let hook = subscribe(&runner, &admin, &format!("https://rebind.example:{port}/in")).await;
        let ip: IpAddr = inside.parse().unwrap();
        let guard = Guard::with_lookup(false, move |_, port| Box::pin(async move { Ok(vec![SocketAddr::new(ip, port)]) }));
        runner.run(&admin, SendTest { webhook: hook }).await.unwrap();
        deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        assert!(last_answer(&w).await.starts_with("Refused"), "{inside}: {}", last_answer(&w).await);
    }
    // A name that is public when judged and inside a moment later: it is asked for once, and the connection goes to what was judged.
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let guard = Guard::with_lookup(false, move |_, port| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        // 192.88.98.1 answers nobody, but is no special address.
        let ip: IpAddr = if first { "192.88.98.1" } else { "127.0.0.1" }.parse().unwrap();
        Box::pin(async move { Ok(vec![SocketAddr::new(ip, port)]) })
    });
    let hook = subscribe(&runner, &admin, &format!("https://rebind.example:{port}/in")).await;
    runner.run(&admin, SendTest { webhook: hook }).await.unwrap();
    w.runner.db.housekeep("UPDATE webhook SET active = FALSE WHERE id <> $1", rounds_store::args![hook]).await.unwrap();
    deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
    assert_eq!((asked.load(Ordering::SeqCst), e.bodies().len()), (1, 1), "{}", last_answer(&w).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_the_record_are_told_within_the_scope() {
    for db in databases().await {
        let w = market(db, 40).await;
        let (runner, e) = (keyed(&w), Endpoint::default());
        let site = e.open().await;
        let (guard, rep) = (Guard::new(true), w.user(Role::FieldRep));
        let owner = actor(&w, Role::FieldRep).await;
        // Subscriptions are an administrator's to make; this one became a rep since.
        let command =
            MakeWebhook { url: format!("{}/in", site.base), topics: vec!["record".into()], loopback: true, secret: SECRET.into() };
        let hook = runner.run(&actor(&w, Role::Admin).await, command).await.unwrap();
        w.runner.db.housekeep("UPDATE webhook SET user_id = $2 WHERE id = $1", args![hook, rep.id]).await.unwrap();
        let person = "SELECT MIN(f.child_id) FROM affiliation f WHERE f.child_kind = 'person' AND f.parent_kind = 'account' \
                      AND f.valid_to IS NULL AND f.parent_id";
        let covered = format!("(SELECT account_id FROM account_scope WHERE user_id = {})", rep.id);
        let inside = w.count(&format!("{person} IN {covered}")).await;
        let outside = w
            .count(&format!(
                "SELECT MIN(id) FROM person WHERE id NOT IN ({} IN {covered})",
                person.replace("MIN(f.child_id)", "f.child_id")
            ))
            .await;
        assert!(inside > 0 && outside > 0, "{}", w.db.engine);
        runner.run(&Actor::program("test"), Tell(vec![outside, inside])).await.unwrap();
        runner.run(&Actor::program("test"), Tell(vec![outside])).await.unwrap();
        for _ in 0..2 {
            deliver_once(&runner, &guard, rounds_customers::changes::seen).await.unwrap();
        }
        let bodies: Vec<serde_json::Value> = e.bodies().iter().map(|b| serde_json::from_str(b).unwrap()).collect();
        let told: Vec<&serde_json::Value> = bodies.iter().map(|b| &b["data"]).collect();
        assert_eq!(told, [&serde_json::json!({ "kind": "person", "ids": [inside] })], "{}: {owner:?}", w.db.engine);
        let account = w.count("SELECT MIN(account_id) FROM account_scope").await;
        let row = w.runner.db.text("SELECT source_key FROM account WHERE id = $1", args![account]).await.unwrap().unwrap();
        let before = w.count("SELECT COUNT(*) FROM outbox WHERE topic = 'record'").await;
        let rows = vec![rounds_customers::accounts::AccountRow::new(
            &row,
            "Renamed for the test",
            rounds_kernel::CareSetting::Hospital,
            "simulation",
        )];
        runner.run(&Actor::program("test"), rounds_customers::accounts::ImportAccounts { rows }).await.unwrap();
        assert!(
            w.count("SELECT COUNT(*) FROM outbox WHERE topic = 'record'").await > before,
            "{}: an import tells what it changed",
            w.db.engine
        );
    }
}

/// What changing people does beside changing them.
#[derive(serde::Serialize)]
struct Tell(Vec<i64>);

impl rounds_store::Command for Tell {
    const NAME: &'static str = "test.tell";
    const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut rounds_store::Tx) -> rounds_kernel::Result<()> {
        rounds_customers::changes::tell(tx, rounds_customers::identifiers::EntityKind::Person, &self.0).await
    }
}
