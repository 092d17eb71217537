//! Sales imported, restated, mapped and seen, on each engine.

use crate::sales::commands::{MapParty, MatchAgain};
use crate::sales::model::BILLED;
use crate::sales::pages::parties::{self, Ask as PartiesAsk};
use crate::sales::pages::{list, unmapped as unmapped_page};
use crate::sales::queries::{Ask, Row, UNMAPPED_SORTS, Unmapped, UnmappedAsk, days, product_sites};
use crate::sales::{FamilySales, net_by_family};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::lists::{self, Keyset, Place, Slice, fetch, fetch_sorted};
use rounds_customers::parties::Party;
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_kernel::{Actor, CareSetting, Day, FixedClock, ProductStage, Role, Scope, Time, UserId};
use rounds_platform::imports::{ImportReport, run_import};
use rounds_store::{Command, Db, FromQueryResult, MigrationTrait, MigratorTrait, Query, Runner, Tx, args};
use rounds_web::WebResult;
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

pub(crate) async fn runners() -> Vec<(Runner, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.expect("opens");
        db.migrate::<Schema>().await.expect("migrates");
        let now = Time::at_day(Day::parse("2026-11-23").expect("a day")).plus_minutes(540);
        let runner = Runner::new(db, Arc::new(FixedClock::at(now)));
        let account = |key: &str, name: &str| AccountRow {
            city: "Duluth".into(),
            state: "MN".into(),
            zip: "55805".into(),
            ..AccountRow::new(key, name, CareSetting::Hospital, "test")
        };
        let product = |code: &str, family: &str| ProductRow {
            line: 0,
            code: code.into(),
            name: format!("Article {code}"),
            family: family.into(),
            business_unit: "cardiac".into(),
            stage: ProductStage::Launch,
            list_price_cents: 100,
        };
        let program = Actor::program("test");
        let rows = vec![account("north", "St. Brigid Med Ctr"), account("south", "Mercy Hospital")];
        runner.run(&program, ImportAccounts { rows }).await.expect("accounts");
        runner.run(&program, ImportProducts { rows: vec![product("C1", "Closure"), product("G1", "Guides")] }).await.expect("products");
        out.push((runner, temp));
    }
    out
}

pub(crate) async fn load(runner: &Runner, name: &str, text: &str) -> ImportReport {
    let mut all = rounds_customers::importers();
    all.extend(crate::importers());
    run_import(runner, &Actor::program("test"), &Arc::new(all), (None, name, text.as_bytes()), Arc::new(|_, _, _| ()))
        .await
        .expect("imports")
}

const FILE: &str = "Sales Document,Item No,Ship To,Customer Name,ShippingPostalCode,Line Item,Order Date,Qty,UoM,Net Value,Currency,Type\n\
    100,C1,north,,,10,2026-10-01,10,EA,\"1,000.00\",USD,OR\n\
    100,G1,north,,,20,2026-10-01,2,BX,500,USD,OR\n\
    200,C1,4711,Saint Brigid Medical Center,55805,10,2026-10-02,5,EA,450,EUR,Invoice\n\
    201,C1,4711,,,10,2026-10-20,1,EA,90,EUR,Return\n\
    300,C1,999,Nobody Knows Clinic,10001,10,2026-10-03,5,EA,400,USD,Invoice\n";

