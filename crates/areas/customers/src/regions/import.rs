//! Crosswalks of postcodes and NUTS regions, as the European Commission's GISCO publishes them: one file a country, `;` or `,` between
//! the cells, quotes of either kind.

use super::store::{NutsRow, nuts_form, upsert_nuts};
use rounds_kernel::{Day, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const NUTS: usize = 0;
const POSTCODE: usize = 1;
const NAME: usize = 2;
const COUNTRY: usize = 3;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(Postcodes)]
}

struct Postcodes;

#[async_trait::async_trait]
impl Importer for Postcodes {
    fn kind(&self) -> &'static str {
        "postcode-nuts"
    }

    fn title(&self) -> &'static str {
        "Postcodes and NUTS 3 regions"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("NUTS3").or(&["nuts_3", "nuts3_code"]),
            Column::required("CODE").or(&["postcode", "postal_code", "pc"]),
            Column::optional("nuts_name").or(&["name_latn", "nuts3_name"]),
            Column::optional("country").or(&["cntr_id", "country_code"]),
        ];
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        // A division holds from 1 January of the year in the file's name.
        let since = file.year().and_then(|y| Day::parse(&format!("{y}-01-01")).ok()).unwrap_or(file.received_at.day());
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            match read(row, since) {
                Ok(row) => found.push(row),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(upsert_nuts(tx, found).await?);
        Ok(report)
    }
}

fn read(row: &Row, since: Day) -> std::result::Result<NutsRow, RowReject> {
    let Some(code) = nuts_form(row.text(NUTS)) else {
        let cause = format!("“{}” is no NUTS 3 code: those have two letters of the country and three more signs.", row.text(NUTS));
        return Err(reject(row.line, "import.nuts_unclear", cause, "Write the code as published, e.g. DE212."));
    };
    let postcode = row.text(POSTCODE).trim_matches('\'').replace(' ', "").to_uppercase();
    if postcode.is_empty() {
        return Err(reject(row.line, "import.postcode_blank", "The row has no postcode.", "Fill it in."));
    }
    let country = row.known(COUNTRY).map_or_else(|| super::store::country_of(&code), str::to_uppercase);
    Ok(NutsRow { line: row.line, country, postcode, code, name: row.text(NAME).to_owned(), since })
}
