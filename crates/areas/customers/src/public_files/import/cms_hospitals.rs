//! CMS Care Compare, Hospital General Information: joins the hospitals of the record by CCN.

use super::{read_ccn, read_zip};
use crate::accounts::{self, AccountRow};
use crate::identifiers::{CCN, Ccn, ccn};
use rounds_kernel::{CareSetting, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, Touched, reject};
use rounds_store::Tx;

const ID: usize = 0;
const NAME: usize = 1;
const STREET: usize = 2;
const CITY: usize = 3;
const STATE: usize = 4;
const ZIP: usize = 5;
const PHONE: usize = 6;
const TYPE: usize = 7;
const OWNERSHIP: usize = 8;
const RATING: usize = 9;

/// Source code of its rows.
const SOURCE: &str = "cms-hospitals";

/// Reads the hospital directory.
pub(super) struct CmsHospitals;

#[async_trait::async_trait]
impl Importer for CmsHospitals {
    fn kind(&self) -> &'static str {
        SOURCE
    }

    fn title(&self) -> &'static str {
        "CMS: Hospital General Information"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("Facility ID").or(&["Provider ID"]),
            Column::required("Facility Name").or(&["Hospital Name"]),
            Column::required("Address"),
            Column::required("City/Town").or(&["City"]),
            Column::required("State"),
            Column::required("ZIP Code"),
            Column::required("Telephone Number").or(&["Phone Number"]),
            Column::required("Hospital Type"),
            Column::required("Hospital Ownership"),
            Column::required("Hospital overall rating"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(ID)
    }

    fn key_form(&self, key: &str) -> String {
        match ccn(key) {
            Ccn::Whole(value) | Ccn::Restored(value) | Ccn::Unclear(value) => value,
            Ccn::Blank => String::new(),
        }
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut hospitals = Vec::with_capacity(rows.len());
        for row in rows {
            match hospital(row, &mut report) {
                Ok(hospital) => hospitals.push(hospital),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(accounts::upsert(tx, hospitals).await?);
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        crate::company_files::index_again(tx, rows).await
    }
}

/// What a cell says; CMS writes "Not Available" for unknown.
fn said(row: &Row, column: usize) -> Option<String> {
    row.known(column).filter(|t| !t.eq_ignore_ascii_case("Not Available")).map(str::to_owned)
}

fn hospital(row: &Row, report: &mut ChunkReport) -> std::result::Result<AccountRow, RowReject> {
    let Some(number) = read_ccn(row.line, row.text(ID), report)? else {
        return Err(reject(
            row.line,
            "import.ccn_blank",
            "The hospital has no CCN.",
            "Fill it in: this file is joined to the record by it.",
        ));
    };
    Ok(AccountRow {
        line: row.line,
        street: row.text(STREET).to_owned(),
        city: row.text(CITY).to_owned(),
        state: row.text(STATE).to_owned(),
        zip: read_zip(row.line, row.text(ZIP), report)?,
        rating: rating(row)?,
        ownership: said(row, OWNERSHIP),
        phone: said(row, PHONE),
        identifiers: vec![(CCN.to_owned(), number.clone())],
        adds_only: true,
        ..AccountRow::new(format!("ccn:{number}"), row.text(NAME), setting(row.text(TYPE)), SOURCE)
    })
}

fn rating(row: &Row) -> std::result::Result<Option<i64>, RowReject> {
    let Some(text) = said(row, RATING) else { return Ok(None) };
    match text.parse() {
        Ok(stars @ 1..=5) => Ok(Some(stars)),
        _ => {
            let cause = format!("“{text}” is no rating: CMS gives 1 to 5, or Not Available.");
            Err(reject(row.line, "import.rating_unclear", cause, "Correct the rating, or write Not Available."))
        }
    }
}

fn setting(kind: &str) -> CareSetting {
    match kind {
        "Psychiatric" | "Childrens" | "Long-term" | "Rehabilitation" => CareSetting::SpecialtyHospital,
        // Acute care, critical access, veterans', defence and rural emergency hospitals.
        _ => CareSetting::Hospital,
    }
}
