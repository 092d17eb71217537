//! Sale lines into the record, at most 1,000 a transaction. The same line again changes nothing; one with other values is restated.

use super::told::facts;
use crate::sales::model::{SaleRow, takes_back};
use crate::sales::store::lines::{Stored, known, write};
use rounds_customers::parties::{self, Links, PartyRow};
use rounds_customers::products::Numbers;
use rounds_kernel::{Permission, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Imports one chunk of sale lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportSales {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<SaleRow>,
}

impl Command for ImportSales {
    const NAME: &'static str = "serve.import_sales";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        import(tx, &self.source, self.rows).await
    }
}

/// Writes one chunk, for the command and for files.
pub(in crate::sales) async fn import(tx: &mut Tx, source: &str, rows: Vec<SaleRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let today = i64::from(tx.now.day().0);
    let mut seen = HashSet::with_capacity(rows.len());
    let (good, bad): (Vec<SaleRow>, Vec<SaleRow>) = rows.into_iter().partition(|r| refused(r, today, None).is_none());
    report.rejects.extend(bad.iter().filter_map(|r| refused(r, today, None)));
    let ids = parties::resolve(tx, source, good.iter().flat_map(four).collect()).await?;
    let named = good.iter().flat_map(|r| [r.product.as_str(), r.product_name.as_str()]).collect::<Vec<_>>();
    let numbers = Numbers::load(tx, &named).await?;
    let held = known(tx, &good.iter().map(|r| r.doc_no.as_str()).collect::<Vec<_>>()).await?;
    let (mut lines, mut was) = (Vec::with_capacity(good.len()), Vec::new());
    for row in &good {
        let mut line = stored(row, &ids, &numbers, source, tx.now.0);
        let key = line.key();
        if let Some(rejected) = refused(row, today, Some(!seen.insert(key.clone()))) {
            report.rejects.push(rejected);
            continue;
        }
        notes(row, &line, &mut report);
        match held.get(&key) {
            Some(before) if before.same(&line) => report.unchanged += 1,
            Some(before) => {
                line.version = before.version + 1;
                report.notes.push(Note::new(
                    row.file_line,
                    "sales.restated",
                    "lines came again with other values: the record holds the new ones and keeps the old",
                ));
                was.push(before.clone());
                lines.push(line);
            }
            None => {
                report.created += 1;
                lines.push(line);
            }
        }
    }
    report.written = lines.len() as u64;
    let mut ship_tos: Vec<i64> = lines.iter().map(|l| l.ship_to_id).collect();
    ship_tos.sort_unstable();
    ship_tos.dedup();
    let links = Links::load(tx, &ship_tos).await?;
    let told = facts(tx, &lines, &was, &links).await?;
    write(tx, lines, was).await?;
    tx.facts(told).await?;
    Ok(report)
}

/// Why a row cannot be used; `twice` is asked once the row is known to stand in the file a second time.
fn refused(row: &SaleRow, today: i64, twice: Option<bool>) -> Option<RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Some(reject(row.file_line, code, cause, remedy));
    if twice == Some(true) {
        let cause = format!("Line {} of {} {} appears twice.", row.line, row.kind, row.doc_no);
        return no("import.duplicate", cause, "Keep one of them, or number the lines.");
    }
    if row.doc_no.trim().is_empty() || row.doc_no.chars().count() > 100 {
        return no(
            "import.document_no",
            "The document number is blank or longer than 100 characters.".into(),
            "Give every line the number of its document.",
        );
    }
    if row.parties[1].is_empty() {
        return no(
            "import.party_blank",
            "The line names no ship-to, no sold-to and no account.".into(),
            "Say whom it was shipped or sold to.",
        );
    }
    if row.product.is_empty() {
        return no("import.blank", "The line names no product.".into(), "Give the article code, device identifier or GTIN.");
    }
    if row.day > today {
        let day = rounds_kernel::Day::stored(row.day);
        return no("import.future_date", format!("The document is dated {day}, which is still to come."), "Correct the date.");
    }
    None
}

fn notes(row: &SaleRow, line: &Stored, report: &mut ChunkReport) {
    if line.product_id.is_none() {
        report.notes.push(Note::new(
            row.file_line,
            "sales.product_unknown",
            "lines name an article that is not in the catalogue: they are kept as written, without a family",
        ));
    } else if line.base_milli.is_none() {
        report.notes.push(Note::new(
            row.file_line,
            "sales.unit_unknown",
            "lines use a unit that the catalogue does not explain: their quantity is kept as written and not added up",
        ));
    }
    if takes_back(&row.kind) && (row.milli > 0 || row.minor > 0) {
        report.notes.push(Note::new(
            row.file_line,
            "sales.sign",
            "returns and credits were written as positive numbers: they are counted as negative",
        ));
    }
}

fn four(row: &SaleRow) -> Vec<PartyRow> {
    let mut out: Vec<PartyRow> = Vec::with_capacity(2);
    for (at, number) in row.parties.iter().enumerate() {
        let number = if number.is_empty() { &row.parties[1] } else { number };
        let mut roles = [false; 4];
        roles[at] = true;
        if let Some(same) = out.iter_mut().find(|p| p.number == *number) {
            same.roles[at] = true;
            continue;
        }
        out.push(PartyRow { erp: row.erp.clone(), number: number.clone(), roles, ..PartyRow::default() });
    }
    if let Some(ship_to) = out.iter_mut().find(|p| p.number == row.parties[1]) {
        ship_to.name.clone_from(&row.name);
        let [street, city, state, zip] = row.place.clone();
        (ship_to.street, ship_to.city, ship_to.state, ship_to.zip) = (street, city, state, zip);
    }
    out
}

fn stored(row: &SaleRow, ids: &HashMap<(String, String), i64>, numbers: &Numbers, source: &str, now: i64) -> Stored {
    let party = |at: usize| {
        let number = if row.parties[at].is_empty() { &row.parties[1] } else { &row.parties[at] };
        ids.get(&(row.erp.clone(), number.clone())).copied().unwrap_or_default()
    };
    let back = |n: i64| if takes_back(&row.kind) { -n.abs() } else { n };
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let product_id = numbers.of(&row.product).or_else(|| numbers.of(&row.product_name));
    Stored {
        id: 0,
        erp: row.erp.clone(),
        kind: row.kind.clone(),
        doc_no: row.doc_no.trim().to_owned(),
        line: row.line.clone(),
        day: row.day,
        sold_to_id: party(0),
        ship_to_id: party(1),
        bill_to_id: party(2),
        payer_id: party(3),
        product_id,
        product_text: product_id.is_none().then(|| row.product.clone()),
        milli: back(row.milli),
        unit: row.unit.clone(),
        base_milli: product_id.and_then(|p| numbers.in_base_units(p, back(row.milli), &row.unit)),
        minor: back(row.minor),
        currency: row.currency.clone(),
        price_type: some(&row.price_type),
        contract_no: some(&row.contract_no),
        po_no: some(&row.po_no),
        supply: row.supply.clone(),
        reason: some(&row.reason),
        ref_doc: some(&row.ref_doc),
        source: source.to_owned(),
        version: 1,
        recorded_at: now,
    }
}
