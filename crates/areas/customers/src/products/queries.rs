//! Reads of the catalogue.

use super::model::unit;
use crate::lists::{Keyset, SortBy};
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, Query, Value, args, contains};
use serde::Deserialize;
use std::collections::HashMap;

/// What the catalogue is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    pub name: String,
    pub family: String,
    pub sort: String,
    pub after: String,
    pub before: String,
}

/// An article as the catalogue shows it.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Article {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub family: String,
    pub line: String,
    pub business_unit: String,
    pub stage: String,
    pub kind: String,
    pub list_price_cents: i64,
    pub currency: String,
    pub unit: String,
    pub udi_di: Option<String>,
    pub agency: Option<String>,
    pub fda_code: Option<String>,
    pub device_class: Option<String>,
    pub predecessor: Option<String>,
    pub successor: Option<String>,
    pub discontinued_on: Option<i64>,
    pub lifetime_years: Option<i64>,
    pub source: String,
}

pub(super) const ARTICLE: &str = "product.id, product.code, product.name, product.family, product.line, product.business_unit, product.stage, \
    product.kind, product.list_price_cents, product.currency, product.unit, product.udi_di, product.agency, product.fda_code, \
    product.device_class, product.predecessor, product.successor, product.discontinued_on, product.lifetime_years, product.source";

/// Ways to sort it; by name if none is asked for.
pub(super) const SORTS: &[SortBy] = &[
    SortBy::text("name", "Product", "product.name"),
    SortBy::text("family", "Family", "product.family"),
    SortBy::text("unit", "Business unit", "product.business_unit"),
    SortBy::text("stage", "Stage", "product.stage"),
    SortBy::number("price", "List price", "product.list_price_cents"),
];

impl Ask {
    pub fn parameters(&self) -> [(&str, &str); 3] {
        [("name", &self.name), ("family", &self.family), ("sort", &self.sort)]
    }

    pub fn list(&self) -> Keyset {
        let mut list = Keyset {
            columns: ARTICLE.into(),
            from: "product".into(),
            conditions: vec!["1 = 1".into()],
            args: Vec::new(),
            key: "product.name".into(),
            numeric: false,
            descending: false,
            id: "product.id".into(),
        };
        if !self.name.trim().is_empty() {
            let like = contains(&self.name);
            list.filter(
                "LOWER(product.name || ' ' || product.code || ' ' || COALESCE(product.udi_di, '')) LIKE LOWER({}) ESCAPE '!'",
                like,
            );
        }
        if !self.family.is_empty() {
            list.filter("product.family = {}", self.family.clone());
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

/// All families, by name.
pub(super) async fn families(db: &impl Query) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        family: String,
    }
    Ok(db.all::<Row>("SELECT DISTINCT family FROM product ORDER BY family", vec![]).await?.into_iter().map(|r| r.family).collect())
}

/// One article.
pub(super) async fn article(db: &impl Query, id: i64) -> Result<Option<Article>> {
    db.one(&format!("SELECT {ARTICLE} FROM product WHERE id = $1"), args![id]).await
}

/// A unit of an article, and what it holds.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct UnitRow {
    pub unit: String,
    pub holds: i64,
    pub gtin: Option<String>,
}

pub(super) async fn units(db: &impl Query, id: i64) -> Result<Vec<UnitRow>> {
    db.all("SELECT unit, holds, gtin FROM product_unit WHERE product_id = $1 ORDER BY holds, unit", args![id]).await
}

/// A list price.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Price {
    pub currency: String,
    pub unit: String,
    pub minor: i64,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
}

pub(super) async fn prices(db: &impl Query, id: i64) -> Result<Vec<Price>> {
    let sql = "SELECT currency, unit, minor, valid_from, valid_to FROM product_price WHERE product_id = $1 ORDER BY currency, unit, valid_from DESC";
    db.all(sql, args![id]).await
}

/// One change of one field.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Change {
    pub at: i64,
    pub actor: String,
    pub field: String,
    pub was: String,
    pub becomes: String,
    pub source: String,
}

pub(super) async fn changes(db: &impl Query, id: i64) -> Result<Vec<Change>> {
    let sql = "SELECT at, actor, field, was, becomes, source FROM product_change WHERE product_id = $1 ORDER BY at DESC, id DESC LIMIT 50";
    db.all(sql, args![id]).await
}

