//! AHRQ Compendium of U.S. Health Systems, system list.

use crate::identifiers::{self, CHSP_SYSTEM, EntityKind, NewIdentifier};
use crate::systems::{self, SystemRow};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row};
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

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let report = systems::upsert(tx, rows.iter().map(|r| system(r, [ID, NAME, CITY, STATE], SOURCE, false)).collect()).await?;
        name_systems(tx, rows.iter().map(|r| r.text(ID))).await?;
        Ok(report)
    }
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
