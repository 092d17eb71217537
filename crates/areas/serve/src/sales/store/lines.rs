//! Writing sale lines: new ones, and restated ones with what they were.

use rounds_kernel::Result;
use rounds_store::{Query, Tx, Value, args};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, HashMap};

/// A line as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub(in crate::sales) struct Stored {
    pub id: i64,
    pub erp: String,
    pub kind: String,
    pub doc_no: String,
    pub line: String,
    pub day: i64,
    pub ship_to_id: i64,
    pub sold_to_id: i64,
    pub bill_to_id: i64,
    pub payer_id: i64,
    pub product_id: Option<i64>,
    pub product_text: Option<String>,
    pub milli: i64,
    pub unit: String,
    pub base_milli: Option<i64>,
    pub minor: i64,
    pub currency: String,
    pub price_type: Option<String>,
    pub contract_no: Option<String>,
    pub po_no: Option<String>,
    pub supply: String,
    pub reason: Option<String>,
    pub ref_doc: Option<String>,
    pub source: String,
    pub version: i64,
    pub recorded_at: i64,
}

const COLUMNS: &str = "id, erp, kind, doc_no, line, day, ship_to_id, sold_to_id, bill_to_id, payer_id, product_id, product_text, milli, unit, \
    base_milli, minor, currency, price_type, contract_no, po_no, supply, reason, ref_doc, source, version, recorded_at";

/// What names a line.
pub(in crate::sales) type Key = (String, String, String, String);

impl Stored {
    pub fn key(&self) -> Key {
        (self.doc_no.clone(), self.line.clone(), self.kind.clone(), self.erp.clone())
    }

    /// True when the two say the same of the sale.
    pub fn same(&self, other: &Self) -> bool {
        let plain = |s: &Self| Self { id: 0, version: 0, recorded_at: 0, source: String::new(), ..s.clone() };
        plain(self) == plain(other)
    }
}

/// Lines of these documents that the record holds.
pub(in crate::sales) async fn known(db: &impl Query, docs: &[&str]) -> Result<HashMap<Key, Stored>> {
    let mut wanted = docs.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut out = HashMap::new();
    for chunk in wanted.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {COLUMNS} FROM sale_line WHERE doc_no IN ({places})");
        let values = chunk.iter().map(|d| Value::from((*d).to_owned())).collect();
        out.extend(db.all::<Stored>(&sql, values).await?.into_iter().map(|s| (s.key(), s)));
    }
    Ok(out)
}

/// Writes lines; `was` are those that they replace.
pub(in crate::sales) async fn write(tx: &mut Tx, lines: Vec<Stored>, was: Vec<Stored>) -> Result<()> {
    const WAS: &[&str] = &[
        "line_id",
        "version",
        "day",
        "ship_to_id",
        "product_id",
        "milli",
        "unit",
        "minor",
        "currency",
        "source",
        "recorded_at",
        "replaced_at",
    ];
    let now = tx.now.0;
    add_to_days(tx, &lines, &was).await?;
    let rows = was.into_iter();
    let rows = rows.map(|w| {
        args![w.id, w.version, w.day, w.ship_to_id, w.product_id, w.milli, w.unit, w.minor, w.currency, w.source, w.recorded_at, now]
    });
    tx.insert_many("sale_line_was", WAS, rows.collect(), "").await?;
    let into: Vec<&str> = COLUMNS.split(", ").map(str::trim).skip(1).collect();
    let rows = lines.into_iter().map(|s| {
        args![
            s.erp,
            s.kind,
            s.doc_no,
            s.line,
            s.day,
            s.ship_to_id,
            s.sold_to_id,
            s.bill_to_id,
            s.payer_id,
            s.product_id,
            s.product_text,
            s.milli,
            s.unit,
            s.base_milli,
            s.minor,
            s.currency,
            s.price_type,
            s.contract_no,
            s.po_no,
            s.supply,
            s.reason,
            s.ref_doc,
            s.source,
            s.version,
            s.recorded_at
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    let update: Vec<String> = into[4..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let suffix = format!("ON CONFLICT (doc_no, line, kind, erp) DO UPDATE SET {}", update.join(", "));
    tx.insert_many("sale_line", &into, rows, &suffix).await.map(|_| ())
}

/// Keeps the sums by day in step, so that the whole base's year is a few hundred rows and not a million.
async fn add_to_days(tx: &mut Tx, lines: &[Stored], was: &[Stored]) -> Result<()> {
    let mut days: BTreeMap<(i64, &str, &str), (i64, i64)> = BTreeMap::new();
    for (line, sign) in lines.iter().map(|l| (l, 1)).chain(was.iter().map(|w| (w, -1))) {
        let sum = days.entry((line.day, &line.kind, &line.currency)).or_default();
        *sum = (sum.0 + sign, sum.1 + sign * line.minor);
    }
    let rows = days.into_iter().map(|((day, kind, currency), (lines, minor))| args![day, kind, currency, lines, minor]).collect();
    let add =
        "ON CONFLICT (day, kind, currency) DO UPDATE SET lines = sale_day.lines + excluded.lines, minor = sale_day.minor + excluded.minor";
    tx.insert_many("sale_day", &["day", "kind", "currency", "lines", "minor"], rows, add).await.map(|_| ())
}

/// Makes the sums by day again from the lines, after some were taken back.
pub(in crate::sales) async fn rebuild_days(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM sale_day", vec![]).await?;
    let sums = "INSERT INTO sale_day (day, kind, currency, lines, minor) SELECT day, kind, currency, COUNT(*), CAST(SUM(minor) AS BIGINT) \
                FROM sale_line GROUP BY day, kind, currency";
    tx.execute(sums, vec![]).await.map(|_| ())
}

/// Lines of a ship-to in the order in which they came, after the line `after`.
pub(in crate::sales) async fn of_party(db: &impl Query, party: i64, after: i64, limit: usize) -> Result<Vec<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM sale_line WHERE ship_to_id = $1 AND id > $2 ORDER BY id LIMIT {limit}");
    db.all(&sql, args![party, after]).await
}

/// All lines of one document, by line.
pub(in crate::sales) async fn of_document(db: &impl Query, line: &Stored) -> Result<Vec<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM sale_line WHERE doc_no = $1 AND kind = $2 AND erp = $3 ORDER BY id LIMIT 1000");
    db.all(&sql, args![line.doc_no.clone(), line.kind.clone(), line.erp.clone()]).await
}

/// One line.
pub(in crate::sales) async fn one(db: &impl Query, id: i64) -> Result<Option<Stored>> {
    db.one(&format!("SELECT {COLUMNS} FROM sale_line WHERE id = $1"), args![id]).await
}
