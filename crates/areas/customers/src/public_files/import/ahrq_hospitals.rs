//! AHRQ Compendium of U.S. Health Systems, hospital linkage: which hospital is part of which system.
//!
//! The Compendium describes systems as they stood at the end of its year, and names the year in the file's name only. The
//! affiliations are therefore dated 31 December of that year; without a year in the name, the day of the import. A hospital without a
//! system is independent on that day: an affiliation that an earlier release told of ends.

use super::ahrq_systems::{name_systems, system};
use super::{read_ccn, read_zip};
use crate::accounts::{self, AccountRow};
use crate::affiliations::{self, AccountSystemRow};
use crate::identifiers::{CCN, CHSP_HOSPITAL};
use crate::systems;
use rounds_kernel::{CareSetting, Day, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row};
use rounds_store::Tx;
use std::collections::HashSet;

const ID: usize = 0;
const CCN_CELL: usize = 1;
const NAME: usize = 2;
const STREET: usize = 3;
const CITY: usize = 4;
const STATE: usize = 5;
const ZIP: usize = 6;
const ACUTE: usize = 7;
const SYSTEM: usize = 8;
const SYSTEM_CELLS: [usize; 4] = [SYSTEM, 9, 10, 11];
const BEDS: usize = 12;

/// Source code of its rows.
const SOURCE: &str = "ahrq-hospitals";

/// Reads the hospital linkage.
pub(super) struct AhrqHospitals;

#[async_trait::async_trait]
impl Importer for AhrqHospitals {
    fn kind(&self) -> &'static str {
        SOURCE
    }

    fn title(&self) -> &'static str {
        "AHRQ Compendium: hospitals and their systems"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("compendium_hospital_id"),
            Column::required("ccn"),
            Column::required("hospital_name"),
            Column::required("hospital_street"),
            Column::required("hospital_city"),
            Column::required("hospital_state"),
            Column::required("hospital_zip"),
            Column::required("acutehosp_flag"),
            Column::required("health_sys_id"),
            Column::required("health_sys_name"),
            Column::required("health_sys_city"),
            Column::required("health_sys_state"),
            // Later releases.
            Column::optional("hos_beds"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(ID)
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mentioned: Vec<&Row> = rows.iter().filter(|r| !r.text(SYSTEM).is_empty()).collect();
        let mentions =
            mentioned.iter().filter(|r| !r.text(SYSTEM_CELLS[1]).is_empty()).map(|r| system(r, SYSTEM_CELLS, SOURCE, true)).collect();
        systems::upsert(tx, mentions).await?;
        name_systems(tx, mentioned.iter().map(|r| r.text(SYSTEM))).await?;
        let mut hospitals = Vec::with_capacity(rows.len());
        for row in rows {
            match hospital(row, &mut report) {
                Ok(hospital) => hospitals.push(hospital),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(accounts::upsert(tx, hospitals).await?);
        let lost: HashSet<u64> = report.rejects.iter().map(|r| r.line).collect();
        let day = dated(file, rows, &mut report);
        let links = rows.iter().filter(|r| !lost.contains(&r.line)).map(|r| link(r, day)).collect();
        let linked = affiliations::upsert(tx, links).await?;
        let moved = linked.lines.difference(&report.lines).count() as u64;
        report.written += moved;
        report.unchanged = report.unchanged.saturating_sub(moved);
        report.rejects.extend(linked.rejects);
        Ok(report)
    }
}

fn dated(file: &FileInfo, rows: &[Row], report: &mut ChunkReport) -> Day {
    let day = file.year().and_then(|year| Day::parse(&format!("{year}-12-31")).ok());
    if let (None, Some(first)) = (day, rows.first()) {
        let text = "the file's name holds no year: its affiliations are dated by the day of the import";
        report.notes.push(Note::new(first.line, "import.year_unknown", text));
    }
    day.unwrap_or(file.received_at.day())
}

fn hospital(row: &Row, report: &mut ChunkReport) -> std::result::Result<AccountRow, RowReject> {
    let acute = row.text(ACUTE) == "1";
    let setting = if acute { CareSetting::Hospital } else { CareSetting::SpecialtyHospital };
    let ccn = read_ccn(row.line, row.text(CCN_CELL), report)?;
    let chsp = (CHSP_HOSPITAL.to_owned(), row.text(ID).to_owned());
    Ok(AccountRow {
        line: row.line,
        street: row.text(STREET).to_owned(),
        city: row.text(CITY).to_owned(),
        state: row.text(STATE).to_owned(),
        zip: read_zip(row.line, row.text(ZIP), report)?,
        beds: row.known(BEDS).and_then(|b| b.parse().ok()).filter(|b| *b >= 0),
        identifiers: [Some(chsp), ccn.map(|v| (CCN.to_owned(), v))].into_iter().flatten().collect(),
        ..AccountRow::new(row.text(ID), row.text(NAME), setting, SOURCE)
    })
}

fn link(row: &Row, from: Day) -> AccountSystemRow {
    AccountSystemRow {
        line: row.line,
        account_key: row.text(ID).to_owned(),
        system_key: row.text(SYSTEM).to_owned(),
        from,
        source: SOURCE.into(),
        confidence: 1.0,
    }
}
