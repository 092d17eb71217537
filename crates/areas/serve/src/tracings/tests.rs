//! Tracings imported, restated, mapped and compared with direct sales, on each engine.

use super::pages::file;
use super::queries::list::{Ask, Listed, SORTS};
use super::queries::{added_up, indirect, lines, reports};
use crate::sales::{body, load, runners, walk};
use rounds_customers::lists::chosen;
use rounds_kernel::{Actor, Scope, UserId};
use rounds_store::Query;

const FILE: &str = "Distributor,Period,Ship To,Ship To Name,Ship To Zip,SKU,Qty,UoM,Sales Value,Received On\n\
    Midwest,2026-09,D1,St Brigid Med Ctr,55805,C1,10,EA,900,2026-11-04\n\
    Midwest,2026-09,D2,Nobody Knows,99999,ZZZ,1,EA,,2026-11-04\n\
    Midwest,2026-13,D1,,,C1,1,EA,1,2026-11-04\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_period_reported_again_replaces_what_was_said_and_keeps_it() {
    for (runner, _db) in runners().await {
        let all = Actor::program("test");
        let first = load(&runner, "sept.csv", FILE).await;
        assert_eq!((first.created, first.rejected, first.rejects[0].code.as_str()), (2, 1, "tracings.period"));
        let again = load(&runner, "sept.csv", FILE).await;
        assert_eq!((again.created, again.unchanged), (0, 2), "the same file is the same report");
        load(&runner, "sept restated.csv", &FILE.replace(",900,", ",1200,")).await;
        let found = reports(&runner.db, &all).await.expect("reads");
        let said: Vec<_> = found.iter().map(|r| (r.version, r.replaced_by.is_some(), r.minor, r.unmapped, r.unnamed, r.unpriced)).collect();
        assert_eq!(said, [(2, false, 120_000, 1, 1, 1), (1, true, 90_000, 1, 1, 1)]);
        assert_eq!(found[0].received_on - found[0].period_to, 35, "lag: 30 September to 4 November");
        assert_eq!(indirect(&runner.db, &all, 0).await.expect("adds up")[0].minor, 120_000, "only the newest counts");
        let nobody = Actor { scope: Scope::CoveredBy(vec![UserId(9)]), ..all };
        assert!(reports(&runner.db, &nobody).await.expect("reads").is_empty());
    }
}

/// One line of each of sixty distributors.
fn many() -> String {
    let line = |n: i64| {
        let name = if n == 7 { "=1+1" } else { "Clinic" };
        format!("T{n:02},2026-09,S{n},{name},99999,C1,1,EA,{n},2026-10-{:02}\n", 1 + n * 5 % 28)
    };
    format!("{}\n{}", FILE.lines().next().unwrap_or_default(), (0..60).map(line).collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_sort_both_ways_over_two_pages() {
    for (runner, _db) in runners().await {
        load(&runner, "many.csv", &many()).await;
        let all = Actor::program("test");
        let ids = async |sort: String| {
            let found = walk(&runner.db, &Ask { sort, ..Ask::default() }.list(&all), |r: &Listed| r.id).await;
            found.into_iter().map(|r| r.id).collect::<Vec<_>>()
        };
        for way in SORTS {
            let (up, mut down) = (ids(way.name.into()).await, ids(format!("-{}", way.name)).await);
            down.reverse();
            assert!(up.len() == 60 && up == down, "{}", way.name);
            let rows = added_up(&runner.db, &all, &up).await.expect("adds up");
            assert!(way.name != "lag" || rows.is_sorted_by_key(|r| r.received_on - r.period_to));
            assert!(way.name != "distributor" || rows.is_sorted_by_key(|r| &r.distributor));
        }
        let own = added_up(&runner.db, &all, &ids(String::new()).await).await.expect("adds up");
        let by_period = reports(&runner.db, &all).await.expect("reads");
        assert!(own.iter().map(|r| r.id).eq(by_period.iter().map(|r| r.id)), "the list's own order is as it was");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_reports_are_exported_alone_and_replaced_ones_when_asked_for() {
    for (runner, _db) in runners().await {
        load(&runner, "many.csv", &many()).await;
        load(&runner, "many restated.csv", &many().lines().take(3).map(|l| format!("{l}\n")).collect::<String>()).await;
        let all = Actor::program("test");
        let nobody = Actor { scope: Scope::CoveredBy(vec![UserId(9)]), ..all.clone() };
        let of = async |sql: &str| runner.db.number(sql, vec![]).await.expect("reads");
        let of_code = "FROM tracing_report r JOIN distributor d ON d.id = r.distributor_id WHERE d.code";
        let seventh = of(&format!("SELECT r.id {of_code} = 'T07'")).await;
        let replaced = of(&format!("SELECT MIN(r.id) {of_code} = 'T00'")).await;
        let export = async |ask: &Ask, actor: &Actor, ids: &[i64]| {
            body(file(lines(&runner.db, &ask.lines(actor, ids), 1_000).await.expect("reads"))).await
        };
        let picked = chosen(Some(&format!("id={seventh}&id={replaced}")));
        let csv = export(&Ask::default(), &all, &picked).await;
        assert!(csv.lines().count() == 3 && csv.contains(",'=1+1,"), "{csv}");
        assert_eq!(export(&Ask::default(), &nobody, &picked).await.lines().count(), 1, "choosing widens no scope");
        assert_eq!(export(&Ask::default(), &all, &[]).await.lines().count(), 61, "what counts, once");
        let gone = Ask { show: "replaced".into(), ..Ask::default() };
        assert_eq!(export(&gone, &all, &[]).await.lines().count(), 3);
        let one = Ask { name: "t07".into(), ..Ask::default() };
        assert_eq!(export(&one, &all, &[]).await.lines().count(), 2);
    }
}
