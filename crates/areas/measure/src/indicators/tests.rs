//! Indicators counted from facts, on each engine.

use super::queries;
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_kernel::{
    AccountId, Actor, CareSetting, Channel, Day, FactKind, FixedClock, NewFact, Permission, ProductStage, Result, Role, Scope, Time, UserId,
};
use rounds_platform::users::CreateUser;
use rounds_serve::orders::{ImportOrders, OrderRow, sums};
use rounds_store::{Command, Db, MigrationTrait, MigratorTrait, Query, Runner, Tx};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all.extend(rounds_serve::migrations());
        all.extend(super::migrations());
        all
    }
}

#[derive(Serialize)]
struct Write(Vec<NewFact>);

impl Command for Write {
    const NAME: &'static str = "test.write_facts";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_platform::scope::extend(tx, vec![(1, 1)]).await?;
        tx.facts(self.0).await
    }
}

fn monday() -> Day {
    Day::parse("2026-11-23").expect("a day")
}

fn contact(week: i32, channel: Channel, outcome: &str, user: UserId, account: i64, action: Option<i64>) -> NewFact {
    let mut body = json!({ "purpose": "educate", "outcome": outcome, "direction": "out" });
    if let Some(id) = action {
        body["action_id"] = id.into();
    }
    let at = Time::at_day(monday().plus(7 * week)).plus_minutes(600);
    NewFact {
        account: Some(AccountId(account)),
        channel: Some(channel),
        user: Some(user),
        body,
        ..NewFact::new(FactKind::Contact, at, "test")
    }
}

fn facts(users: &[UserId]) -> Vec<NewFact> {
    let mut all = vec![
        contact(0, Channel::Phone, "reached", users[0], 1, Some(1)),
        contact(0, Channel::Phone, "no_answer", users[1], 1, None),
        contact(-1, Channel::Visit, "demo_booked", users[0], 1, None),
        contact(-1, Channel::Email, "sent", users[0], 1, None),
        contact(-1, Channel::Email, "sent", users[0], 2, None),
        contact(-9, Channel::Email, "sent", users[0], 1, None),
    ];
    let at = Time::at_day(monday()).plus_minutes(660);
    let act = |kind, body| NewFact { account: Some(AccountId(1)), user: Some(users[0]), body, ..NewFact::new(kind, at, "test") };
    all.push(act(FactKind::Accepted, json!({ "action_id": 1, "text": "" })));
    all.push(act(FactKind::Dismissed, json!({ "action_id": 2, "reason": "wrong_time", "text": "" })));
    all
}

