//! Consignment stock as counted at a site: article, lot, quantity, expiry.

use crate::sales::store::stock::{Count, put_counts};
use rounds_customers::parties::{PartyRow, resolve};
use rounds_customers::products::Numbers;
use rounds_customers::reading::{Read, Reader};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, reject};
use rounds_store::Tx;
use std::collections::HashSet;

const SITE: usize = 0;
const PRODUCT: usize = 1;
const LOT: usize = 2;
const QUANTITY: usize = 3;
const COUNTED: usize = 4;
const EXPIRES: usize = 5;
const UNIT: usize = 6;
const ERP: usize = 7;

/// Reads counts.
pub(super) struct Consignment;

const COLUMNS: &[Column] = &[
    Column::required("Consignment Site").or(&["Ship-to", "Site", "Account Key", "Account ID"]),
    Column::required("Product Code").or(&["Material", "SKU", "GTIN", "Item Number"]),
    Column::required("Lot").or(&["Batch", "Lot Number", "Serial Number"]),
    Column::required("Quantity").or(&["Qty", "On Hand"]),
    Column::required("Counted On").or(&["Count Date", "As Of"]),
    Column::optional("Expires On").or(&["Expiry", "Expiry Date", "Expiration Date", "Use By"]),
    Column::optional("Unit").or(&["UoM"]),
    Column::optional("ERP").or(&["System"]),
];

#[async_trait::async_trait]
impl Importer for Consignment {
    fn kind(&self) -> &'static str {
        "consignment-stock"
    }

    fn title(&self) -> &'static str {
        "Consignment stock at sites"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let today = i64::from(tx.now.day().0);
        let mut good = Vec::new();
        for row in rows {
            match count(&Reader::new(row, COLUMNS), today) {
                Ok(c) => good.push((row, c)),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        let erp = |row: &Row| row.known(ERP).unwrap_or("erp").to_owned();
        let party = |row: &Row| PartyRow {
            erp: erp(row),
            number: row.text(SITE).to_owned(),
            roles: [false, true, false, false],
            ..PartyRow::default()
        };
        let ids = resolve(tx, &file.name, good.iter().map(|(row, _)| party(row)).collect()).await?;
        let numbers = Numbers::load(tx, &good.iter().map(|(_, c)| c.product_text.as_str()).collect::<Vec<_>>()).await?;
        let (mut counts, mut seen) = (Vec::new(), HashSet::new());
        for (row, mut count) in good {
            count.party_id = ids.get(&(erp(row), row.text(SITE).to_owned())).copied().unwrap_or_default();
            count.product_id = numbers.of(&count.product_text);
            if count.product_id.is_none() {
                report.notes.push(Note::new(
                    row.line,
                    "sales.product_unknown",
                    "counts name an article that is not in the catalogue: they are kept as written",
                ));
            }
            if seen.insert((count.party_id, count.product_text.clone(), count.lot.clone(), count.counted_on)) {
                counts.push(count);
            } else {
                report.rejects.push(reject(
                    row.line,
                    "import.duplicate",
                    "This lot was counted twice on one day.",
                    "Add the two counts up.",
                ));
            }
        }
        report.written += counts.len() as u64;
        put_counts(tx, &file.name, counts).await?;
        Ok(report)
    }
}

fn count(r: &Reader<'_>, today: i64) -> Read<Count> {
    r.needed(SITE)?;
    let counted_on = r.needed_day(COUNTED)?;
    if counted_on > today {
        return Err(reject(r.row.line, "import.future_date", "The count is dated in the future.", "Correct the date."));
    }
    let milli = r.quantity(QUANTITY)?.unwrap_or(0);
    if milli < 0 {
        return Err(reject(r.row.line, "import.quantity", "A site cannot hold less than nothing.", "Correct the quantity."));
    }
    Ok(Count {
        product_text: r.needed(PRODUCT)?.to_owned(),
        lot: r.text(LOT).to_owned(),
        milli,
        unit: r.row.known(UNIT).unwrap_or("EA").to_owned(),
        expires_on: r.day(EXPIRES)?,
        counted_on,
        ..Count::default()
    })
}
