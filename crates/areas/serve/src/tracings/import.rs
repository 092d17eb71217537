//! Sales tracings as distributors send them, one line a row.

use super::model::{LineRow, period};
use super::store::write;
use rounds_customers::reading::{Read, Reader};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const DISTRIBUTOR: usize = 0;
const PERIOD: usize = 1;
const PRODUCT: usize = 2;
const QUANTITY: usize = 3;
const SHIP_TO: usize = 4;
const NAME: usize = 5;
const STREET: usize = 6;
const CITY: usize = 7;
const STATE: usize = 8;
const ZIP: usize = 9;
const UNIT: usize = 10;
const VALUE: usize = 11;
const CURRENCY: usize = 12;
const RECEIVED: usize = 13;
const DOC: usize = 14;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(Tracings)]
}

struct Tracings;

const COLUMNS: &[Column] = &[
    Column::required("Distributor").or(&["Distributor Code", "Distributor ID", "Wholesaler"]),
    Column::required("Period").or(&["Sales Period", "Sales Month", "Reporting Period"]),
    Column::required("Product Code").or(&["SKU", "Item Number", "Manufacturer Item Number", "GTIN", "Material"]),
    Column::required("Quantity").or(&["Qty", "Units Sold", "Units"]),
    Column::optional("Ship-to").or(&["Ship To", "Ship To Number", "Customer Number", "End Customer ID"]),
    Column::optional("Ship-to Name").or(&["Ship To Name", "Customer Name", "End Customer", "End Customer Name"]),
    Column::optional("Street").or(&["Address", "Ship To Address"]),
    Column::optional("City").or(&["Ship To City"]),
    Column::optional("State").or(&["Ship To State"]),
    Column::optional("ZIP").or(&["Ship To Zip", "Postal Code", "Zip Code"]),
    Column::optional("Unit").or(&["UoM", "Unit of Measure"]),
    Column::optional("Value").or(&["Sales Value", "Amount", "Extended Cost", "Net Amount"]),
    Column::optional("Currency"),
    Column::optional("Received On").or(&["Received"]),
    Column::optional("Invoice Number").or(&["Document Number", "Invoice"]),
];

#[async_trait::async_trait]
impl Importer for Tracings {
    fn kind(&self) -> &'static str {
        "distributor-tracings"
    }

    fn title(&self) -> &'static str {
        "Distributors: sales tracings"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut good = Vec::with_capacity(rows.len());
        for row in rows {
            match line(&Reader::new(row, COLUMNS), i64::from(file.received_at.day().0)) {
                Ok(line) => good.push(line),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(write(tx, file, good).await?);
        Ok(report)
    }
}

fn line(r: &Reader<'_>, received: i64) -> Read<LineRow> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(r.row.line, code, cause, remedy));
    let said = r.needed(PERIOD)?;
    let Some(period) = period(said) else {
        return no("tracings.period", format!("“{said}” is no period."), "Write a month as 2026-10 or a quarter as 2026-Q3.");
    };
    let received_on = r.day(RECEIVED)?.unwrap_or(received);
    if received_on < period.0 {
        return no(
            "tracings.received",
            "The report was received before its period began.".into(),
            "Correct the period or the day of receipt.",
        );
    }
    let text = |column: usize| r.text(column).to_owned();
    if r.row.known(SHIP_TO).is_none() && r.row.known(NAME).is_none() {
        return no("import.party_blank", "The line names no ship-to.".into(), "Give the ship-to's number or its name.");
    }
    let currency = r.currency(CURRENCY, "USD")?;
    r.needed(QUANTITY)?;
    Ok(LineRow {
        file_line: r.row.line,
        distributor: r.needed(DISTRIBUTOR)?.to_owned(),
        period,
        received_on,
        ship_to: text(SHIP_TO),
        name: text(NAME),
        place: [text(STREET), text(CITY), text(STATE), text(ZIP)],
        product: r.needed(PRODUCT)?.to_owned(),
        milli: r.quantity(QUANTITY)?.unwrap_or(0),
        unit: r.row.known(UNIT).unwrap_or("EA").to_owned(),
        minor: r.money(VALUE, &currency)?,
        currency,
        doc_no: text(DOC),
    })
}
