//! General payments as CMS publishes them (Open Payments, detailed dataset; recipients bear an NPI from program year 2021 on).

use super::store::{Transfer, upsert};
use crate::identifiers::{EntityKind, owners};
use crate::reading::Reader;
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row};
use rounds_store::Tx;
use std::collections::{BTreeMap, BTreeSet};

const RECORD: usize = 0;
const NPI: usize = 1;
const PAYER: usize = 2;
const AMOUNT: usize = 3;
const DAY: usize = 4;
const NATURE: usize = 5;
const PRODUCT: usize = 6;
const YEAR: usize = 7;
const DISPUTED: usize = 8;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(OpenPayments)]
}

struct OpenPayments;

const COLUMNS: &[Column] = &[
    Column::required("Record_ID"),
    Column::required("Covered_Recipient_NPI"),
    Column::required("Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_Name")
        .or(&["Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name"]),
    Column::required("Total_Amount_of_Payment_USDollars").of_numbers(),
    Column::required("Date_of_Payment").of_days(),
    Column::required("Nature_of_Payment_or_Transfer_of_Value"),
    Column::optional("Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_1").or(&["Product_Category_or_Therapeutic_Area_1"]).up_to(500),
    Column::optional("Program_Year"),
    Column::optional("Dispute_Status_for_Publication"),
];

#[async_trait::async_trait]
impl Importer for OpenPayments {
    fn kind(&self) -> &'static str {
        "open-payments"
    }

    fn title(&self) -> &'static str {
        "CMS Open Payments: general payments to physicians"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let npis: BTreeSet<&str> = rows.iter().filter_map(|r| r.known(NPI)).collect();
        let npis: Vec<String> = npis.into_iter().map(str::to_owned).collect();
        let people = owners(tx, EntityKind::Person, "npi", &npis).await?;
        // A record that stands twice counts as it stands last.
        let mut found: BTreeMap<String, Transfer> = BTreeMap::new();
        for row in rows {
            let Some(person) = people.get(row.text(NPI)) else {
                let text = "payments are to people outside the record and are passed over";
                report.notes.push(Note::new(row.line, "import.outside_the_record", text));
                continue;
            };
            match transfer(row, *person) {
                Ok(transfer) => drop(found.insert(transfer.record_no.clone(), transfer)),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(upsert(tx, found.into_values().collect()).await?);
        Ok(report)
    }
}

fn transfer(row: &Row, person_id: i64) -> std::result::Result<Transfer, rounds_kernel::RowReject> {
    let r = Reader::new(row, COLUMNS);
    let day = r.needed_day(DAY)?;
    // Without its own column, the program year is that of the payment.
    let year = r.count(YEAR)?.or_else(|| row.text(DAY).get(..4)?.parse().ok()).unwrap_or_default();
    r.needed(AMOUNT)?;
    Ok(Transfer {
        record_no: r.needed(RECORD)?.to_owned(),
        person_id,
        payer: r.needed(PAYER)?.to_owned(),
        amount_cents: r.money(AMOUNT, "USD")?.unwrap_or_default(),
        day,
        nature: r.needed(NATURE)?.to_owned(),
        product: r.text(PRODUCT).to_owned(),
        year,
        disputed: i64::from(r.text(DISPUTED).eq_ignore_ascii_case("yes")),
    })
}