/// Two accounts, a product of each family, and their orders.
async fn orders(runner: &Runner, who: &Actor) {
    let account = |n| AccountRow::new(format!("a{n}"), format!("Account {n}"), CareSetting::Hospital, "test");
    runner.run(who, ImportAccounts { rows: vec![account(1), account(2)] }).await.expect("accounts");
    let product = |family: &str| ProductRow {
        line: 0,
        code: family.into(),
        name: family.into(),
        family: family.into(),
        business_unit: "cardiac".into(),
        stage: ProductStage::Established,
        list_price_cents: 100,
    };
    runner.run(who, ImportProducts { rows: vec![product("A"), product("B")] }).await.expect("products");
    let order = |(no, (day, family, cents, account)): (usize, (i32, &str, i64, i64))| OrderRow {
        file_line: 0,
        order_no: format!("O{no}"),
        line: 1,
        account_key: format!("a{account}"),
        product_code: family.into(),
        quantity: 1,
        amount_cents: cents,
        at: Time::at_day(monday().plus(day)),
        status: "delivered".into(),
        due: None,
    };
    let lines = [(-1, "A", 500, 1), (-1, "A", 700, 1), (-40, "B", 900, 1), (-40, "B", 50, 2), (-800, "B", 9, 1)];
    let rows = lines.into_iter().enumerate().map(order).collect();
    let report = runner.run(who, ImportOrders { source: "test".into(), rows }).await.expect("orders");
    assert!(report.rejects.is_empty(), "{:?}", report.rejects);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_counted_within_scope() {
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.expect("opens");
        db.migrate::<Schema>().await.expect("migrates");
        let now = Time::at_day(monday()).plus_minutes(720);
        let runner = Runner::new(db, Arc::new(FixedClock::at(now)));
        let all = Actor::program("test");
        let mut users = Vec::new();
        for (email, role) in [("a@demo.example", Role::FieldRep), ("b@demo.example", Role::RemoteRep)] {
            let (manager_email, zone) = (None, "UTC".to_owned());
            let new = CreateUser { email: email.into(), name: email.into(), role, manager_email, zone, weekly_minutes: 900 };
            users.push(runner.run(&all, new).await.expect("a user"));
        }
        runner.run(&all, Write(facts(&users))).await.expect("facts");
        orders(&runner, &all).await;
        let team = Actor { scope: Scope::CoveredBy(vec![UserId(1)]), ..all.clone() };
        let from = monday().plus(-7);
        let weeks = |who: Actor| {
            let db = runner.db.clone();
            async move {
                let rows = queries::weeks(&db, &who, from, now).await.expect("counts");
                rows.into_iter().map(|r| (r.week, r.channel, r.contacts, r.attempts, r.reached)).collect::<Vec<_>>()
            }
        };
        let row = |week, channel: &str, contacts, attempts, reached| (week, channel.to_owned(), contacts, attempts, reached);
        // The log itself; then sums of all of it, made two minutes later.
        let later = Runner::new(runner.db.clone(), Arc::new(FixedClock::at(now.plus_minutes(2))));
        for kept in [false, true] {
            if kept {
                super::store::keep_up(&later).await.expect("sums are made");
                assert_eq!(runner.db.number("SELECT CAST(SUM(contacts) AS BIGINT) FROM contact_week", vec![]).await.ok(), Some(6));
            }
            assert_eq!(weeks(all.clone()).await, [row(0, "email", 2, 0, 0), row(0, "visit", 1, 1, 1), row(1, "phone", 2, 2, 1)]);
            assert_eq!(weeks(team.clone()).await[0], row(0, "email", 1, 0, 0));
            let roles = queries::roles(&runner.db, &all, from, now).await.expect("counts");
            let seen: Vec<_> = roles.iter().map(|g| (g.name.as_str(), g.people, g.attempts, g.reached)).collect();
            assert_eq!(seen, [("Field rep", 1, 2, 2), ("Remote rep", 1, 1, 0)]);
        }
        let (actions, people) = queries::actions(&runner.db, &all, monday(), now).await.expect("counts");
        let mut ends: Vec<_> = actions.into_iter().map(|a| (a.kind, a.why.unwrap_or_default(), a.actions)).collect();
        ends.sort();
        let end = |kind: &str, why: &str| (kind.to_owned(), why.to_owned(), 1);
        assert_eq!(ends, [end("accepted", ""), end("contact", "reached"), end("dismissed", "wrong_time")]);
        assert_eq!(people, 1);
        let year = Time::at_day(monday().plus(-300));
        let orders = sums(&runner.db, &all, year, now).await.expect("adds up");
        let seen: Vec<_> = orders.iter().map(|o| (o.day - i64::from(monday().0), o.family.as_str(), o.amount_cents)).collect();
        assert_eq!(seen, [(-40, "B", 950), (-1, "A", 1_200)]);
        assert_eq!(sums(&runner.db, &team, year, now).await.expect("adds up")[0].amount_cents, 900);
        since_the_sums(&later, &all, from, now, users[0]).await;
    }
}

/// A contact that came after the sums were made counts at once; one that is taken back no longer does.
async fn since_the_sums(runner: &Runner, all: &Actor, from: Day, now: Time, user: UserId) {
    let calls = async || {
        let rows = queries::weeks(&runner.db, all, from, now).await.expect("counts");
        rows.iter().filter(|r| r.channel == "phone").map(|r| r.contacts).sum::<i64>()
    };
    let newest = async || runner.db.number("SELECT MAX(id) FROM fact", vec![]).await.expect("counts");
    let before = newest().await;
    runner.run(all, Write(vec![contact(0, Channel::Phone, "reached", user, 1, None)])).await.expect("a fact");
    assert_eq!(calls().await, 3);
    runner.run(all, TakeBack(before + 1, newest().await)).await.expect("is taken back");
    assert_eq!(calls().await, 2);
    super::store::keep_up(runner).await.expect("sums are made again");
    assert_eq!(
        (calls().await, runner.db.number("SELECT CAST(SUM(contacts) AS BIGINT) FROM contact_week_total", vec![]).await.ok()),
        (2, Some(6))
    );
}

#[derive(Serialize)]
struct TakeBack(i64, i64);

impl Command for TakeBack {
    const NAME: &'static str = "test.take_back";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let now = tx.now;
        rounds_store::facts::take_back(tx, (self.0, self.1), now).await.map(|_| ())
    }
}

#[test]
fn a_small_team_sees_no_figures_about_itself() {
    let pages = crate::samples();
    let (full, small) = (&pages[0].1, &pages[1].1);
    assert!(full.contains("Contacts by week and channel") && full.contains("Remote rep and customer success"));
    assert!(!small.contains("Contacts by week and channel") && small.contains("Not shown for few people"));
    assert!(small.contains("Orders by month and family"));
    assert!(pages.iter().all(|(name, html)| html.contains("</main>") && !name.is_empty()));
}
