//! The product table and those around it.

pub(super) mod catalogue;
pub(super) mod codes;

use crate::identifiers;
use rounds_kernel::{ProductStage, Result};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120500_customers_product",
            up: "
CREATE TABLE product (
  id {id}, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, family TEXT NOT NULL, business_unit TEXT NOT NULL, stage TEXT NOT NULL,
  list_price_cents BIGINT NOT NULL);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_090000_customers_product_catalogue",
            up: "
ALTER TABLE product ADD COLUMN line TEXT NOT NULL DEFAULT '';
ALTER TABLE product ADD COLUMN kind TEXT NOT NULL DEFAULT 'consumable';
ALTER TABLE product ADD COLUMN currency TEXT NOT NULL DEFAULT 'USD';
ALTER TABLE product ADD COLUMN unit TEXT NOT NULL DEFAULT 'EA';
ALTER TABLE product ADD COLUMN udi_di TEXT;
ALTER TABLE product ADD COLUMN agency TEXT;
ALTER TABLE product ADD COLUMN fda_code TEXT;
ALTER TABLE product ADD COLUMN device_class TEXT;
ALTER TABLE product ADD COLUMN predecessor TEXT;
ALTER TABLE product ADD COLUMN successor TEXT;
ALTER TABLE product ADD COLUMN discontinued_on BIGINT;
ALTER TABLE product ADD COLUMN lifetime_years BIGINT;
ALTER TABLE product ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX product_name ON product (name, id);
CREATE INDEX product_family ON product (family, name, id);
CREATE UNIQUE INDEX product_udi ON product (udi_di);
CREATE TABLE product_unit (
  id {id}, product_id BIGINT NOT NULL, unit TEXT NOT NULL, holds BIGINT NOT NULL, gtin TEXT, UNIQUE (product_id, unit));
CREATE INDEX product_unit_gtin ON product_unit (gtin);
CREATE TABLE product_price (
  id {id}, product_id BIGINT NOT NULL, currency TEXT NOT NULL, unit TEXT NOT NULL, minor BIGINT NOT NULL, valid_from BIGINT NOT NULL,
  valid_to BIGINT, source TEXT NOT NULL, UNIQUE (product_id, currency, unit, valid_from));
CREATE TABLE product_change (
  id {id}, product_id BIGINT NOT NULL, field TEXT NOT NULL, was TEXT NOT NULL, becomes TEXT NOT NULL, at BIGINT NOT NULL,
  user_id BIGINT, actor TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX product_change_product ON product_change (product_id, at, id);
CREATE TABLE consumable_of (
  id {id}, device_id BIGINT NOT NULL, consumable_id BIGINT NOT NULL, UNIQUE (device_id, consumable_id));
CREATE INDEX consumable_of_consumable ON consumable_of (consumable_id, device_id);
CREATE TABLE fda_product_code (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, class TEXT NOT NULL, regulation TEXT NOT NULL, panel TEXT NOT NULL, definition TEXT NOT NULL,
  implant BIGINT NOT NULL, life_support BIGINT NOT NULL);
",
        }
        .boxed(),
    ]
}

/// A product on its way into the record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProductRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// The company's article code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Product family.
    pub family: String,
    /// Business unit.
    pub business_unit: String,
    /// Where it stands in its life.
    pub stage: ProductStage,
    /// List price.
    pub list_price_cents: i64,
}

/// A product as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Product {
    /// Id.
    pub id: i64,
    /// The company's article code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Product family.
    pub family: String,
    /// Business unit.
    pub business_unit: String,
    /// Stage code.
    pub stage: String,
    /// List price.
    pub list_price_cents: i64,
}

const COLUMNS: &str = "id, code, name, family, business_unit, stage, list_price_cents";

/// Ids by code.
pub async fn ids(db: &impl Query, codes: &[&str]) -> Result<HashMap<String, i64>> {
    identifiers::keys(db, "product", "code", codes).await
}

/// The portfolio by business unit, family and name.
pub async fn all(db: &impl Query) -> Result<Vec<Product>> {
    db.all(&format!("SELECT {COLUMNS} FROM product ORDER BY business_unit, family, name, id"), vec![]).await
}

/// Writes products: new ones are added, known ones brought up to date. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<ProductRow>) -> Result<ChunkReport> {
    let known: HashMap<String, Product> = all(tx).await?.into_iter().map(|p| (p.code.clone(), p)).collect();
    let (mut report, mut seen, mut values, mut written) = (ChunkReport::default(), HashSet::new(), Vec::new(), Vec::new());
    for r in rows {
        if r.code.is_empty() || !seen.insert(r.code.clone()) || r.list_price_cents < 0 {
            let cause = format!("Product code “{}” is blank or stands twice, or its price is negative.", r.code);
            report.rejects.push(reject(r.line, "import.product_unclear", cause, "Give each product one row, a code and a price."));
            continue;
        }
        let before = known.get(&r.code).cloned().unwrap_or_default();
        let stage = r.stage.code().to_owned();
        let after = Product {
            id: before.id,
            code: r.code,
            name: r.name,
            family: r.family,
            business_unit: r.business_unit,
            stage,
            list_price_cents: r.list_price_cents,
        };
        if after == before {
            report.unchanged += 1;
            continue;
        }
        report.written += 1;
        report.created += u64::from(before.id == 0);
        written.push(after.code.clone());
        values.push(args![after.code, after.name, after.family, after.business_unit, after.stage, after.list_price_cents]);
    }
    let update = "ON CONFLICT (code) DO UPDATE SET name = excluded.name, family = excluded.family, business_unit = excluded.business_unit, \
                  stage = excluded.stage, list_price_cents = excluded.list_price_cents";
    tx.insert_many("product", &["code", "name", "family", "business_unit", "stage", "list_price_cents"], values, update).await?;
    index(tx, &written).await?;
    Ok(report)
}

/// Renews what search knows of the articles with these codes.
async fn index(tx: &mut Tx, codes: &[String]) -> Result<()> {
    let found = ids(tx, &codes.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let mut found: Vec<i64> = found.into_values().collect();
    found.sort_unstable();
    crate::search::index_products(tx, &found).await
}
