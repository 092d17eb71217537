//! The table of FDA product codes.

use rounds_kernel::Result;
use rounds_platform::imports::ChunkReport;
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use std::collections::HashMap;

/// One product code.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(in crate::products) struct CodeRow {
    pub code: String,
    pub name: String,
    pub class: String,
    pub regulation: String,
    pub panel: String,
    pub definition: String,
    pub implant: i64,
    pub life_support: i64,
}

const COLUMNS: &[&str] = &["code", "name", "class", "regulation", "panel", "definition", "implant", "life_support"];

/// Writes codes: new ones are added, known ones brought up to date.
pub(in crate::products) async fn put(tx: &mut Tx, rows: Vec<CodeRow>) -> Result<ChunkReport> {
    let mut known: HashMap<String, CodeRow> = HashMap::new();
    for chunk in rows.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {} FROM fda_product_code WHERE code IN ({places})", COLUMNS.join(", "));
        let found: Vec<CodeRow> = tx.all(&sql, chunk.iter().map(|r| Value::from(r.code.clone())).collect()).await?;
        known.extend(found.into_iter().map(|r| (r.code.clone(), r)));
    }
    let mut report = ChunkReport::default();
    let mut values = Vec::new();
    for r in rows {
        match known.get(&r.code) {
            Some(before) if *before == r => report.unchanged += 1,
            before => {
                report.written += 1;
                report.created += u64::from(before.is_none());
                values.push(args![r.code, r.name, r.class, r.regulation, r.panel, r.definition, r.implant, r.life_support]);
            }
        }
    }
    let update: Vec<String> = COLUMNS[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    tx.insert_many("fda_product_code", COLUMNS, values, &format!("ON CONFLICT (code) DO UPDATE SET {}", update.join(", "))).await?;
    Ok(report)
}
