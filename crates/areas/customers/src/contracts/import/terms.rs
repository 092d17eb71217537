//! Terms of contracts: prices, tiers, commitments, steps, one a row.

use super::rows_of;
use crate::contracts::model::{BASES, Contract, TERMS};
use crate::contracts::store::by_number;
use crate::products::Numbers;
use crate::reading::{Read, Reader};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, reject};
use rounds_store::{Tx, Value, args};
use std::collections::HashSet;

const NUMBER: usize = 0;
const TERM: usize = 1;
const FAMILY: usize = 2;
const PRODUCT: usize = 3;
const TIER: usize = 4;
const LOT: usize = 5;
const BASIS: usize = 6;
const VALUE: usize = 7;
const CURRENCY: usize = 8;
const UNIT: usize = 9;
const FROM: usize = 10;
const TO: usize = 11;
const NOTE: usize = 12;

/// Reads terms.
pub(super) struct Terms;

const COLUMNS: &[Column] = &[
    Column::required("Contract Number").or(&["ContractNumber", "Contract No", "Contract"]),
    Column::required("Term").or(&["Term Type"]),
    Column::optional("Family").or(&["Product Family", "Category"]),
    Column::optional("Product Code").or(&["SKU", "Material", "GTIN"]),
    Column::optional("Tier").or(&["Price Tier"]),
    Column::optional("Lot"),
    Column::optional("Basis").or(&["Counted In"]),
    Column::optional("Value").or(&["Price", "Threshold", "Contract Price"]),
    Column::optional("Currency").or(&["CurrencyIsoCode"]),
    Column::optional("Unit").or(&["UoM"]),
    Column::optional("Valid From").or(&["From"]),
    Column::optional("Valid To").or(&["To"]),
    Column::optional("Note").or(&["Step", "Text"]),
];

const INTO: &[&str] = &[
    "contract_id",
    "kind",
    "family",
    "product_id",
    "product_text",
    "tier",
    "lot",
    "basis",
    "value",
    "currency",
    "unit",
    "valid_from",
    "valid_to",
    "note",
    "source",
];

#[async_trait::async_trait]
impl Importer for Terms {
    fn kind(&self) -> &'static str {
        "contract-terms"
    }

    fn title(&self) -> &'static str {
        "Company: terms of contracts (prices, tiers, commitments, steps)"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let contracts = by_number(tx, &rows.iter().map(|r| r.text(NUMBER)).collect::<Vec<_>>()).await?;
        let numbers = Numbers::load(tx, &rows.iter().map(|r| r.text(PRODUCT)).collect::<Vec<_>>()).await?;
        let (mut values, mut seen) = (Vec::new(), HashSet::new());
        for row in rows {
            let Some(contract) = contracts.get(row.text(NUMBER)) else {
                let cause = format!("There is no contract “{}”.", row.text(NUMBER));
                report.rejects.push(reject(row.line, "contract.unknown", cause, "Import the contracts first, or correct the number."));
                continue;
            };
            let product = numbers.of(row.text(PRODUCT));
            let (key, value) = match term(&Reader::new(row, COLUMNS), contract, product, &file.name) {
                Ok(term) => term,
                Err(rejected) => {
                    report.rejects.push(rejected);
                    continue;
                }
            };
            if !seen.insert(key) {
                report.rejects.push(reject(row.line, "import.duplicate", "The same term stands twice.", "Keep one of them."));
                continue;
            }
            values.push(value);
            if product.is_none() && row.known(PRODUCT).is_some() {
                report.notes.push(Note::new(
                    row.line,
                    "contract.product_unknown",
                    "prices name an article that is not in the catalogue: they are kept as written",
                ));
            }
        }
        report.written = values.len() as u64;
        let update = "ON CONFLICT (contract_id, kind, family, product_text, tier, lot, basis, currency, valid_from) DO UPDATE SET \
                      product_id = excluded.product_id, value = excluded.value, unit = excluded.unit, valid_to = excluded.valid_to, \
                      note = excluded.note, source = excluded.source";
        let parents: Vec<i64> = contracts.values().map(|c| c.id).collect();
        let before = rows_of(tx, "contract_term", "contract_id", &parents).await?;
        tx.insert_many("contract_term", INTO, values, update).await?;
        report.created = rows_of(tx, "contract_term", "contract_id", &parents).await? - before;
        Ok(report)
    }
}

type Key = (i64, String);

fn term(r: &Reader<'_>, contract: &Contract, product: Option<i64>, source: &str) -> Read<(Key, Vec<Value>)> {
    r.needed(TERM)?;
    let kind = r.word_or(TERM, TERMS, "step")?;
    let currency = r.currency(CURRENCY, &contract.currency)?;
    let no = |code: &str, cause: &str, remedy: &str| Err(reject(r.row.line, code, cause, remedy));
    let (basis, value) = match kind {
        "price" => ("", r.money(VALUE, &currency)?),
        "step" => ("", Some(0)),
        _ => {
            r.needed(BASIS)?;
            let basis = r.word_or(BASIS, BASES, "amount")?;
            let value = match basis {
                "amount" => r.money(VALUE, &currency)?,
                "units" => r.quantity(VALUE)?,
                // 80 or 80 %: hundredths of a percent.
                _ => r.percent(VALUE)?,
            };
            (basis, value)
        }
    };
    let Some(value) = value else {
        return no("import.blank", "The term has no value.", "Give the price, the threshold or the commitment.");
    };
    if value < 0 || (basis == "share" && value > 10_000) {
        return no("contract.value", "A price, threshold or commitment is below zero, or a share above 100 %.", "Correct the value.");
    }
    if kind == "price" && r.row.known(PRODUCT).is_none() {
        return no("import.blank", "A price names no product.", "Give the article code or GTIN.");
    }
    if matches!(kind, "commitment" | "tier") && r.row.known(PRODUCT).is_some() {
        return no(
            "contract.by_family",
            "Tiers and commitments are by family, not by article.",
            "Give the family, or leave it blank for all.",
        );
    }
    let (from, to) = (r.day(FROM)?.unwrap_or(contract.starts_on), r.day(TO)?);
    let text = |column: usize| r.text(column).to_owned();
    let note = text(NOTE);
    // Steps of one day are told apart by their words.
    let lot = if kind == "step" { note.clone() } else { text(LOT) };
    let key =
        (contract.id, [kind, r.text(FAMILY), r.text(PRODUCT), r.text(TIER), &lot, basis, &currency, &from.to_string()].join("\u{1f}"));
    let values = args![
        contract.id,
        kind,
        text(FAMILY),
        product,
        text(PRODUCT),
        text(TIER),
        lot,
        basis,
        value,
        currency,
        r.row.known(UNIT).unwrap_or("EA").to_owned(),
        from,
        to,
        note,
        source
    ];
    Ok((key, values))
}
