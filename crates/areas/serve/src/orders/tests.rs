//! Orders imported and listed, on each engine.

use super::pages::file;
use super::store::{self, Narrow};
use super::{ImportOrders, OrderRow, Status};
use crate::sales::{body, walk as pages};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::lists::{self, Keyset};
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_kernel::{Actor, CareSetting, Day, FixedClock, ProductStage, Scope, Time, UserId};
use rounds_store::{Db, MigrationTrait, MigratorTrait, Query, Runner};
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all.extend(crate::migrations());
        all
    }
}

fn now() -> Time {
    Time::at_day(Day::parse("2026-11-23").expect("a day")).plus_minutes(540)
}

async fn runners() -> Vec<(Runner, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.expect("opens");
        db.migrate::<Schema>().await.expect("migrates");
        let runner = Runner::new(db, Arc::new(FixedClock::at(now())));
        let account =
            |key: &str| AccountRow { country: "US".into(), ..AccountRow::new(key, format!("100%_{key}"), CareSetting::Hospital, "test") };
        let product = ProductRow {
            line: 0,
            code: "C1".into(),
            name: "Closure 6F".into(),
            family: "Closure".into(),
            business_unit: "cardiac".into(),
            stage: ProductStage::Launch,
            list_price_cents: 100,
        };
        let program = Actor::program("test");
        runner.run(&program, ImportAccounts { rows: vec![account("north"), account("south")] }).await.expect("accounts");
        runner.run(&program, ImportProducts { rows: vec![product] }).await.expect("products");
        out.push((runner, temp));
    }
    out
}

fn row(i: i64, status: &str) -> OrderRow {
    OrderRow {
        file_line: i.unsigned_abs() + 2,
        order_no: format!("O{}", i / 2),
        line: i % 2 + 1,
        account_key: if i / 2 % 2 == 0 { "north" } else { "south" }.into(),
        product_code: "C1".into(),
        quantity: 1 + i,
        amount_cents: 100 * (1 + i),
        at: now().plus_days(-i - 1),
        status: status.into(),
        due: (status == "back_order").then(|| now().plus_days(5 - i)),
    }
}