/// An FDA product code.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Classification {
    pub name: String,
    pub class: String,
    pub regulation: String,
    pub definition: String,
}

pub(super) async fn classification(db: &impl Query, code: &str) -> Result<Option<Classification>> {
    db.one("SELECT name, class, regulation, definition FROM fda_product_code WHERE code = $1", args![code]).await
}

/// Another article with its code.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Other {
    pub id: i64,
    pub code: String,
    pub name: String,
}

/// Consumables used with this article, and devices this article is used with.
pub(super) async fn used_with(db: &impl Query, id: i64) -> Result<Vec<Other>> {
    let sql = "SELECT p.id, p.code, p.name FROM product p WHERE p.id IN (SELECT consumable_id FROM consumable_of WHERE device_id = $1 \
               UNION SELECT device_id FROM consumable_of WHERE consumable_id = $1) ORDER BY p.name, p.id";
    db.all(sql, args![id]).await
}

/// Articles found by any number that files use for them, with how many base units each unit holds: loaded for the numbers of one
/// chunk of a file.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    by_number: HashMap<String, i64>,
    holds: HashMap<(i64, String), i64>,
}

#[derive(FromQueryResult)]
struct Found {
    id: i64,
    number: String,
}

#[derive(FromQueryResult)]
struct Holds {
    product_id: i64,
    unit: String,
    holds: i64,
}

impl Numbers {
    /// Loads what the record knows of `numbers`: article codes first, then device identifiers, then the
    /// GTINs of packs, then names that only one article bears.
    pub async fn load(db: &impl Query, numbers: &[&str]) -> Result<Self> {
        let mut out = Self::default();
        let mut wanted: Vec<&str> = numbers.iter().copied().filter(|n| !n.is_empty()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for chunk in wanted.chunks(1_000) {
            let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let long: Vec<Value> = chunk.iter().map(|n| Value::from(padded(n))).collect();
            for sql in [
                format!("SELECT product_id AS id, gtin AS number FROM product_unit WHERE gtin IN ({places})"),
                format!("SELECT id, udi_di AS number FROM product WHERE udi_di IN ({places})"),
            ] {
                out.by_number.extend(db.all::<Found>(&sql, long.clone()).await?.into_iter().map(|f| (f.number, f.id)));
            }
            let sql = format!("SELECT id, code AS number FROM product WHERE code IN ({places})");
            let codes: Vec<Value> = chunk.iter().map(|n| Value::from((*n).to_owned())).collect();
            out.by_number.extend(db.all::<Found>(&sql, codes.clone()).await?.into_iter().map(|f| (f.number, f.id)));
            // A name stands for an article only where one article bears it and no number is written so.
            let sql =
                format!("SELECT MIN(id) AS id, name AS number FROM product WHERE name IN ({places}) GROUP BY name HAVING COUNT(*) = 1");
            for named in db.all::<Found>(&sql, codes).await? {
                out.by_number.entry(named.number).or_insert(named.id);
            }
        }
        let mut ids: Vec<i64> = out.by_number.values().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        for chunk in ids.chunks(1_000) {
            let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            let sql = format!("SELECT product_id, unit, holds FROM product_unit WHERE product_id IN ({list})");
            out.holds.extend(db.all::<Holds>(&sql, vec![]).await?.into_iter().map(|h| ((h.product_id, h.unit), h.holds)));
        }
        Ok(out)
    }

    /// The article that a number names.
    pub fn of(&self, number: &str) -> Option<i64> {
        self.by_number.get(number).or_else(|| self.by_number.get(&padded(number))).copied()
    }

    /// A quantity in base units (thousandths of them); `None` when the record does not say what the unit holds.
    pub fn in_base_units(&self, product: i64, thousandths: i64, unit_text: &str) -> Option<i64> {
        let unit = unit(unit_text);
        match self.holds.get(&(product, unit.clone())) {
            Some(holds) => thousandths.checked_mul(*holds),
            None => (unit == "EA").then_some(thousandths),
        }
    }
}

/// GTINs are compared with 14 digits.
fn padded(number: &str) -> String {
    let gtin = matches!(number.len(), 8 | 12 | 13) && number.bytes().all(|b| b.is_ascii_digit());
    if gtin { format!("{number:0>14}") } else { number.to_owned() }
}
