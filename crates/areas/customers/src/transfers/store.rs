//! The table of transfers of value.

use rounds_kernel::Result;
use rounds_platform::imports::ChunkReport;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::HashMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_150000_customers_value_transfer",
            up: "
CREATE TABLE value_transfer (
  id {id}, record_no TEXT NOT NULL UNIQUE, person_id BIGINT NOT NULL, payer TEXT NOT NULL, amount_cents BIGINT NOT NULL,
  day BIGINT NOT NULL, nature TEXT NOT NULL, product TEXT NOT NULL, year BIGINT NOT NULL, disputed BIGINT NOT NULL);
CREATE INDEX value_transfer_person ON value_transfer (person_id, day, id);
",
        }
        .boxed(),
    ]
}

/// One payment or other transfer.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct Transfer {
    /// The publisher's number of it.
    pub record_no: String,
    /// Who received it.
    pub person_id: i64,
    /// The manufacturer or buying organisation that made it.
    pub payer: String,
    /// How much, in cents of a US dollar.
    pub amount_cents: i64,
    /// When, in days.
    pub day: i64,
    /// What for, in the publisher's words: food and beverage, consulting fee …
    pub nature: String,
    /// The first product that it was about; may be empty.
    pub product: String,
    /// The program year in which it was published.
    pub year: i64,
    /// 1 while the recipient disputes it.
    pub disputed: i64,
}

const COLUMNS: &str = "record_no, person_id, payer, amount_cents, day, nature, product, year, disputed";

/// Writes at most 1,000 transfers, each once.
pub(super) async fn upsert(tx: &mut Tx, rows: Vec<Transfer>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    if rows.is_empty() {
        return Ok(report);
    }
    let places: Vec<String> = (1..=rows.len()).map(|n| format!("${n}")).collect();
    let sql = format!("SELECT {COLUMNS} FROM value_transfer WHERE record_no IN ({})", places.join(", "));
    let values = rows.iter().map(|t| Value::from(t.record_no.clone())).collect();
    let known: HashMap<String, Transfer> = tx.all::<Transfer>(&sql, values).await?.into_iter().map(|t| (t.record_no.clone(), t)).collect();
    let mut writes = Vec::new();
    for t in rows {
        match known.get(&t.record_no) {
            Some(before) if *before == t => report.unchanged += 1,
            before => {
                report.written += 1;
                report.created += u64::from(before.is_none());
                writes.push(args![t.record_no, t.person_id, t.payer, t.amount_cents, t.day, t.nature, t.product, t.year, t.disputed]);
            }
        }
    }
    let update = "ON CONFLICT (record_no) DO UPDATE SET person_id = excluded.person_id, payer = excluded.payer, \
        amount_cents = excluded.amount_cents, day = excluded.day, nature = excluded.nature, product = excluded.product, \
        year = excluded.year, disputed = excluded.disputed";
    let into: Vec<&str> = COLUMNS.split(", ").collect();
    tx.insert_many("value_transfer", &into, writes, update).await?;
    Ok(report)
}

/// What one manufacturer transferred to a person.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct Total {
    pub payer: String,
    pub transfers: i64,
    pub amount_cents: i64,
    pub first_year: i64,
    pub last_year: i64,
    pub disputed: i64,
}

/// Totals by manufacturer, the largest first.
pub(super) async fn totals(db: &impl Query, person: i64) -> Result<Vec<Total>> {
    let sql = "SELECT payer, COUNT(*) AS transfers, CAST(SUM(amount_cents) AS BIGINT) AS amount_cents, MIN(year) AS first_year, \
               MAX(year) AS last_year, CAST(SUM(disputed) AS BIGINT) AS disputed FROM value_transfer WHERE person_id = $1 \
               GROUP BY payer ORDER BY SUM(amount_cents) DESC, payer LIMIT 50";
    db.all(sql, args![person]).await
}

/// The latest transfers to a person.
pub(super) async fn latest(db: &impl Query, person: i64, most: i64) -> Result<Vec<Transfer>> {
    let sql = format!("SELECT {COLUMNS} FROM value_transfer WHERE person_id = $1 ORDER BY day DESC, id DESC LIMIT $2");
    db.all(&sql, args![person, most]).await
}
