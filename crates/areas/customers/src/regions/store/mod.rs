//! The tables of regions: ZIP codes of the United States, postcodes and regions elsewhere.

mod nuts;

pub(super) use nuts::country_of;
pub use nuts::{NutsRow, nuts_form, place_accounts, upsert_nuts};

use rounds_kernel::Result;
use rounds_platform::imports::ChunkReport;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120600_customers_region",
            up: "
CREATE TABLE referral_region (
  zip TEXT PRIMARY KEY, hsa BIGINT NOT NULL, hsa_name TEXT NOT NULL, hrr BIGINT NOT NULL, hrr_name TEXT NOT NULL);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_120340_customers_market_region",
            up: "
CREATE TABLE market_region (id {id}, scheme TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL, UNIQUE (scheme, code));
CREATE TABLE postcode_region (country TEXT NOT NULL, postcode TEXT NOT NULL, code TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (country, postcode));
",
        }
        .boxed(),
    ]
}

/// A ZIP code's region on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RegionRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// Five-digit ZIP.
    pub zip: String,
    /// Number of the hospital service area.
    pub hsa: i64,
    /// Its name, e.g. `Ketchikan, AK`.
    pub hsa_name: String,
    /// Number of the referral region.
    pub hrr: i64,
    /// Its name.
    pub hrr_name: String,
}

/// A ZIP code's region as stored.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Region {
    /// Five-digit ZIP.
    pub zip: String,
    /// Number of the hospital service area.
    pub hsa: i64,
    /// Its name.
    pub hsa_name: String,
    /// Number of the referral region.
    pub hrr: i64,
    /// Its name.
    pub hrr_name: String,
}

impl Region {
    fn of(row: &RegionRow) -> Self {
        Self { zip: row.zip.clone(), hsa: row.hsa, hsa_name: row.hsa_name.clone(), hrr: row.hrr, hrr_name: row.hrr_name.clone() }
    }
}

/// Whether any ZIP is known: without the crosswalk a missing region says nothing.
pub async fn loaded(db: &impl Query) -> Result<bool> {
    Ok(db.text("SELECT zip FROM referral_region LIMIT 1", vec![]).await?.is_some())
}

/// Regions of ZIP codes; a ZIP that the crosswalk does not list is absent.
pub async fn of_zips(db: &impl Query, zips: &[&str]) -> Result<HashMap<String, Region>> {
    let mut out = HashMap::new();
    for chunk in zips.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT zip, hsa, hsa_name, hrr, hrr_name FROM referral_region WHERE zip IN ({})", places.join(", "));
        let values = chunk.iter().map(|z| Value::from((*z).to_owned())).collect();
        out.extend(db.all::<Region>(&sql, values).await?.into_iter().map(|r| (r.zip.clone(), r)));
    }
    Ok(out)
}

/// Writes regions and places the accounts that stand in them. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<RegionRow>) -> Result<ChunkReport> {
    let zips: Vec<&str> = rows.iter().map(|r| r.zip.as_str()).collect();
    let known = of_zips(tx, &zips).await?;
    let mut report = ChunkReport::default();
    let mut writes: HashMap<String, Region> = HashMap::new();
    for row in &rows {
        let after = Region::of(row);
        match known.get(&row.zip) {
            Some(before) if *before == after => report.unchanged += 1,
            before => {
                report.written += 1;
                report.created += u64::from(before.is_none());
                writes.insert(row.zip.clone(), after);
            }
        }
    }
    let mut changed: Vec<String> = writes.keys().cloned().collect();
    changed.sort_unstable();
    let values = writes.into_values().map(|r| args![r.zip, r.hsa, r.hsa_name, r.hrr, r.hrr_name]).collect();
    let update = "ON CONFLICT (zip) DO UPDATE SET hsa = excluded.hsa, hsa_name = excluded.hsa_name, hrr = excluded.hrr, hrr_name = excluded.hrr_name";
    tx.insert_many("referral_region", &["zip", "hsa", "hsa_name", "hrr", "hrr_name"], values, update).await?;
    crate::accounts::place(tx, &changed).await?;
    Ok(report)
}
