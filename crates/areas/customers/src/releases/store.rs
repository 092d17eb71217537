//! The table of releases.

use super::model::compare;
use super::queries::snapshot;
use crate::affiliations::{self, LinkKind};
use crate::identifiers::EntityKind;
use crate::names;
use rounds_kernel::{Day, Result};
use rounds_platform::imports::{ChunkReport, FileInfo, Note};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::BTreeMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_120330_customers_release",
            up: "
CREATE TABLE source_release (
  id {id}, source TEXT NOT NULL, day BIGINT NOT NULL, file TEXT NOT NULL, received_at BIGINT NOT NULL, UNIQUE (source, day));
",
        }
        .boxed(),
    ]
}

/// A release that was read to its end.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Release {
    pub id: i64,
    pub source: String,
    pub day: i64,
    pub file: String,
    pub received_at: i64,
}

/// All releases, the latest first.
pub(super) async fn all(db: &impl Query) -> Result<Vec<Release>> {
    db.all("SELECT id, source, day, file, received_at FROM source_release ORDER BY source, day DESC", vec![]).await
}

#[derive(FromQueryResult)]
struct OnDay {
    day: i64,
}

/// Keeps that a release is whole, ends what it no longer lists, and says what it says differently from the release before it.
pub async fn complete(tx: &mut Tx, source: &str, day: Day, file: &FileInfo) -> Result<ChunkReport> {
    if let Some(note) = partial(tx, source, day.0.into()).await? {
        return Ok(ChunkReport { notes: vec![note], ..ChunkReport::default() });
    }
    let sql = "INSERT INTO source_release (source, day, file, received_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (source, day) DO UPDATE SET file = excluded.file, received_at = excluded.received_at";
    let number = i64::from(day.0);
    tx.execute(sql, args![source, number, file.name.clone(), file.received_at.0]).await?;
    let days: Vec<OnDay> =
        tx.all("SELECT day FROM source_release WHERE source = $1 AND day >= $2 ORDER BY day", args![source, number]).await?;
    let days: Vec<Day> = days.into_iter().map(|d| Day(d.day as i32)).collect();
    let closed = affiliations::close_unlisted(tx, LinkKind::AccountSystem, source, &days).await?;
    crate::search::index_systems(tx, &closed.parents.into_iter().collect::<Vec<_>>()).await?;
    let before = "SELECT MAX(day) FROM source_release WHERE source = $1 AND day < $2";
    let before = tx.number(before, args![source, number]).await?;
    if before == 0 {
        return Ok(ChunkReport::default());
    }
    let report = compare(&snapshot(tx, source, before).await?, &snapshot(tx, source, number).await?);
    let note = |c: &super::model::Change| Note::new(1, &format!("release.{}", c.kind.code()), c.kind.label());
    Ok(ChunkReport { notes: report.changes.iter().map(note).collect(), ..ChunkReport::default() })
}

/// A file that lists less than half of what the release before it listed is a part of a release, not one: nothing is ended by it.
async fn partial(tx: &Tx, source: &str, day: i64) -> Result<Option<Note>> {
    let listed = "SELECT COUNT(*) FROM affiliation_sighting WHERE source = $1 AND child_kind = 'account' AND parent_kind = 'system' \
                  AND said <> 'unlisted' AND day = ";
    let before = "(SELECT MAX(day) FROM source_release WHERE source = $1 AND day < $2)";
    let now = tx.number(&format!("{listed} $2"), args![source, day]).await?;
    let then = tx.number(&format!("{listed} {before}"), args![source, day]).await?;
    let text = "the file lists less than half of the hospitals of the release before it: it is taken for a part of one, and ends nothing";
    Ok((then >= 20 && now * 2 < then).then(|| Note::new(1, "release.partial", text)))
}

/// Of the records, those that `source` named on a later day than `day`: an older release says nothing new of how they are now.
pub async fn newer(db: &impl Query, kind: EntityKind, source: &str, day: Day, ids: &[i64]) -> Result<BTreeMap<i64, i64>> {
    let mut latest = names::latest(db, kind, source, ids).await?;
    latest.retain(|_, seen| *seen > i64::from(day.0));
    Ok(latest)
}
