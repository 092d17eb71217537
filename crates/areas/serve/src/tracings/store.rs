//! The tables of distributors, their reports and lines.

use super::model::LineRow;
use rounds_customers::parties::{PartyRow, resolve};
use rounds_customers::products::Numbers;
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, FileInfo, Note};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, args};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_101000_serve_tracing",
            up: "
CREATE TABLE distributor (id {id}, code TEXT NOT NULL UNIQUE);
CREATE TABLE tracing_report (
  id {id}, distributor_id BIGINT NOT NULL, period_from BIGINT NOT NULL, period_to BIGINT NOT NULL, version BIGINT NOT NULL,
  received_on BIGINT NOT NULL, file_hash TEXT NOT NULL, source TEXT NOT NULL, replaced_by BIGINT, replaced_at BIGINT,
  UNIQUE (distributor_id, period_from, period_to, version));
CREATE TABLE tracing_line (
  id {id}, report_id BIGINT NOT NULL, file_line BIGINT NOT NULL, party_id BIGINT NOT NULL, day BIGINT NOT NULL, product_id BIGINT,
  product_text TEXT NOT NULL, milli BIGINT NOT NULL, unit TEXT NOT NULL, base_milli BIGINT, minor BIGINT, currency TEXT NOT NULL,
  doc_no TEXT NOT NULL, current BIGINT NOT NULL, UNIQUE (report_id, file_line));
CREATE INDEX tracing_line_party ON tracing_line (party_id, current, day);
CREATE INDEX tracing_line_current ON tracing_line (current, day);
",
        }
        .boxed(),
    ]
}

#[derive(FromQueryResult)]
struct Report {
    id: i64,
    version: i64,
    file_hash: String,
}

type Of = (String, i64, i64);

/// The report that a file makes of a period: the one it made before, or a new version that replaces the last.
async fn report(tx: &mut Tx, file: &FileInfo, of: &Of, received_on: i64, out: &mut ChunkReport, line: u64) -> Result<i64> {
    let (distributor, from, to) = of;
    tx.insert_many("distributor", &["code"], vec![args![distributor.clone()]], "ON CONFLICT (code) DO NOTHING").await?;
    let id = tx.number("SELECT id FROM distributor WHERE code = $1", args![distributor.clone()]).await?;
    let sql = "SELECT id, version, file_hash FROM tracing_report WHERE distributor_id = $1 AND period_from = $2 AND period_to = $3 ORDER BY version DESC";
    let known: Vec<Report> = tx.all(sql, args![id, *from, *to]).await?;
    if let Some(same) = known.iter().find(|r| r.file_hash == file.hash) {
        return Ok(same.id);
    }
    let version = known.first().map_or(1, |r| r.version + 1);
    let into = ["distributor_id", "period_from", "period_to", "version", "received_on", "file_hash", "source"];
    let values = args![id, *from, *to, version, received_on, file.hash.clone(), file.name.clone()];
    let new = tx.insert("tracing_report", &into, values).await?;
    if let Some(last) = known.first() {
        let now = tx.now.0;
        tx.execute("UPDATE tracing_report SET replaced_by = $1, replaced_at = $2 WHERE id = $3", args![new, now, last.id]).await?;
        tx.execute("UPDATE tracing_line SET current = 0 WHERE report_id = $1", args![last.id]).await?;
        out.notes.push(Note::new(
            line,
            "tracings.restated",
            "periods were reported before: the new report counts, the earlier one is kept",
        ));
    }
    Ok(new)
}

/// Writes lines of a file, each into the report of its distributor and period.
pub(super) async fn write(tx: &mut Tx, file: &FileInfo, rows: Vec<LineRow>) -> Result<ChunkReport> {
    let mut out = ChunkReport::default();
    let mut reports: BTreeMap<Of, i64> = BTreeMap::new();
    for row in &rows {
        let of = (row.distributor.clone(), row.period.0, row.period.1);
        if let Entry::Vacant(new) = reports.entry(of) {
            let id = report(tx, file, new.key(), row.received_on, &mut out, row.file_line).await?;
            new.insert(id);
        }
    }
    let party = |r: &LineRow| {
        let [street, city, state, zip] = r.place.clone();
        let roles = [false, true, false, false];
        PartyRow {
            erp: erp(&r.distributor),
            number: number(r),
            name: r.name.clone(),
            street,
            city,
            state,
            zip,
            roles,
            ..PartyRow::default()
        }
    };
    let ids = resolve(tx, &file.name, rows.iter().map(party).collect()).await?;
    let numbers = Numbers::load(tx, &rows.iter().map(|r| r.product.as_str()).collect::<Vec<_>>()).await?;
    let mut values = Vec::with_capacity(rows.len());
    for r in rows {
        let report = reports[&(r.distributor.clone(), r.period.0, r.period.1)];
        let party = ids.get(&(erp(&r.distributor), number(&r))).copied().unwrap_or_default();
        let product = numbers.of(&r.product);
        if product.is_none() {
            out.notes.push(Note::new(
                r.file_line,
                "tracings.product_unknown",
                "lines name an article that is not in the catalogue: they are kept as written",
            ));
        }
        let base = product.and_then(|p| numbers.in_base_units(p, r.milli, &r.unit));
        let line = i64::try_from(r.file_line).unwrap_or_default();
        values.push(args![report, line, party, r.period.1, product, r.product, r.milli, r.unit, base, r.minor, r.currency, r.doc_no, 1i64]);
    }
    let into = [
        "report_id",
        "file_line",
        "party_id",
        "day",
        "product_id",
        "product_text",
        "milli",
        "unit",
        "base_milli",
        "minor",
        "currency",
        "doc_no",
        "current",
    ];
    let all = values.len() as u64;
    out.created = tx.insert_many("tracing_line", &into, values, "ON CONFLICT (report_id, file_line) DO NOTHING").await?;
    out.written = out.created;
    out.unchanged = all - out.created;
    Ok(out)
}

/// The system of a distributor's ship-to numbers.
fn erp(distributor: &str) -> String {
    format!("tracings/{distributor}")
}

/// A ship-to without a number is named by its name and postal code.
fn number(row: &LineRow) -> String {
    if row.ship_to.is_empty() { format!("{} {}", row.name, row.place[3]).trim().to_owned() } else { row.ship_to.clone() }
}
