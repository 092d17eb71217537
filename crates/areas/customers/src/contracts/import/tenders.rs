//! Tenders, one lot a row.

use super::rows_of;
use crate::accounts;
use crate::contracts::model::{AWARDS, TENDER_STATES};
use crate::identifiers;
use crate::reading::{Read, Reader};
use crate::search;
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_store::{Tx, Value, args};
use std::collections::BTreeMap;

const NUMBER: usize = 0;
const LOT: usize = 1;
const NAME: usize = 2;
const DEADLINE: usize = 3;
const ISSUER: usize = 4;
const STATE: usize = 5;
const QUIET_FROM: usize = 6;
const QUIET_TO: usize = 7;
const FACILITIES: usize = 8;
const FAMILY: usize = 9;
const TEXT: usize = 10;
const VALUE: usize = 11;
const CURRENCY: usize = 12;
const AWARD: usize = 13;
const AWARDED_ON: usize = 14;
const CONTRACT: usize = 15;

/// Reads tenders.
pub(super) struct Tenders;

const COLUMNS: &[Column] = &[
    Column::required("Tender Number").or(&["Tender", "Tender ID"]),
    Column::required("Lot").or(&["Lot Number"]),
    Column::required("Tender Name").or(&["Title"]),
    Column::required("Deadline").or(&["Submission Deadline"]),
    Column::optional("Issuer").or(&["Buyer", "Contracting Authority"]),
    Column::optional("State").or(&["Status"]),
    Column::optional("Quiet From"),
    Column::optional("Quiet To").or(&["Quiet Until"]),
    Column { longest: 20_000, ..Column::optional("Facilities") },
    Column::optional("Family").or(&["Product Family"]),
    Column::optional("Lot Text").or(&["Description"]),
    Column::optional("Value").or(&["Estimated Value"]),
    Column::optional("Currency"),
    Column::optional("Award").or(&["Awarded To"]),
    Column::optional("Awarded On").or(&["Award Date"]),
    Column::optional("Contract Number").or(&["Contract"]),
];

#[async_trait::async_trait]
impl Importer for Tenders {
    fn kind(&self) -> &'static str {
        "tenders"
    }

    fn title(&self) -> &'static str {
        "Company: tenders and their lots"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let (mut heads, mut lots) = (BTreeMap::new(), BTreeMap::new());
        for row in rows {
            match lot(&Reader::new(row, COLUMNS), &file.name) {
                Ok((head, lot)) => {
                    heads.insert(row.text(NUMBER), head);
                    lots.insert((row.text(NUMBER), row.text(LOT)), (row, lot));
                }
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.written = lots.len() as u64;
        let into = ["number", "name", "issuer", "state", "deadline_on", "quiet_from", "quiet_to", "source"];
        let update: Vec<String> = into[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let numbers: Vec<&str> = heads.keys().copied().collect();
        tx.insert_many(
            "tender",
            &into,
            heads.into_values().collect(),
            &format!("ON CONFLICT (number) DO UPDATE SET {}", update.join(", ")),
        )
        .await?;
        let ids = identifiers::keys(tx, "tender", "number", &numbers).await?;
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        for ((number, _), (row, lot)) in lots {
            let id = ids.get(number).copied().unwrap_or_default();
            values.push(args![id].into_iter().chain(lot).collect());
            let named = row.text(FACILITIES).split([';', '|']).map(str::trim).filter(|k| !k.is_empty());
            keys.extend(named.map(|k| (id, k, row.line)));
        }
        let into = ["tender_id", "lot", "family", "text", "value", "currency", "award", "awarded_on", "contract_no"];
        let update: Vec<String> = into[2..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let parents: Vec<i64> = ids.values().copied().collect();
        let before = rows_of(tx, "tender_lot", "tender_id", &parents).await?;
        tx.insert_many("tender_lot", &into, values, &format!("ON CONFLICT (tender_id, lot) DO UPDATE SET {}", update.join(", "))).await?;
        report.created = rows_of(tx, "tender_lot", "tender_id", &parents).await? - before;
        let accounts = accounts::ids(tx, &keys.iter().map(|k| k.1).collect::<Vec<_>>()).await?;
        let mut links = Vec::new();
        for (tender, key, line) in keys {
            match accounts.get(key) {
                Some(account) => links.push(args![tender, *account]),
                None => report.notes.push(Note::new(
                    line,
                    "tender.account_unknown",
                    "tenders name a facility that is not in the record: its quiet period cannot be kept",
                )),
            }
        }
        tx.insert_many("tender_facility", &["tender_id", "account_id"], links, "ON CONFLICT (tender_id, account_id) DO NOTHING").await?;
        search::index_tenders(tx, &parents).await?;
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        search::catalogue_again(tx, rows).await
    }
}

fn lot(r: &Reader<'_>, source: &str) -> Read<(Vec<Value>, Vec<Value>)> {
    let text = |column: usize| r.text(column).to_owned();
    let (from, to) = (r.day(QUIET_FROM)?, r.day(QUIET_TO)?);
    if from.is_some() != to.is_some() || from > to {
        let cause = "The quiet period has only one end, or ends before it begins.";
        return Err(reject(r.row.line, "tender.quiet", cause, "Give its first and its last day, or neither."));
    }
    let currency = r.currency(CURRENCY, "USD")?;
    let (number, name) = (r.needed(NUMBER)?.to_owned(), r.needed(NAME)?.to_owned());
    let head = args![number, name, text(ISSUER), r.word_or(STATE, TENDER_STATES, "announced")?, r.day(DEADLINE)?, from, to, source];
    let lot = args![
        r.needed(LOT)?.to_owned(),
        text(FAMILY),
        text(TEXT),
        r.money(VALUE, &currency)?,
        currency,
        r.word(AWARD, AWARDS)?.unwrap_or(""),
        r.day(AWARDED_ON)?,
        text(CONTRACT)
    ];
    Ok((head, lot))
}
