//! The identifier table, and the look-up of source keys.

use super::model::{EntityKind, NewIdentifier, standing};
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::HashMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120400_customers_identifier",
            up: "
CREATE TABLE identifier (
  id {id}, entity_kind TEXT NOT NULL, entity_id BIGINT NOT NULL, scheme TEXT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
  UNIQUE (scheme, value, entity_kind));
CREATE INDEX identifier_entity ON identifier (entity_kind, entity_id);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_120350_customers_identifier_standing",
            up: "
ALTER TABLE identifier ADD COLUMN standing TEXT NOT NULL DEFAULT 'formed';
ALTER TABLE identifier ADD COLUMN added_at BIGINT;
CREATE INDEX identifier_value ON identifier (value);
",
        }
        .boxed(),
    ]
}

/// An identifier as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Held {
    /// Id of what it names.
    pub entity_id: i64,
    /// Scheme code.
    pub scheme: String,
    /// Value.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// Writes identifiers of one kind of record. One that names another record already stays there.
pub async fn put(tx: &mut Tx, kind: EntityKind, rows: Vec<NewIdentifier>) -> Result<()> {
    let now = tx.now.0;
    let rows = rows.into_iter().map(|r| {
        let standing = standing(&r.scheme, &r.value).code();
        args![kind.code(), r.entity, r.scheme, r.value, r.source, standing, now]
    });
    let once = "ON CONFLICT (scheme, value, entity_kind) DO NOTHING";
    tx.insert_many("identifier", &["entity_kind", "entity_id", "scheme", "value", "source", "standing", "added_at"], rows.collect(), once)
        .await
        .map(|_| ())
}

/// Which records the values of one scheme name.
pub async fn owners(db: &impl Query, kind: EntityKind, scheme: &str, values: &[String]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for chunk in values.chunks(1_000) {
        let sql = format!(
            "SELECT entity_id, scheme, value, source FROM identifier WHERE scheme = $1 AND entity_kind = $2 AND value IN ({})",
            places(3, chunk.len())
        );
        let mut values = args![scheme, kind.code()];
        values.extend(chunk.iter().map(|v| Value::from(v.clone())));
        out.extend(db.all::<Held>(&sql, values).await?.into_iter().map(|h| (h.value, h.entity_id)));
    }
    Ok(out)
}

/// All identifiers of many records.
pub async fn held_by(db: &impl Query, kind: EntityKind, ids: &[i64]) -> Result<Vec<Held>> {
    let mut out = Vec::new();
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql =
            format!("SELECT entity_id, scheme, value, source FROM identifier WHERE entity_kind = $1 AND entity_id IN ({list}) ORDER BY id");
        out.extend(db.all::<Held>(&sql, args![kind.code()]).await?);
    }
    Ok(out)
}

/// Identifiers of one record.
pub async fn of(db: &impl Query, kind: EntityKind, id: i64) -> Result<Vec<Held>> {
    held_by(db, kind, &[id]).await
}

#[derive(FromQueryResult)]
struct Key {
    id: i64,
    key: String,
}

/// Ids by key: `table.column` must be unique. Both names come from our own code.
pub async fn keys(db: &impl Query, table: &str, column: &str, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(1_000) {
        let sql = format!("SELECT id, {column} AS key FROM {table} WHERE {column} IN ({})", places(1, chunk.len()));
        let values = chunk.iter().map(|k| Value::from((*k).to_owned())).collect();
        out.extend(db.all::<Key>(&sql, values).await?.into_iter().map(|k| (k.key, k.id)));
    }
    Ok(out)
}

/// Ids of a table's rows by exact name: several where several bear it.
pub async fn named(db: &impl Query, table: &str, names: &[&str]) -> Result<HashMap<String, Vec<i64>>> {
    let mut out: HashMap<String, Vec<i64>> = HashMap::new();
    for chunk in names.chunks(1_000) {
        let sql = format!("SELECT id, name AS key FROM {table} WHERE name IN ({}) ORDER BY id", places(1, chunk.len()));
        let values = chunk.iter().map(|k| Value::from((*k).to_owned())).collect();
        for k in db.all::<Key>(&sql, values).await? {
            out.entry(k.key).or_default().push(k.id);
        }
    }
    Ok(out)
}

/// `$first, $first+1, …`, so many.
fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
