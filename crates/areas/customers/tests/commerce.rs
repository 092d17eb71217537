//! The catalogue, the FDA's product codes and the installed base, imported on each engine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{data, program, worlds};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_kernel::CareSetting;

const CATALOGUE: &str = "SKU,Product Description,Product Family,GTIN,Units per Box,Box GTIN,List Price,Currency,Replacement Years,Product Type,Used With\n\
    D1,Console,Therapy,00614141999996,,,\"6.900,00\",EUR,8,device,\n\
    C1,Canister,Therapy,10614141000415,10,,87,EUR,,consumable,D1\n\
    C2,Foam,Therapy,10614141000416,,,64,EUR,,,\n\
    C3,Tube,Therapy,10614141000415,,,1,EUR,,,\n\
    C4,Cap,Therapy,,0,,1,EUR,,,\n";

#[tokio::test(flavor = "multi_thread")]
async fn articles_are_checked_and_every_change_is_kept_with_who_made_it() {
    for w in worlds().await {
        let report = w.import("catalogue.csv", CATALOGUE).await.unwrap();
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!((codes, report.created), (vec!["import.device_identifier", "import.udi_taken", "import.number"], 2), "{}", w.engine);
        assert_eq!(w.number("SELECT minor FROM product_price p JOIN product a ON a.id = p.product_id WHERE a.code = 'D1'").await, 690_000);
        assert_eq!(w.number("SELECT COUNT(*) FROM consumable_of").await, 1);
        let dearer = "SKU,Product Description,Product Family,List Price,Currency\nC1,Canister,Therapy,90,EUR\n";
        let report = w.import("prices.csv", dearer).await.unwrap();
        assert_eq!((report.created, report.updated), (0, 1));
        let changed = "SELECT field || ' ' || was || ' ' || becomes || ' ' || actor FROM product_change WHERE field = 'list_price_cents'";
        assert_eq!(w.text(changed).await, "list_price_cents 8700 9000 test");
        assert_eq!(w.text("SELECT udi_di FROM product WHERE code = 'C1'").await, "10614141000415", "what a file does not say stays");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fda_list_lands_whole() {
    let Some(folder) = data() else { return };
    let bytes = std::fs::read(folder.join("foiclass.txt")).unwrap();
    for w in worlds().await {
        let report = w.import("foiclass.txt", &bytes).await.unwrap();
        assert_eq!((report.read, report.created, report.rejected), (6_617, 6_617, 0), "{}: {:?}", w.engine, report.rejects.first());
        assert_eq!(w.number("SELECT COUNT(*) FROM fda_product_code WHERE implant = 1").await, 640);
        let again = w.import("foiclass again.txt", [bytes.as_slice(), b"\n"].concat()).await.unwrap();
        assert_eq!((again.created, again.unchanged), (0, 6_617));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_due_by_their_file_or_their_article_and_otherwise_unknown() {
    for w in worlds().await {
        w.import("catalogue.csv", CATALOGUE).await.unwrap();
        let north = AccountRow::new("north", "North", CareSetting::Hospital, "test");
        w.runner.run(&program(), ImportAccounts { rows: vec![north] }).await.unwrap();
        let devices = "Serial Number,Product Code,Account Key,Installed On,Removed On,Replace On\n\
                       S1,D1,north,2018-11-23,,\nS2,D1,north,2020-01-01,,2024-01-01\nS3,XX,north,2020-01-01,,\n\
                       S4,D1,nowhere,2020-01-01,,\nS5,D1,north,2020-01-01,2019-01-01,\nS1,D1,north,2018-11-23,,\n";
        let report = w.import("devices.csv", devices).await.unwrap();
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!((codes, report.created), (vec!["import.account_unknown", "device.dates", "import.duplicate"], 3));
        let calls = "Call Number,Serial Number,Opened On,Resolved On,Downtime Minutes\n\
                     1,S1,2026-10-01,2026-10-02,300\n2,S9,2026-10-01,,\n3,S1,2026-10-02,2026-10-01,\n4,S2,2026-10-02,,-5\n";
        let report = w.import("calls.csv", calls).await.unwrap();
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!((codes, report.created), (vec!["device.unknown", "device.dates", "import.number"], 1));
        assert_eq!(
            w.number("SELECT COUNT(*) FROM fact WHERE kind = 'equipment' AND person_id IS NULL").await,
            4,
            "three installed, one call"
        );
        let again = w.import("calls again.csv", calls.replace("300", "310")).await.unwrap();
        assert_eq!((again.created, again.updated), (0, 1), "a call that says something new is the same call");
        let again = w.import("calls once more.csv", format!("{}\n", calls.replace("300", "310"))).await.unwrap();
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 1));
        let again = w.import("devices again.csv", devices.replace("nowhere", "nobody")).await.unwrap();
        assert_eq!((again.created, again.unchanged), (0, 3));
    }
}
