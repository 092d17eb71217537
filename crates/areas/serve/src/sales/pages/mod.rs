//! Pages of sales, and what they show on the pages of accounts and products.

pub(super) mod document;
pub(super) mod list;
mod panels;
pub(super) mod parties;
pub(super) mod unmapped;

pub use panels::{ConsignmentPanel, ProductPanel, SalesPanel};

use super::queries::Row;
use rounds_customers::reading::{label, money, quantity};
use rounds_customers::sheets::Cell;
use rounds_kernel::Day;
use rounds_web::components::Tone;

/// A day as text.
pub(super) fn day(day: i64) -> String {
    Day::stored(day).to_string()
}

/// The article of a line, or what was written.
fn article(row: &Row) -> Cell {
    match (&row.product, row.product_id) {
        (Some(name), Some(id)) => Cell::link(name, format!("/products/{id}")).with(row.family.clone().unwrap_or_default()),
        _ => Cell::text(row.product_text.clone().unwrap_or_default()).with("not in the catalogue"),
    }
}

/// The account a line reached, or the ship-to that stands for none.
fn landed(row: &Row) -> Cell {
    match (&row.account, row.account_id) {
        (Some(name), Some(id)) => Cell::link(name, format!("/accounts/{id}")).with(format!("ship-to {}", row.number)),
        _ => Cell::link(format!("Ship-to {}", row.number), format!("/parties/{}", row.party_id)).with("unmapped"),
    }
}

fn cells(row: &Row) -> Vec<Cell> {
    use super::model::{KINDS, SUPPLIES, takes_back};
    let tone = if takes_back(&row.kind) { Tone::Warn } else { Tone::Plain };
    let mut kind = Cell::chip(label(KINDS, &row.kind), tone);
    if row.supply != "stock" {
        kind = kind.with(label(SUPPLIES, &row.supply));
    }
    let restated = if row.version > 1 { format!(", restated {}×", row.version - 1) } else { String::new() };
    vec![
        Cell::link(&row.doc_no, format!("/sales/{}", row.id)).with(format!("line {}{restated}", row.line)),
        kind,
        Cell::text(day(row.day)),
        landed(row),
        article(row),
        Cell::number(quantity(row.milli)).with(row.unit.clone()),
        Cell::number(money(row.minor, &row.currency)),
    ]
}

/// Columns of [`cells`].
const COLUMNS: &[&str] = &["Document", "Kind", "Day", "Landed on", "Product", "#Quantity", "#Net amount"];

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.extend(document::samples());
    all.extend(unmapped::samples());
    all.extend(parties::samples());
    all
}

/// A line for samples.
fn sample() -> Row {
    Row {
        id: 4,
        kind: "invoice".into(),
        doc_no: "9000<1>".into(),
        line: "10".into(),
        day: 20_780,
        party_id: 3,
        number: "0000104711".into(),
        account_id: Some(7),
        account: Some("St. Brigid Medical Center".into()),
        product_id: Some(1),
        product: Some("Sealis closure 6F".into()),
        family: Some("Vascular closure".into()),
        milli: 12_000,
        unit: "EA".into(),
        minor: 297_600,
        currency: "EUR".into(),
        supply: "stock".into(),
        version: 2,
        ..Row::default()
    }
}
