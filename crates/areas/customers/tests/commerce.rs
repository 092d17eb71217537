//! The catalogue, the FDA's product codes and the installed base, imported on each engine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, data, program, worlds};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::identifiers::{self, Reads};
use rounds_customers::search;
use rounds_kernel::{Actor, CareSetting, Permission, Role, Scope, UserId};
use rounds_store::{Command, Query, Tx};

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

/// Covers the account North by user 1, and renews what search knows.
#[derive(serde::Serialize)]
struct CoverNorth;

impl Command for CoverNorth {
    const NAME: &'static str = "test.cover_north";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();
    async fn run(self, tx: &mut Tx) -> rounds_kernel::Result<()> {
        let north = tx.number("SELECT id FROM account WHERE source_key = 'north'", vec![]).await?;
        rounds_platform::scope::rebuild(tx, vec![(1, north)]).await?;
        let mut at = Some(0);
        while let Some(after) = at {
            at = search::reindex_all(tx, after).await?;
        }
        Ok(())
    }
}

/// The products go out of the index, as if they had come before search knew them.
#[derive(serde::Serialize)]
struct Forget;

impl Command for Forget {
    const NAME: &'static str = "test.forget";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();
    async fn run(self, tx: &mut Tx) -> rounds_kernel::Result<()> {
        rounds_store::search::remove(tx, rounds_store::search::DocKind::Product, &[1, 2]).await
    }
}

fn rep(role: Role) -> Actor {
    Actor { user: Some(UserId(1)), name: "Rep".into(), role, scope: Scope::CoveredBy(vec![UserId(1)]), zone: "UTC".into() }
}

async fn sold(w: &World) {
    w.import("catalogue.csv", CATALOGUE).await.unwrap();
    let account = |key: &str, name: &str| AccountRow::new(key, name, CareSetting::Hospital, "test");
    w.runner.run(&program(), ImportAccounts { rows: vec![account("north", "North"), account("south", "South")] }).await.unwrap();
    let devices = "Serial Number,Product Code,Account Key,Installed On\nSN-771,D1,north,2020-01-01\nSN-772,D1,south,2020-01-01\n";
    let parties = "Party Number,Party Name,Party Role,Account Key,Valid From\n0000104711,North AG,sold-to,north,2020-01-01\n0000104712,South AG,sold-to,south,2020-01-01\n";
    let contracts = "Contract Number,Contract Name,Contract Kind,Start Date\nK-2026-1,Dressings north,local,2026-01-01\nK-2026-2,Dressings south,local,2026-01-01\n";
    let facilities = "Contract Number,Facility Key\nK-2026-1,north\nK-2026-2,south\n";
    let tenders = "Tender Number,Lot,Tender Name,Deadline,Facilities\nT-88/26,1,Vacuum therapy,2026-12-01,north\nT-89/26,1,Vacuum southward,2026-12-01,south\n";
    for (name, text) in
        [("parties", parties), ("contracts", contracts), ("facilities", facilities), ("tenders", tenders), ("devices", devices)]
    {
        let report = w.import(&format!("{name}.csv"), text).await.unwrap();
        assert_eq!((report.rejects, report.created), (Vec::new(), 2), "{name}");
    }
    w.runner.run(&program(), CoverNorth).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sold_is_found_by_name_and_number_within_scope_and_permission() {
    for w in worlds().await {
        sold(&w).await;
        let db = &w.runner.db;
        let (rep, agent) = (rep(Role::FieldRep), rep(Role::Marketer));
        let looked = async |actor: &Actor, text: &str| {
            let found = identifiers::lookup(db, actor, Reads::of(|p| actor.may(p)), text).await.unwrap();
            found.iter().map(|f| format!("{} {} {}", f.kind, f.scheme, f.name)).collect::<Vec<_>>().join("; ")
        };
        let typed = async |actor: &Actor, text: &str| {
            let hits = search::found(db, actor, Reads::of(|p| actor.may(p)), text, 8).await.unwrap();
            hits.iter().map(|h| h.title.clone()).collect::<Vec<_>>().join("; ")
        };
        for (number, found) in [
            ("0000104711", "account customer North"),
            ("0000104712", ""),
            ("614141999996", "product device_identifier Console"),
            ("(01)10614141000415(17)270101", "product device_identifier Canister"),
            ("d1", "product article Console"),
            ("SN-771", "device serial D1, North"),
            ("SN-772", ""),
            ("K-2026-1", "contract contract Dressings north"),
            ("K-2026-2", ""),
            ("T-88/26", "tender tender Vacuum therapy"),
            ("T-89/26", ""),
        ] {
            assert_eq!(looked(&rep, number).await, found, "{}: {number}", w.engine);
            let open = if found.starts_with("product") { found } else { "" };
            assert_eq!(looked(&agent, number).await, open, "{}: {number} needs more than reading records", w.engine);
        }
        assert!(looked(&program(), "K-2026-2").await.contains("south"), "{}", w.engine);
        for (text, found) in
            [("cani", "Canister, C1"), ("C1", "Canister, C1"), ("dress", "Dressings north, K-2026-1"), ("vac", "Vacuum therapy, T-88/26")]
        {
            assert_eq!(typed(&rep, text).await, found, "{}: {text}", w.engine);
            assert_eq!(typed(&agent, text).await.is_empty(), !found.starts_with("Cani"), "{}: {text}", w.engine);
        }
        assert_eq!(typed(&program(), "dressings").await.matches("Dressings").count(), 2, "{}", w.engine);
        w.runner.run(&program(), Forget).await.unwrap();
        assert_eq!(typed(&rep, "cani").await, "", "{}", w.engine);
        search::catch_up(&w.runner).await.unwrap();
        assert_eq!(typed(&rep, "cani").await, "Canister, C1", "{}: what was there before is found as well", w.engine);
    }
}
