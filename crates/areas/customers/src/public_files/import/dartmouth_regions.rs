//! Dartmouth Atlas: ZIP code to hospital service area to hospital referral region.

use super::{read_zip, zip};
use crate::regions::{self, RegionRow};
use rounds_kernel::{Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const ZIP: usize = 0;
const HSA: usize = 1;
const HRR: usize = 4;

/// Reads the crosswalk.
pub(super) struct DartmouthRegions;

#[async_trait::async_trait]
impl Importer for DartmouthRegions {
    fn kind(&self) -> &'static str {
        "dartmouth-zip-hrr"
    }

    fn title(&self) -> &'static str {
        "Dartmouth Atlas: ZIP codes and referral regions"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("zipcode18").or(&["zipcode19", "zipcode17", "zipcode16", "zipcode15", "zipcode14", "zipcode"]),
            Column::required("hsanum"),
            Column::required("hsacity"),
            Column::required("hsastate"),
            Column::required("hrrnum"),
            Column::required("hrrcity"),
            Column::required("hrrstate"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(ZIP)
    }

    fn key_form(&self, key: &str) -> String {
        zip(key).unwrap_or_else(|| key.to_owned())
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            match region(row, &mut report) {
                Ok(region) => found.push(region),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(regions::upsert(tx, found).await?);
        Ok(report)
    }
}

fn region(row: &Row, report: &mut ChunkReport) -> std::result::Result<RegionRow, RowReject> {
    let name = |city: usize| format!("{}, {}", row.text(city), row.text(city + 1));
    Ok(RegionRow {
        line: row.line,
        zip: read_zip(row.line, row.text(ZIP), report)?,
        hsa: number(row, HSA)?,
        hsa_name: name(HSA + 1),
        hrr: number(row, HRR)?,
        hrr_name: name(HRR + 1),
    })
}

fn number(row: &Row, column: usize) -> std::result::Result<i64, RowReject> {
    row.text(column).parse().ok().filter(|n| *n > 0).ok_or_else(|| {
        let cause = format!("“{}” is no region number.", row.text(column));
        reject(row.line, "import.number_unclear", cause, "Write the number of the service area or region, as published.")
    })
}
