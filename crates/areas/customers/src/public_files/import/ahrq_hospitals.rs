//! AHRQ Compendium of U.S. Health Systems, hospital linkage: which hospital is part of which system.
//!
//! The Compendium describes systems as they stood at the end of its year, and names the year in the file's name only. The
//! affiliations are therefore dated 31 December of that year; without a year in the name, the day of the import. A hospital without a
//! system is independent on that day: an affiliation that an earlier release told of ends. So does that of a hospital which the whole file no
//! longer lists.

use super::ahrq_systems::{SOURCE as LIST_SOURCE, name_systems, see_names, system};
use super::{read_ccn, read_zip};
use crate::accounts::{self, AccountRow};
use crate::affiliations::{self, AccountSystemRow};
use crate::identifiers::{CCN, CHSP_HOSPITAL, EntityKind};
use crate::{names, releases, systems};
use rounds_kernel::{CareSetting, Day, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched};
use rounds_store::Tx;
use std::collections::{HashMap, HashSet};

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
pub(super) const SOURCE: &str = "ahrq-hospitals";

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
        let day = dated(file, rows, &mut report);
        systems_of(tx, rows, day).await?;
        let mut hospitals = Vec::with_capacity(rows.len());
        for row in rows {
            match hospital(row, &mut report) {
                Ok(hospital) => hospitals.push(hospital),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        let known = ids_of(tx, rows).await?;
        let newer = releases::newer(tx, EntityKind::Account, SOURCE, day, &known.values().copied().collect::<Vec<_>>()).await?;
        // Of a hospital that a later release has told of, an older one says nothing new but where it was.
        let (older, hospitals): (Vec<_>, Vec<_>) =
            hospitals.into_iter().partition(|h| known.get(&h.source_key).is_some_and(|id| newer.contains_key(id)));
        report.unchanged += older.len() as u64;
        report.absorb(accounts::upsert(tx, hospitals).await?);
        let lost: HashSet<u64> = report.rejects.iter().map(|r| r.line).collect();
        let kept: Vec<&Row> = rows.iter().filter(|r| !lost.contains(&r.line)).collect();
        let ids = ids_of(tx, rows).await?;
        let named = kept.iter().filter_map(|r| Some((*ids.get(r.text(ID))?, r.text(NAME).to_owned()))).collect();
        names::see(tx, EntityKind::Account, SOURCE, day, named).await?;
        let linked = affiliations::upsert(tx, kept.into_iter().map(|r| link(r, day)).collect()).await?;
        let moved = linked.lines.difference(&report.lines).count() as u64;
        report.written += moved;
        report.unchanged = report.unchanged.saturating_sub(moved);
        report.rejects.extend(linked.rejects);
        Ok(report)
    }

    async fn finish(&self, tx: &mut Tx, file: &FileInfo) -> Result<ChunkReport> {
        // Without a year it is no release, and says nothing of what it leaves out.
        match year_end(file) {
            Some(day) => releases::complete(tx, SOURCE, day, file).await,
            None => Ok(ChunkReport::default()),
        }
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        crate::company_files::index_again(tx, rows).await
    }
}

async fn ids_of(tx: &Tx, rows: &[Row]) -> Result<HashMap<String, i64>> {
    accounts::ids(tx, &rows.iter().map(|r| r.text(ID)).collect::<Vec<_>>()).await
}

/// The systems that the rows name: new ones are added, and those that this release is the first to call otherwise are renamed.
async fn systems_of(tx: &mut Tx, rows: &[Row], day: Day) -> Result<()> {
    let named: Vec<&Row> = rows.iter().filter(|r| !r.text(SYSTEM).is_empty() && !r.text(SYSTEM_CELLS[1]).is_empty()).collect();
    let known = systems::ids(tx, &named.iter().map(|r| r.text(SYSTEM)).collect::<Vec<_>>()).await?;
    let all: Vec<i64> = known.values().copied().collect();
    let mut latest = std::collections::BTreeMap::new();
    for source in [SOURCE, LIST_SOURCE] {
        for (id, seen) in names::latest(tx, EntityKind::System, source, &all).await? {
            let at = latest.entry(id).or_insert(seen);
            *at = seen.max(*at);
        }
    }
    let first_to_say = |key: &str| known.get(key).and_then(|id| latest.get(id)).is_some_and(|seen| *seen < day.0.into());
    let mentions = named.iter().map(|r| system(r, SYSTEM_CELLS, SOURCE, !first_to_say(r.text(SYSTEM)))).collect();
    systems::upsert(tx, mentions).await?;
    name_systems(tx, rows.iter().map(|r| r.text(SYSTEM)).filter(|k| !k.is_empty())).await?;
    see_names(tx, SOURCE, day, named.iter().map(|r| (r.text(SYSTEM), r.text(SYSTEM_CELLS[1])))).await
}

fn year_end(file: &FileInfo) -> Option<Day> {
    file.year().and_then(|year| Day::parse(&format!("{year}-12-31")).ok())
}

fn dated(file: &FileInfo, rows: &[Row], report: &mut ChunkReport) -> Day {
    let day = year_end(file);
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