async fn import(runner: &Runner, rows: Vec<OrderRow>) -> (u64, u64, u64, Vec<String>) {
    let done = runner.run(&Actor::program("test"), ImportOrders { source: "simulation".into(), rows }).await.expect("imports");
    (done.created, done.written, done.unchanged, done.rejects.into_iter().map(|r| format!("{} {}", r.line, r.code)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn good_lines_land_once_and_bad_ones_say_why() {
    for (runner, _db) in runners().await {
        let good: Vec<OrderRow> = (0..10).map(|i| row(i, "open")).collect();
        assert_eq!(import(&runner, good.clone()).await, (10, 10, 0, vec![]));
        assert_eq!(import(&runner, good.clone()).await, (0, 0, 10, vec![]));
        // Two arrive, and nothing is told twice.
        let arrived: Vec<OrderRow> = (0..10).map(|i| row(i, if i < 2 { "delivered" } else { "open" })).collect();
        assert_eq!(import(&runner, arrived).await, (0, 2, 8, vec![]));
        assert_eq!(runner.db.number("SELECT COUNT(*) FROM fact WHERE kind = 'order' AND person_id IS NULL", vec![]).await.ok(), Some(10));
        assert_eq!(runner.db.number("SELECT COUNT(*) FROM order_line WHERE status = 'delivered'", vec![]).await.ok(), Some(2));
        let bad = vec![
            OrderRow { order_no: " ".into(), ..row(0, "open") },
            OrderRow { account_key: "nowhere".into(), ..row(20, "open") },
            OrderRow { product_code: "nothing".into(), ..row(21, "open") },
            OrderRow { status: "lost".into(), ..row(22, "open") },
            OrderRow { quantity: 0, ..row(23, "open") },
            OrderRow { at: now().plus_days(1), ..row(24, "open") },
            OrderRow { account_key: "south".into(), ..row(0, "open") },
            row(30, "open"),
            row(30, "open"),
        ];
        let want = [
            "2 import.order_no",
            "22 import.account_unknown",
            "23 import.product_unknown",
            "24 import.status",
            "25 import.quantity",
            "26 import.future_date",
            "2 import.order_elsewhere",
            "32 import.duplicate",
        ];
        let (created, _, _, rejects) = import(&runner, bad).await;
        assert_eq!((created, rejects), (1, want.map(str::to_owned).to_vec()));
    }
}

/// All lines asked for; the first few, read alone, are the first of them.
async fn walk(runner: &Runner, actor: &Actor, n: &Narrow) -> Vec<store::Line> {
    let all: Vec<store::Line> = lists::all(&runner.db, &n.list(actor)).await.expect("reads");
    let few = store::first(&runner.db, actor, n, 3).await.expect("reads");
    assert!(few.iter().map(|l| l.id).eq(all.iter().map(|l| l.id).take(3)));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_scoped_narrowed_ordered_and_added_up() {
    for (runner, _db) in runners().await {
        let rows: Vec<OrderRow> = (0..20).map(|i| row(i, if i % 3 == 0 { "back_order" } else { "delivered" })).collect();
        import(&runner, rows).await;
        let all = Actor::program("test");
        let nobody = Actor { scope: Scope::CoveredBy(vec![UserId(99)]), ..all.clone() };
        let lines = walk(&runner, &all, &Narrow::default()).await;
        assert!(lines.len() == 20 && lines.is_sorted_by(|a, b| a.ordered_at >= b.ordered_at));
        let back = walk(&runner, &all, &Narrow { status: Some(Status::BackOrder), ..Narrow::default() }).await;
        assert!(back.len() == 7 && back.is_sorted_by(|a, b| a.due_at <= b.due_at));
        assert!(walk(&runner, &nobody, &Narrow::default()).await.is_empty());
        let account = lines[0].account_id;
        let one = walk(&runner, &all, &Narrow { account: Some(account), ..Narrow::default() }).await;
        assert!(one.len() == 10 && one.iter().all(|l| l.account_id == account));
        let order = walk(&runner, &all, &Narrow { order_no: Some("O3".into()), ..Narrow::default() }).await;
        assert_eq!(order.len(), 2);
        for (name, n) in [("100%_N", 10), ("100%", 20), ("100x", 0), ("_", 0), ("' OR 1=1 --", 0), ("\\", 0)] {
            assert_eq!(walk(&runner, &all, &Narrow { name: name.into(), ..Narrow::default() }).await.len(), n, "{name}");
        }
        let totals = store::totals(&runner.db, &all, &Narrow::default(), now().0).await.expect("adds up");
        let of = |s: &str| totals.iter().find(|t| t.status == s).cloned().unwrap_or_default();
        let (late, due) =
            (back.iter().filter(|l| l.due_at < Some(now().0)).count() as i64, back.iter().map(|l| l.amount_cents).sum::<i64>());
        assert_eq!((of("back_order").lines, of("back_order").amount_cents, of("back_order").overdue), (7, due, late));
        assert_eq!((of("delivered").lines, of("delivered").overdue), (13, 0));
        assert!(store::totals(&runner.db, &nobody, &Narrow::default(), now().0).await.expect("adds up").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_sort_both_ways_over_two_pages() {
    for (runner, _db) in runners().await {
        import(&runner, (0..60).map(|i| row(i, "open")).collect()).await;
        let all = Actor::program("test");
        let list = |n: &Narrow, sort: &str| {
            let mut list = n.list(&all);
            list.sort(n.sorts(), sort);
            list
        };
        let open = Narrow { status: Some(Status::Open), ..Narrow::default() };
        for n in [Narrow::default(), open] {
            for way in n.sorts() {
                let up = pages(&runner.db, &list(&n, way.name), |l: &store::Line| l.id).await;
                let down = pages(&runner.db, &list(&n, &format!("-{}", way.name)), |l: &store::Line| l.id).await;
                assert!(up.len() == 60 && up.iter().map(|l| l.id).eq(down.iter().rev().map(|l| l.id)), "{}", way.name);
                assert!(way.name != "ordered" || up.is_sorted_by_key(|l| l.ordered_at));
                assert!(way.name != "amount" || up.is_sorted_by_key(|l| l.amount_cents));
            }
        }
        let whole: Keyset = list(&Narrow::default(), "-amount");
        assert_eq!(
            (whole.key.as_str(), whole.descending),
            ("o.ordered_at", true),
            "no index keeps all lines by amount: the newest stay first"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_lines_are_exported_alone_without_formulas_and_within_scope() {
    for (runner, _db) in runners().await {
        import(&runner, (0..6).map(|i| OrderRow { order_no: format!("=1+{i}"), ..row(i, "delivered") }).collect()).await;
        let all = Actor::program("test");
        let nobody = Actor { scope: Scope::CoveredBy(vec![UserId(99)]), ..all.clone() };
        let ids: Vec<i64> = walk(&runner, &all, &Narrow::default()).await.iter().map(|l| l.id).take(2).collect();
        for (actor, rows) in [(&all, 2), (&nobody, 0)] {
            let mut list = Narrow::default().list(actor);
            list.only(&lists::chosen(Some(&format!("id={}&id={}", ids[0], ids[1]))));
            let csv = body(file(lists::all(&runner.db, &list).await.expect("reads"))).await;
            assert_eq!((csv.lines().count(), csv.matches("'=1+").count()), (1 + rows, rows), "{csv}");
        }
    }
}

#[test]
fn every_page_draws_and_words_from_outside_stay_words() {
    for (name, html) in crate::samples() {
        assert!(html.contains("</main>"), "{name}");
        assert!(!html.contains("<i>Medical"), "{name}");
    }
}