async fn rows(runner: &Runner, actor: &Actor, ask: &Ask) -> Vec<Row> {
    fetch(&runner.db, &ask.list(actor), &Place::default(), Ask::cursor).await.expect("reads").rows
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_land_once_on_ship_tos_and_restated_ones_keep_what_they_were() {
    for (runner, _db) in runners().await {
        let first = load(&runner, "sap.csv", FILE).await;
        assert_eq!((first.read, first.created, first.rejected), (5, 5, 0), "{:?}", first.rejects);
        assert!(first.notes.iter().any(|n| n.code == "sales.unit_unknown") && first.notes.iter().any(|n| n.code == "sales.sign"));
        let again = load(&runner, "sap again.csv", FILE).await;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 5), "the same file under another name changes nothing");
        // By key, by name and postal code, and one that nobody knows.
        let how = "SELECT how FROM party_account l JOIN party p ON p.id = l.party_id WHERE p.number = $1";
        for (number, want) in [("north", Some("key")), ("4711", Some("match")), ("999", None)] {
            assert_eq!(runner.db.text(how, args![number]).await.expect("reads").as_deref(), want, "{number}");
        }
        let restated = load(&runner, "sap.csv", &FILE.replace("\"1,000.00\"", "900")).await;
        assert_eq!((restated.created, restated.updated, restated.unchanged), (0, 1, 4));
        let all = Actor::program("test");
        let was = runner.db.number("SELECT minor FROM sale_line_was", vec![]).await.expect("reads");
        let now = rows(&runner, &all, &Ask { doc: "100".into(), ..Ask::default() }).await;
        assert_eq!((was, now.iter().map(|r| r.minor).sum::<i64>(), now.len()), (100_000, 140_000, 2));
        // The timeline's amounts add up to what stands; nobody's sales are on no timeline.
        let told = "SELECT CAST(SUM(CAST(body->>'minor' AS BIGINT)) AS BIGINT) FROM fact WHERE kind = $1 AND person_id IS NULL";
        assert_eq!(runner.db.number(told, args!["order"]).await.expect("adds up"), 140_000);
        assert_eq!(runner.db.number(told, args!["invoice"]).await.expect("adds up"), 45_000 - 9_000);
        let sums = days(&runner.db, &all, None, BILLED, 0).await.expect("adds up");
        let of = |c: &str| sums.iter().filter(|d| d.currency == c).map(|d| d.minor).sum::<i64>();
        assert_eq!((of("EUR"), of("USD")), (36_000, 40_000), "each currency apart");
    }
}

/// The list of ship-tos that stand for no account.
async fn unmapped(db: &Db, actor: &Actor) -> Vec<Unmapped> {
    let ask = UnmappedAsk::default();
    fetch_sorted(db, &ask.list(actor), &ask.place()).await.expect("reads").rows
}

#[tokio::test(flavor = "multi_thread")]
async fn unmapped_sales_wait_and_reach_the_account_once_mapped() {
    for (runner, _db) in runners().await {
        load(&runner, "sap.csv", FILE).await;
        let all = Actor::program("test");
        let open = unmapped(&runner.db, &all).await;
        assert_eq!(open.iter().map(|u| (u.number.as_str(), u.billed)).collect::<Vec<_>>(), [("999", 40_000)]);
        let south = runner.db.number("SELECT id FROM account WHERE source_key = 'south'", vec![]).await.expect("reads");
        let from = i64::from(Day::parse("2026-10-03").expect("a day").0);
        let map = |from| MapParty { party: open[0].party_id, account: south, from };
        runner.run(&all, map(from)).await.expect("maps");
        runner.run(&all, map(from)).await.expect("maps again");
        assert!(unmapped(&runner.db, &all).await.is_empty());
        let facts = format!("SELECT COUNT(*) FROM fact WHERE account_id = {south}");
        assert_eq!(runner.db.number(&facts, vec![]).await.expect("reads"), 1, "told once");
        let later = MapParty { party: open[0].party_id, account: south, from: 0 };
        assert_eq!(runner.run(&all, later).await.expect_err("overlaps").code, "party.overlap");
        let got = net_by_family(&runner.db, &[south], from, from + 1).await.expect("adds up");
        let want = FamilySales {
            account_id: south,
            family: "Closure".into(),
            currency: "USD".into(),
            minor: 40_000,
            milli: 5_000,
            unknown_units: 0,
        };
        assert_eq!(got, [want]);
        assert_eq!(runner.run(&all, MatchAgain).await.expect("runs"), 0);
    }
}

