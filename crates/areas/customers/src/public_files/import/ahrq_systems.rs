//! AHRQ Compendium of U.S. Health Systems, system list.

use crate::identifiers::{self, CHSP_SYSTEM, EntityKind, NewIdentifier};
use crate::systems::{self, SystemRow};
use crate::{names, releases};
use rounds_kernel::{Day, Result};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, Touched};
use rounds_store::Tx;

const ID: usize = 0;
const NAME: usize = 1;
const CITY: usize = 2;
const STATE: usize = 3;

/// Source code of its rows.
pub(super) const SOURCE: &str = "ahrq-systems";

/// Reads the system list.
pub(super) struct AhrqSystems;

#[async_trait::async_trait]
impl Importer for AhrqSystems {
    fn kind(&self) -> &'static str {
        SOURCE
    }

    fn title(&self) -> &'static str {
        "AHRQ Compendium: health systems"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("health_sys_id"),
            Column::required("health_sys_name"),
            Column::required("health_sys_city"),
            Column::required("health_sys_state"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(ID)
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let day = file.year().and_then(|year| Day::parse(&format!("{year}-12-31")).ok()).unwrap_or(file.received_at.day());
        let known = systems::ids(tx, &rows.iter().map(|r| r.text(ID)).collect::<Vec<_>>()).await?;
        let all: Vec<i64> = known.values().copied().collect();
        let mut newer = releases::newer(tx, EntityKind::System, SOURCE, day, &all).await?;
        newer.extend(releases::newer(tx, EntityKind::System, super::ahrq_hospitals::SOURCE, day, &all).await?);
        // Of a system that a later release has named, an older one says nothing new.
        let older = |r: &Row| known.get(r.text(ID)).is_some_and(|id| newer.contains_key(id));
        let report = systems::upsert(tx, rows.iter().map(|r| system(r, [ID, NAME, CITY, STATE], SOURCE, older(r))).collect()).await?;
        name_systems(tx, rows.iter().map(|r| r.text(ID))).await?;
        see_names(tx, SOURCE, day, rows.iter().map(|r| (r.text(ID), r.text(NAME)))).await?;
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        crate::company_files::index_again(tx, rows).await
    }
}

/// Keeps what systems are called on the day.
pub(super) async fn see_names(tx: &mut Tx, source: &str, day: Day, named: impl Iterator<Item = (&str, &str)>) -> Result<()> {
    let named: Vec<(&str, &str)> = named.collect();
    let ids = systems::ids(tx, &named.iter().map(|(key, _)| *key).collect::<Vec<_>>()).await?;
    let seen = named.into_iter().filter_map(|(key, name)| Some((*ids.get(key)?, name.to_owned()))).collect();
    names::see(tx, EntityKind::System, source, day, seen).await
}

/// A system from four cells of a row.
pub(super) fn system(row: &Row, [id, name, city, state]: [usize; 4], source: &str, mention: bool) -> SystemRow {
    let text = |column: usize| row.text(column).to_owned();
    SystemRow {
        line: row.line,
        source_key: text(id),
        name: text(name),
        city: text(city),
        state: text(state),
        country: "US".into(),
        source: source.into(),
        mention,
    }
}

/// Writes the Compendium's system ids as identifiers.
pub(super) async fn name_systems(tx: &mut Tx, keys: impl Iterator<Item = &str>) -> Result<()> {
    let ids = systems::ids(tx, &keys.collect::<Vec<_>>()).await?;
    let mut rows: Vec<NewIdentifier> =
        ids.into_iter().map(|(value, entity)| NewIdentifier { entity, scheme: CHSP_SYSTEM.into(), value, source: SOURCE.into() }).collect();
    rows.sort_by_key(|r| r.entity);
    identifiers::put(tx, EntityKind::System, rows).await
}
