//! The table of names as sources gave them.

use super::model::{NameSpan, spans};
use crate::as_of::AsOf;
use crate::identifiers::EntityKind;
use rounds_kernel::{Day, Result};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{BTreeMap, HashMap};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_120320_customers_name",
            up: "
CREATE TABLE name_sighting (
  id {id}, entity_kind TEXT NOT NULL, entity_id BIGINT NOT NULL, source TEXT NOT NULL, day BIGINT NOT NULL, name TEXT NOT NULL,
  UNIQUE (entity_id, entity_kind, source, day));
CREATE INDEX name_sighting_source ON name_sighting (source, day);
",
        }
        .boxed(),
    ]
}

/// Takes what `source` calls records on `day`.
pub async fn see(tx: &mut Tx, kind: EntityKind, source: &str, day: Day, names: Vec<(i64, String)>) -> Result<()> {
    // One record once: two rows of a file may mean the same.
    let names: BTreeMap<i64, String> = names.into_iter().filter(|(_, n)| !n.is_empty()).collect();
    let ids: Vec<i64> = names.keys().copied().collect();
    let rows = names.into_iter().map(|(id, name)| args![kind.code(), id, source, i64::from(day.0), name]).collect();
    let update = "ON CONFLICT (entity_id, entity_kind, source, day) DO UPDATE SET name = excluded.name";
    tx.insert_many("name_sighting", &["entity_kind", "entity_id", "source", "day", "name"], rows, update).await?;
    // Whoever bore another name before is found by that too.
    let mut renamed: Vec<i64> = former(tx, kind, &ids).await?.into_keys().collect();
    renamed.sort_unstable();
    match kind {
        EntityKind::System => crate::search::index_systems(tx, &renamed).await,
        EntityKind::Account => crate::search::index_accounts(tx, &renamed).await,
        EntityKind::Person => Ok(()),
    }
}

#[derive(FromQueryResult)]
struct Seen {
    entity_id: i64,
    source: String,
    day: i64,
    name: String,
}

async fn spans_of(db: &impl Query, kind: EntityKind, ids: &[i64]) -> Result<BTreeMap<i64, Vec<NameSpan>>> {
    let mut all: BTreeMap<i64, Vec<(i64, String, String)>> = BTreeMap::new();
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT entity_id, source, day, name FROM name_sighting WHERE entity_kind = $1 AND entity_id IN ({list})");
        for s in db.all::<Seen>(&sql, args![kind.code()]).await? {
            all.entry(s.entity_id).or_default().push((s.day, s.source, s.name));
        }
    }
    Ok(all.into_iter().map(|(id, seen)| (id, spans(seen))).collect())
}

/// The names of one record, the oldest first.
pub async fn history(db: &impl Query, kind: EntityKind, id: i64) -> Result<Vec<NameSpan>> {
    Ok(spans_of(db, kind, &[id]).await?.remove(&id).unwrap_or_default())
}

/// What records were called on the day; a record of whose name then nothing is known is absent, as are all of them today.
pub async fn on(db: &impl Query, kind: EntityKind, ids: &[i64], as_of: AsOf) -> Result<HashMap<i64, String>> {
    let Some(day) = as_of.day() else { return Ok(HashMap::new()) };
    let day = i64::from(day.0);
    let named = |spans: Vec<NameSpan>| spans.into_iter().rfind(|s| s.from <= day && s.to.is_none_or(|to| to > day)).map(|s| s.name);
    Ok(spans_of(db, kind, ids).await?.into_iter().filter_map(|(id, spans)| Some((id, named(spans)?))).collect())
}

/// Names that records bore before the one of now, each once; records without one are absent.
pub async fn former(db: &impl Query, kind: EntityKind, ids: &[i64]) -> Result<HashMap<i64, Vec<String>>> {
    let mut out = HashMap::new();
    for (id, mut spans) in spans_of(db, kind, ids).await? {
        let now = spans.pop().map(|s| s.name.to_lowercase()).unwrap_or_default();
        let mut names: Vec<String> = spans.into_iter().map(|s| s.name).filter(|n| n.to_lowercase() != now).collect();
        names.dedup();
        if !names.is_empty() {
            out.insert(id, names);
        }
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Latest {
    entity_id: i64,
    day: i64,
}

/// The latest day on which `source` named each record.
pub async fn latest(db: &impl Query, kind: EntityKind, source: &str, ids: &[i64]) -> Result<BTreeMap<i64, i64>> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT entity_id, MAX(day) AS day FROM name_sighting WHERE entity_kind = $1 AND source = $2 AND entity_id IN ({list}) GROUP BY entity_id"
        );
        out.extend(db.all::<Latest>(&sql, args![kind.code(), source]).await?.into_iter().map(|l| (l.entity_id, l.day)));
    }
    Ok(out)
}
