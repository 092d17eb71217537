//! FDA product classification (`foiclass.txt`): three-letter product codes with name, class and regulation.

use crate::products::store::codes::{CodeRow, put};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const CODE: usize = 0;
const NAME: usize = 1;
const CLASS: usize = 2;
const REGULATION: usize = 3;
const PANEL: usize = 4;
const DEFINITION: usize = 5;
const IMPLANT: usize = 6;
const LIFE: usize = 7;

/// Reads the list.
pub(super) struct FdaCodes;

#[async_trait::async_trait]
impl Importer for FdaCodes {
    fn kind(&self) -> &'static str {
        "fda-product-codes"
    }

    fn title(&self) -> &'static str {
        "FDA: product classification"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("PRODUCTCODE"),
            Column::required("DEVICENAME"),
            Column::required("DEVICECLASS"),
            Column::required("REGULATIONNUMBER"),
            Column::required("MEDICALSPECIALTY"),
            Column { longest: 4_000, ..Column::optional("DEFINITION") },
            Column::optional("Implant_Flag"),
            Column::optional("Life_Sustain_support_flag"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(CODE)
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut good = Vec::with_capacity(rows.len());
        for row in rows {
            let code = row.text(CODE);
            if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
                let cause = format!("“{code}” is no FDA product code: those are three capital letters.");
                report.rejects.push(reject(row.line, "import.fda_code", cause, "Use the list as the FDA publishes it."));
                continue;
            }
            let text = |column: usize| row.text(column).to_owned();
            good.push(CodeRow {
                code: code.to_owned(),
                name: text(NAME),
                class: class(row.text(CLASS)).to_owned(),
                regulation: text(REGULATION),
                panel: text(PANEL),
                definition: text(DEFINITION),
                implant: i64::from(row.text(IMPLANT) == "Y"),
                life_support: i64::from(row.text(LIFE) == "Y"),
            });
        }
        report.absorb(put(tx, good).await?);
        Ok(report)
    }
}

/// The FDA writes U for unclassified, N for not classified, F for human tissue; everything else is a class.
fn class(text: &str) -> &str {
    match text {
        "U" | "N" | "" => "unclassified",
        "F" => "tissue",
        other => other,
    }
}
