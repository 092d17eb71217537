//! The system table.

use super::model::{System, SystemRow};
use crate::identifiers::{self, EntityKind};
use crate::sources::{self, Book, Owner, Record as _, Rules};
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

/// Ids by source key: the record's own, that of any source that speaks of it, or of a record merged into it.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = identifiers::keys(db, "health_system", "source_key", keys).await?;
    sources::add_aliases(db, EntityKind::System, keys, &mut out).await?;
    Ok(out)
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
    let mut book = Book::open(tx, EntityKind::System, &known.values().map(|s| s.id).collect::<Vec<_>>()).await?;
    let day = tx.now.day();
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
        if row.mention && before.id != 0 {
            report.unchanged += 1;
            continue;
        }
        let owner = if before.id == 0 { Owner::New(row.source_key.clone()) } else { Owner::Id(before.id) };
        book.enter(&owner, &row.entry(day), || (before.id != 0).then(|| before.entry()));
        let own = before.source_key.is_empty() || before.source_key == row.source_key;
        let line = row.line;
        let named = if own { System { source_key: row.source_key, source: row.source, ..before.clone() } } else { before.clone() };
        let after = named.heard(&|field| book.word(&owner, field));
        if after == before {
            report.unchanged += 1;
            continue;
        }
        report.lines.insert(line);
        report.written += 1;
        report.created += u64::from(before.id == 0);
        writes.push(after);
    }
    save(tx, &writes).await?;
    let keys: Vec<&str> = writes.iter().map(|w| w.source_key.as_str()).collect();
    let stored = ids(tx, &keys).await?;
    book.save(tx, &stored).await?;
    let written: Vec<i64> = stored.into_values().collect();
    crate::search::index_systems(tx, &written).await?;
    crate::changes::tell(tx, EntityKind::System, &written).await?;
    Ok(report)
}

/// Systems that the keys mean.
async fn stored(tx: &Tx, keys: &[&str]) -> Result<HashMap<String, System>> {
    let known = ids(tx, keys).await?;
    let found: HashSet<i64> = known.values().copied().collect();
    let found: HashMap<i64, System> = by_ids(tx, &found.into_iter().collect::<Vec<_>>()).await?.into_iter().map(|s| (s.id, s)).collect();
    Ok(known.into_iter().filter_map(|(key, id)| Some((key, found.get(&id)?.clone()))).collect())
}

async fn by_ids(db: &impl Query, ids: &[i64]) -> Result<Vec<System>> {
    sources::by_ids(db, COLUMNS, "health_system", ids).await
}

/// What the systems would say under `rules`, beside what they say: only those that would change.
async fn would_change(db: &impl Query, rules: &Rules, ids: &[i64]) -> Result<Vec<(System, System)>> {
    let said = sources::of(db, EntityKind::System, ids).await?;
    Ok(sources::settled(by_ids(db, ids).await?, &said, rules, |r, word| r.heard(word)))
}

/// What `rules` would change in one field of these records.
pub async fn preview(db: &impl Query, rules: &Rules, ids: &[i64], field: &str) -> Result<Vec<sources::Change>> {
    Ok(sources::field_changes(&would_change(db, rules, ids).await?, field))
}

/// Lets the sources of these systems decide anew, and says how many records changed.
pub async fn settle(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let rules = sources::rules(tx, EntityKind::System).await?;
    let changed: Vec<System> = would_change(tx, &rules, ids).await?.into_iter().map(|(_, after)| after).collect();
    save(tx, &changed).await?;
    let ids: Vec<i64> = changed.iter().map(|s| s.id).collect();
    crate::search::index_systems(tx, &ids).await?;
    crate::changes::tell(tx, EntityKind::System, &ids).await?;
    Ok(changed.len() as u64)
}

/// Keeps what the record says as its source's word, when no source is kept for it yet.
pub async fn keep_source(tx: &mut Tx, id: SystemId) -> Result<()> {
    let mut book = Book::open(tx, EntityKind::System, &[id.0]).await?;
    if let Some(system) = get(tx, id).await? {
        book.hold(&Owner::Id(id.0), || system.entry());
    }
    book.save(tx, &HashMap::new()).await
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
