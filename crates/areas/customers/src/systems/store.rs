//! The system table.

use super::model::{System, SystemRow};
use crate::identifiers;
use rounds_kernel::{Result, SystemId};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120000_customers_system",
            up: "
CREATE TABLE health_system (
  id {id}, source_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, country TEXT NOT NULL,
  source TEXT NOT NULL);
CREATE INDEX health_system_name ON health_system (name, id);
",
        }
        .boxed(),
    ]
}

const COLUMNS: &str = "id, source_key, name, city, state, country, source";

/// Ids by source key.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    identifiers::keys(db, "health_system", "source_key", keys).await
}

/// One system.
pub async fn get(db: &impl Query, id: SystemId) -> Result<Option<System>> {
    db.one(&format!("SELECT {COLUMNS} FROM health_system WHERE id = $1"), args![id.0]).await
}

/// Writes systems: new ones are added, known ones brought up to date. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<SystemRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let keys: Vec<&str> = rows.iter().map(|r| r.source_key.as_str()).collect();
    let known = stored(tx, &keys).await?;
    let mut seen = HashSet::new();
    let mut writes: Vec<System> = Vec::new();
    for row in rows {
        if !seen.insert(row.source_key.clone()) {
            if !row.mention {
                let cause = format!("System {} stands in this chunk already.", row.source_key);
                report.rejects.push(reject(row.line, "import.id_twice", cause, "Keep one of the two rows and import the file again."));
            }
            continue;
        }
        if row.name.is_empty() {
            report.rejects.push(reject(row.line, "import.name_blank", "The system has no name.", "Fill in its name."));
            continue;
        }
        let before = known.get(&row.source_key).cloned().unwrap_or_default();
        let after = before.after(row);
        if after == before {
            report.unchanged += 1;
            continue;
        }
        report.written += 1;
        report.created += u64::from(before.id == 0);
        writes.push(after);
    }
    save(tx, &writes).await?;
    let keys: Vec<&str> = writes.iter().map(|w| w.source_key.as_str()).collect();
    let written: Vec<i64> = ids(tx, &keys).await?.into_values().collect();
    crate::search::index_systems(tx, &written).await?;
    Ok(report)
}

async fn stored(tx: &Tx, keys: &[&str]) -> Result<HashMap<String, System>> {
    let ids: Vec<String> = ids(tx, keys).await?.into_values().map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM health_system WHERE id IN ({})", ids.join(", "));
    Ok(tx.all::<System>(&sql, vec![]).await?.into_iter().map(|s| (s.source_key.clone(), s)).collect())
}

async fn save(tx: &mut Tx, systems: &[System]) -> Result<()> {
    let rows = systems
        .iter()
        .map(|s| args![s.source_key.clone(), s.name.clone(), s.city.clone(), s.state.clone(), s.country.clone(), s.source.clone()])
        .collect();
    let update = "ON CONFLICT (source_key) DO UPDATE SET name = excluded.name, city = excluded.city, state = excluded.state, \
                  country = excluded.country, source = excluded.source";
    tx.insert_many("health_system", &["source_key", "name", "city", "state", "country", "source"], rows, update).await.map(|_| ())
}
