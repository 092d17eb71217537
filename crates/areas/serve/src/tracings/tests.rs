//! Tracings imported, restated, mapped and compared with direct sales, on each engine.

use super::queries::{indirect, reports};
use crate::sales::{load, runners};
use rounds_kernel::{Actor, Scope, UserId};

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
