//! The published files of the United States market, in both orders: 637 systems, 6,742 hospitals, their links and regions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, data, worlds};
use std::collections::BTreeMap;
use std::path::Path;

const SYSTEMS: &str = "chsp-compendium-2018.csv";
const HOSPITALS: &str = "chsp-hospital-linkage-2018.csv";
const CMS: &str = "Hospital_General_Information.csv";
const REGIONS: &str = "ZipHsaHrr18.csv";

async fn load(world: &World, folder: &Path, files: &[&str]) -> BTreeMap<String, (u64, u64, u64)> {
    let mut out = BTreeMap::new();
    for file in files {
        let now = rounds_kernel::Clock::now(&rounds_kernel::SystemClock).0;
        let report = world.import(file, std::fs::read(folder.join(file)).unwrap()).await.unwrap();
        assert_eq!(report.rejected, 0, "{file}: {:?}", report.rejects);
        assert_eq!(report.read, report.created + report.updated + report.unchanged, "{file}: every row is accounted for");
        let took = rounds_kernel::Clock::now(&rounds_kernel::SystemClock).0 - now;
        println!("{} {file}: {} rows in {:.2} s; {}", world.engine, report.read, took as f64 / 1e6, report.summary());
        out.insert((*file).to_owned(), (report.created, report.updated, report.unchanged));
    }
    out
}

/// Everything that the files say, without ids and without what depends on the order of files.
async fn contents(world: &World) -> String {
    use rounds_store::Query;
    let mut all = String::new();
    for sql in [
        "SELECT source_key || '|' || name || '|' || city || '|' || state FROM health_system ORDER BY source_key",
        "SELECT source_key || '|' || name || '|' || setting || '|' || zip || '|' || zone || '|' || source || '|' || COALESCE(hrr, 0) || '|' || \
         COALESCE(rating, 0) || '|' || COALESCE(ownership, '') || '|' || COALESCE(phone, '') FROM account ORDER BY source_key",
        "SELECT a.source_key || '|' || s.source_key || '|' || f.valid_from || '|' || COALESCE(f.valid_to, 0) FROM affiliation f \
         JOIN account a ON a.id = f.child_id JOIN health_system s ON s.id = f.parent_id ORDER BY a.source_key, s.source_key",
        "SELECT i.scheme || '|' || i.value || '|' || a.source_key FROM identifier i JOIN account a ON a.id = i.entity_id \
         WHERE i.entity_kind = 'account' AND i.value <> '104079' ORDER BY i.scheme, i.value",
    ] {
        for row in world.runner.db.fetch(sql, vec![]).await.unwrap() {
            let text: String = row.try_get_by_index(0).unwrap();
            all.push_str(&text);
            all.push('\n');
        }
    }
    all
}

async fn check(world: &World) {
    assert_eq!(world.number("SELECT COUNT(*) FROM health_system").await, 637);
    assert_eq!(world.number("SELECT COUNT(*) FROM account WHERE source = 'ahrq-hospitals'").await, 6_742);
    // 450 hospitals of the 2026 directory were not in the 2018 Compendium.
    assert_eq!(world.number("SELECT COUNT(*) FROM account WHERE source = 'cms-hospitals'").await, 450);
    assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE valid_to IS NULL").await, 6_742 - 2_855);
    assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE valid_from = 17896").await, 3_887, "31 December 2018");
    assert_eq!(world.number("SELECT COUNT(*) FROM referral_region").await, 40_877);
    assert_eq!(world.number("SELECT COUNT(DISTINCT hrr) FROM account WHERE source = 'ahrq-hospitals'").await, 306);
    assert_eq!(world.number("SELECT COUNT(*) FROM account WHERE source = 'ahrq-hospitals' AND hrr IS NULL").await, 0);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM account WHERE hrr IS NULL").await,
        66,
        "66 hospitals that only CMS lists lie in ZIPs that the crosswalk lacks"
    );
    // 5,421 hospitals of CMS less 2,552 without a rating.
    assert_eq!(world.number("SELECT COUNT(*) FROM account WHERE rating IS NOT NULL").await, 2_869);
    assert_eq!(world.number("SELECT COUNT(*) FROM account WHERE ownership IS NOT NULL").await, 5_421);
    assert_eq!(world.number("SELECT COUNT(*) FROM identifier WHERE scheme = 'chsp_hospital'").await, 6_742);
    // 6,591 rows with a CCN; two of them share one.
    assert_eq!(world.number("SELECT COUNT(*) FROM identifier WHERE scheme = 'ccn'").await, 6_590 + 450);
    let mayo = "SELECT a.name FROM identifier i JOIN account a ON a.id = i.entity_id WHERE i.scheme = 'ccn' AND i.value = '240010'";
    assert!(world.text(mayo).await.starts_with("Mayo Clinic Hospital"), "{}", world.text(mayo).await);
}

#[tokio::test]
async fn the_real_market_goes_in_and_the_order_of_files_does_not_matter() {
    let Some(folder) = data() else { return };
    for (forward, backward) in worlds().await.into_iter().zip(worlds().await) {
        let first = load(&forward, &folder, &[SYSTEMS, HOSPITALS, CMS, REGIONS]).await;
        assert_eq!(first[SYSTEMS], (637, 0, 0));
        assert_eq!(first[HOSPITALS], (6_742, 0, 0));
        assert_eq!(first[CMS], (450, 4_971, 0));
        check(&forward).await;
        load(&backward, &folder, &[REGIONS, CMS, HOSPITALS, SYSTEMS]).await;
        check(&backward).await;
        let (a, b) = (contents(&forward).await, contents(&backward).await);
        let other = a.lines().zip(b.lines()).find(|(a, b)| a != b);
        assert_eq!(other, None, "{}: both orders make the same record", forward.engine);
        let again = load(&forward, &folder, &[SYSTEMS, HOSPITALS, CMS, REGIONS]).await;
        let changed: u64 = again.values().map(|(created, updated, _)| created + updated).sum();
        assert_eq!(changed, 0, "the same files again say nothing new: {again:?}");
        check(&forward).await;
    }
}