/// Lets a user see an account.
#[derive(serde::Serialize)]
struct See(i64, i64);

impl Command for See {
    const NAME: &'static str = "test.see";
    const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> rounds_kernel::Result<()> {
        rounds_platform::scope::extend(tx, vec![(self.0, self.1)]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_sales_of_accounts_outside_their_scope() {
    for (runner, _db) in runners().await {
        load(&runner, "sap.csv", FILE).await;
        let all = Actor::program("test");
        let north = runner.db.number("SELECT id FROM account WHERE source_key = 'north'", vec![]).await.expect("reads");
        runner.run(&all, See(5, north)).await.expect("sees");
        let rep = |id| Actor { user: Some(UserId(id)), role: Role::FieldRep, scope: Scope::CoveredBy(vec![UserId(id)]), ..all.clone() };
        assert_eq!(rows(&runner, &rep(5), &Ask::default()).await.len(), 4);
        assert!(rows(&runner, &rep(6), &Ask::default()).await.is_empty());
        assert!(unmapped(&runner.db, &rep(5)).await.is_empty());
        let sums = days(&runner.db, &rep(5), None, "('order')", 0).await.expect("adds up");
        assert_eq!(sums.iter().map(|d| d.minor).sum::<i64>(), 150_000);
        assert!(days(&runner.db, &rep(6), Some(north), "('order')", 0).await.expect("adds up").is_empty());
        let refused = runner.run(&rep(5), MapParty { party: 1, account: north, from: 0 }).await.expect_err("is no steward");
        assert_eq!(refused.code, "access.forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_say_why_and_stop_no_other() {
    for (runner, _db) in runners().await {
        let head = "Order Number,Product Code,Account ID,Order Date,Quantity,Amount,Currency,Document Type\n";
        let file = format!(
            "{head}1,C1,north,2026-10-01,1,ten,USD,order\n2,C1,north,2026-02-30,1,10,USD,order\n3,C1,,2026-10-01,1,10,USD,order\n\
             4,C1,north,2027-01-01,1,10,USD,order\n5,C1,north,2026-10-01,1,10,ZZZ,order\n6,C1,north,2026-10-01,1,10,USD,quote\n\
             7,,north,2026-10-01,1,10,USD,order\n8,C1,north,2026-10-01,1,10,USD,order\n8,C1,north,2026-10-01,2,20,USD,order\n\
             9,=cmd()|x,\"' OR 1=1 --\",01.10.2026,\"1,5\",\"1.000,50\",EUR,order\n"
        );
        let report = load(&runner, "orders.csv", &file).await;
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        let want = [
            "import.number_unclear",
            "import.day_impossible",
            "import.party_blank",
            "import.future_date",
            "import.currency",
            "import.document_kind",
            "import.blank",
            "import.duplicate",
        ];
        assert_eq!((codes, report.created), (want.to_vec(), 2));
        let odd = rows(&runner, &Actor::program("test"), &Ask { doc: "9".into(), ..Ask::default() }).await;
        assert_eq!((odd[0].minor, odd[0].milli, odd[0].account_id), (100_050, 1_500, None));
    }
}

/// All rows of a list, page after page; the way back from its last page leads to the page before it.
pub(crate) async fn walk<T: FromQueryResult + Send>(db: &Db, list: &Keyset, id: impl Fn(&T) -> i64) -> Vec<T> {
    let (mut pages, mut place): (Vec<Vec<T>>, Place) = (Vec::new(), Place::default());
    loop {
        let slice: Slice<T> = fetch_sorted(db, list, &place).await.expect("reads");
        pages.push(slice.rows);
        let Some(next) = slice.next else {
            let back: Slice<T> = fetch_sorted(db, list, &Place { after: None, before: slice.previous }).await.expect("reads");
            let before: Vec<i64> = pages.iter().rev().nth(1).expect("two pages at least").iter().map(&id).collect();
            assert_eq!(back.rows.iter().map(&id).collect::<Vec<_>>(), before, "{}", list.key);
            return pages.into_iter().flatten().collect();
        };
        place = Place { after: Some(next), before: None };
    }
}

/// The text of a download.
pub(crate) async fn body(answer: WebResult) -> String {
    let Ok(answer) = answer else { panic!("the file is refused") };
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Sixty lines of one account, and sixty of ship-tos that nobody knows.
fn many() -> String {
    let head = FILE.lines().next().unwrap_or_default();
    let line = |n: i64| {
        let (day, amount) = (1 + n % 28, 1 + n * 7 % 60);
        let (article, name) = if n == 7 { ("=cmd()|x", "=1+1") } else { ("C1", "Clinic") };
        format!(
            "A{n:02},{article},north,,,10,2026-10-{day:02},{},EA,{amount},USD,OR\nB{n:02},C1,X{n:02},{name},,10,2026-10-{day:02},1,EA,{amount},USD,OR\n",
            n + 1
        )
    };
    format!("{head}\n{}", (0..60).map(line).collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_sort_both_ways_over_their_pages() {
    for (runner, _db) in runners().await {
        load(&runner, "many.csv", &many()).await;
        let (db, all) = (&runner.db, Actor::program("test"));
        let north = db.number("SELECT id FROM account WHERE source_key = 'north'", vec![]).await.expect("reads");
        for account in [String::new(), north.to_string()] {
            let ask = |sort: String| Ask { account: account.clone(), sort, ..Ask::default() };
            for way in ask(String::new()).sorts() {
                let up: Vec<Row> = walk(db, &ask(way.name.into()).list(&all), |r: &Row| r.id).await;
                let mut down: Vec<Row> = walk(db, &ask(format!("-{}", way.name)).list(&all), |r: &Row| r.id).await;
                down.reverse();
                assert_eq!(up.len(), if account.is_empty() { 120 } else { 60 });
                assert!(up.iter().map(|r| r.id).eq(down.iter().map(|r| r.id)), "{}", way.name);
                match way.name {
                    "document" => assert!(up.is_sorted_by_key(|r| &r.doc_no)),
                    "day" => assert!(up.is_sorted_by_key(|r| r.day)),
                    "amount" => assert!(up.is_sorted_by_key(|r| r.minor)),
                    "quantity" => assert!(up.is_sorted_by_key(|r| r.milli)),
                    _ => {}
                }
            }
        }
        let whole = Ask { sort: "-amount".into(), ..Ask::default() }.list(&all);
        assert_eq!((whole.key.as_str(), whole.descending), ("s.day", true), "no index keeps all lines by amount: the newest stay first");
        for way in UNMAPPED_SORTS {
            let ask = |sort: String| UnmappedAsk { sort, ..UnmappedAsk::default() }.list(&all);
            let up: Vec<Unmapped> = walk(db, &ask(way.name.into()), |u: &Unmapped| u.id).await;
            let down: Vec<Unmapped> = walk(db, &ask(format!("-{}", way.name)), |u: &Unmapped| u.id).await;
            assert!(up.len() == 60 && up.iter().map(|u| u.id).eq(down.iter().rev().map(|u| u.id)), "{}", way.name);
            assert!(way.name != "ordered" || up.is_sorted_by_key(|u| u.ordered));
        }
        for (sort, show) in [("name", ""), ("number", "unmapped"), ("place", "unmapped")] {
            let ask = |sort: String| PartiesAsk { sort, show: show.into(), ..PartiesAsk::default() }.list(&all);
            let up: Vec<Party> = walk(db, &ask(sort.into()), |p: &Party| p.id).await;
            let down: Vec<Party> = walk(db, &ask(format!("-{sort}")), |p: &Party| p.id).await;
            assert!(up.len() >= 60 && up.iter().map(|p| p.id).eq(down.iter().rev().map(|p| p.id)), "{sort}");
            assert!(sort != "number" || up.is_sorted_by_key(|p| &p.number));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_rows_are_exported_alone_without_formulas_and_within_scope() {
    for (runner, _db) in runners().await {
        load(&runner, "many.csv", &many()).await;
        let (db, all) = (&runner.db, Actor::program("test"));
        let nobody = Actor { scope: Scope::CoveredBy(vec![UserId(9)]), ..all.clone() };
        let only = |mut list: Keyset, ids: [i64; 2]| {
            list.only(&lists::chosen(Some(&format!("id={}&sort=&id={}", ids[0], ids[1]))));
            list
        };
        let id = async |sql: &str| db.number(sql, vec![]).await.expect("reads");
        let lines = [id("SELECT id FROM sale_line WHERE doc_no = 'A07'").await, id("SELECT id FROM sale_line WHERE doc_no = 'A50'").await];
        let ship_tos =
            [id("SELECT id FROM sale_line WHERE doc_no = 'B07'").await, id("SELECT id FROM sale_line WHERE doc_no = 'B50'").await];
        let numbers = [id("SELECT id FROM party WHERE number = 'X07'").await, id("SELECT id FROM party WHERE number = 'X50'").await];
        for (actor, rows) in [(&all, 2), (&nobody, 0)] {
            let sales = lists::all(db, &only(Ask::default().list(actor), lines)).await.expect("reads");
            let sales = body(list::file(sales)).await;
            let open = lists::all(db, &only(UnmappedAsk::default().list(actor), ship_tos)).await.expect("reads");
            let open = body(unmapped_page::file(open)).await;
            let known = lists::all(db, &only(PartiesAsk::default().list(actor), numbers)).await.expect("reads");
            let known = body(parties::file(known)).await;
            for (csv, formula) in [(&sales, ",'=cmd()|x,"), (&open, ",'=1+1,"), (&known, ",'=1+1,")] {
                assert_eq!(csv.lines().count(), 1 + rows, "{csv}");
                assert_eq!(csv.contains(formula), rows > 0, "{csv}");
            }
        }
        let whole = lists::all::<Row>(db, &Ask { doc: "A07".into(), ..Ask::default() }.list(&all)).await.expect("reads");
        assert_eq!(whole.len(), 1, "without a choice the filtered list");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_without_orders_is_used_where_it_was_billed_for() {
    for (runner, _db) in runners().await {
        let all = Actor::program("test");
        let product = runner.db.number("SELECT id FROM product WHERE code = 'C1'", vec![]).await.expect("reads");
        let invoices = "Invoice No,Item No,Customer No,Date,Qty,Net Amount,Currency,Type\n1,C1,north,2026-10-01,5,450,EUR,Invoice\n\
                        2,C1,north,2026-10-20,2,180,EUR,Return\n3,C1,south,2026-10-02,1,90,EUR,Invoice\n4,G1,south,2026-10-02,1,70,EUR,Invoice\n";
        load(&runner, "lines.csv", invoices).await;
        let sites = |found: &[crate::sales::queries::Site]| found.iter().map(|s| (s.account.clone(), s.minor, s.milli)).collect::<Vec<_>>();
        let (ordered, found) = product_sites(&runner.db, &all, product, 0).await.expect("reads");
        let billed = vec![("St. Brigid Med Ctr".to_owned(), 27_000, 3_000), ("Mercy Hospital".to_owned(), 9_000, 1_000)];
        assert_eq!((ordered, sites(&found)), (false, billed), "net of what came back");
        load(&runner, "orders.csv", "Order No,Item No,Customer No,Date,Qty,Net Amount,Currency\n9,C1,south,2026-10-05,4,360,EUR\n").await;
        let (ordered, found) = product_sites(&runner.db, &all, product, 0).await.expect("reads");
        assert_eq!(
            (ordered, sites(&found)),
            (true, vec![("Mercy Hospital".to_owned(), 36_000, 4_000)]),
            "orders count where there are any"
        );
    }
}
