//! The merge table, and what differs between the kinds of records.

use super::model::Reference;
use crate::identifiers::EntityKind;
use crate::{accounts, people, systems};
use rounds_kernel::{AccountId, Actor, Error, PersonId, Result, SystemId};
use rounds_store::repoint::Link;
use rounds_store::search::DocKind;
use rounds_store::{Engine, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_164500_customers_merge",
            up: "
CREATE TABLE merge (
  id {id}, entity_kind TEXT NOT NULL, survivor_id BIGINT NOT NULL, merged_id BIGINT NOT NULL, survivor_name TEXT NOT NULL,
  merged_name TEXT NOT NULL, before_image TEXT NOT NULL, after_image TEXT NOT NULL, reason TEXT NOT NULL, row_count BIGINT NOT NULL,
  removed_count BIGINT NOT NULL, at BIGINT NOT NULL, user_id BIGINT, undone_at BIGINT, undone_by BIGINT);
CREATE UNIQUE INDEX merge_in_force ON merge (entity_kind, merged_id) WHERE undone_at IS NULL;
CREATE INDEX merge_survivor ON merge (entity_kind, survivor_id);
",
        }
        .boxed(),
    ]
}

/// One merge.
#[derive(Debug, Clone, FromQueryResult)]
pub struct MergeRow {
    /// Id.
    pub id: i64,
    /// Kind of the two records, by [`EntityKind::code`].
    pub entity_kind: String,
    /// The record that stays.
    pub survivor_id: i64,
    /// The record that went into it.
    pub merged_id: i64,
    /// Name of the first at the time.
    pub survivor_name: String,
    /// Name of the second at the time.
    pub merged_name: String,
    /// Why.
    pub reason: String,
    /// Rows that moved.
    pub row_count: i64,
    /// Rows that would have stood twice, kept with the merge.
    pub removed_count: i64,
    /// When, µs UTC.
    pub at: i64,
    /// Who.
    pub user_id: Option<i64>,
    /// When it was taken apart again.
    pub undone_at: Option<i64>,
}

/// Columns of [`MergeRow`].
pub(crate) const COLUMNS: &str =
    "id, entity_kind, survivor_id, merged_id, survivor_name, merged_name, reason, row_count, removed_count, at, user_id, undone_at";

/// One merge by id.
pub async fn merge(db: &impl Query, id: i64) -> Result<Option<MergeRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM merge WHERE id = $1"), args![id]).await
}

/// Merges into a record that are in force, the latest first.
pub async fn into(db: &impl Query, kind: EntityKind, survivor: i64) -> Result<Vec<MergeRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM merge WHERE entity_kind = $1 AND survivor_id = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 100");
    db.all(&sql, args![kind.code(), survivor]).await
}

/// Merges in force that were made since `at`, in their order.
pub(super) async fn since(db: &impl Query, at: i64) -> Result<Vec<MergeRow>> {
    db.all(&format!("SELECT {COLUMNS} FROM merge WHERE undone_at IS NULL AND at >= $1 ORDER BY id"), args![at]).await
}

/// The newest merges before the cursor.
pub async fn page(db: &impl Query, before: Option<i64>, limit: u64) -> Result<Vec<MergeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM merge WHERE id < $1 ORDER BY id DESC LIMIT $2");
    db.all(&sql, args![before.unwrap_or(i64::MAX), limit as i64]).await
}

/// The merge by which a record went into another, if it did.
pub async fn gone(db: &impl Query, kind: EntityKind, id: i64) -> Result<Option<MergeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM merge WHERE entity_kind = $1 AND merged_id = $2 AND undone_at IS NULL");
    db.one(&sql, args![kind.code(), id]).await
}

/// Where a merged record lives on, through as many merges as there were; `None` if it was not merged.
pub async fn survivor(db: &impl Query, kind: EntityKind, id: i64) -> Result<Option<i64>> {
    let (mut at, mut found) = (id, None);
    // A record goes into another at most once, and no chain comes back to itself; the bound only guards a damaged table.
    for _ in 0..1_000 {
        match gone(db, kind, at).await? {
            Some(row) => {
                at = row.survivor_id;
                found = Some(at);
            }
            None => return Ok(found),
        }
    }
    Err(Error::internal("merges lead round in a circle"))
}

/// The texts of a merge that are only read by un-merge.
#[derive(FromQueryResult)]
pub(super) struct Images {
    pub before_image: String,
    pub after_image: String,
}

pub(super) async fn images(db: &impl Query, id: i64) -> Result<Images> {
    let found = db.one("SELECT before_image, after_image FROM merge WHERE id = $1", args![id]).await?;
    found.ok_or_else(|| Error::not_found("merge"))
}

/// Table of a kind of record.
pub(super) fn table(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::System => "health_system",
        EntityKind::Account => "account",
        EntityKind::Person => "person",
    }
}

pub(super) fn doc_kind(kind: EntityKind) -> DocKind {
    match kind {
        EntityKind::System => DocKind::System,
        EntityKind::Account => DocKind::Account,
        EntityKind::Person => DocKind::Person,
    }
}

pub(super) fn links(kind: EntityKind, references: &[Reference]) -> Vec<Link> {
    references.iter().filter(|r| r.entity == kind).map(Reference::link).collect()
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

/// Names of the two records, locked until the command ends; a record that is not there is absent.
pub(super) async fn lock(tx: &Tx, kind: EntityKind, ids: [i64; 2]) -> Result<Vec<(i64, String)>> {
    // SQLite has one writer; PostgreSQL's two merges of the same records wait for each other here, in the order of ids.
    let wait = if tx.engine() == Engine::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT id, name FROM {} WHERE id IN ($1, $2) ORDER BY id{wait}", table(kind));
    Ok(tx.all::<Named>(&sql, args![ids[0], ids[1]]).await?.into_iter().map(|n| (n.id, n.name)).collect())
}

/// Refuses what the actor may not see.
pub(crate) async fn see(db: &impl Query, actor: &Actor, kind: EntityKind, id: i64) -> Result<()> {
    match kind {
        EntityKind::System => crate::scope::see_system(db, actor, SystemId(id)).await,
        EntityKind::Account => crate::scope::see_account(db, actor, AccountId(id)).await,
        EntityKind::Person => crate::scope::see_person(db, actor, PersonId(id)).await,
    }
}

pub(super) async fn keep_source(tx: &mut Tx, kind: EntityKind, id: i64) -> Result<()> {
    match kind {
        EntityKind::System => systems::keep_source(tx, SystemId(id)).await,
        EntityKind::Account => accounts::keep_source(tx, AccountId(id)).await,
        EntityKind::Person => people::keep_source(tx, PersonId(id)).await,
    }
}

pub(super) async fn settle(tx: &mut Tx, kind: EntityKind, ids: &[i64]) -> Result<u64> {
    match kind {
        EntityKind::System => systems::settle(tx, ids).await,
        EntityKind::Account => accounts::settle(tx, ids).await,
        EntityKind::Person => people::settle(tx, ids).await,
    }
}

/// Renews what search knows of these records and of those around them.
pub(super) async fn index(tx: &mut Tx, kind: EntityKind, ids: &[i64]) -> Result<()> {
    match kind {
        EntityKind::System => crate::search::index_systems(tx, ids).await,
        EntityKind::Account => crate::search::reindex(tx, ids).await,
        EntityKind::Person => crate::search::index_people(tx, ids).await,
    }
}
