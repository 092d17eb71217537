//! The table of buying groups.

use super::model::{Group, GroupRow};
use crate::identifiers;
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::{HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_120310_customers_group",
            up: "
CREATE TABLE buying_group (
  id {id}, source_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL,
  source TEXT NOT NULL);
CREATE INDEX buying_group_name ON buying_group (name, id);
",
        }
        .boxed(),
    ]
}

pub(super) const COLUMNS: &str = "id, source_key, name, kind, city, country, source";

/// Ids by source key.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    identifiers::keys(db, "buying_group", "source_key", keys).await
}

#[derive(FromQueryResult)]
struct Meant {
    id: i64,
    name: String,
    source_key: String,
}

/// Groups by what a file calls them: their key, or their name in any case; of several of one name the first.
pub async fn meant(db: &impl Query, words: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for chunk in words.chunks(500) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let small = (1..=chunk.len()).map(|n| format!("LOWER(${n})")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT id, name, source_key FROM buying_group WHERE source_key IN ({places}) OR LOWER(name) IN ({small}) ORDER BY id DESC"
        );
        let found: Vec<Meant> = db.all(&sql, chunk.iter().map(|w| Value::from((*w).to_owned())).collect()).await?;
        for word in chunk {
            let same = |m: &&Meant| m.name.to_lowercase() == word.to_lowercase();
            let meant = found.iter().find(|m| m.source_key == **word).or_else(|| found.iter().rfind(same));
            out.extend(meant.map(|m| ((*word).to_owned(), m.id)));
        }
    }
    Ok(out)
}

/// One buying group. Groups are known to everyone; their members are not.
pub async fn get(db: &impl Query, id: i64) -> Result<Option<Group>> {
    db.one(&format!("SELECT {COLUMNS} FROM buying_group WHERE id = $1"), args![id]).await
}

/// Writes buying groups: new ones are added, known ones brought up to date. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<GroupRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let keys: Vec<&str> = rows.iter().map(|r| r.source_key.as_str()).collect();
    let ids: Vec<String> = ids(tx, &keys).await?.into_values().map(|id| id.to_string()).collect();
    let sql = format!("SELECT {COLUMNS} FROM buying_group WHERE id IN ({})", ids.join(", "));
    let known: Vec<Group> = if ids.is_empty() { Vec::new() } else { tx.all(&sql, vec![]).await? };
    let known: HashMap<String, Group> = known.into_iter().map(|g| (g.source_key.clone(), g)).collect();
    let (mut seen, mut writes) = (HashSet::new(), Vec::new());
    for r in rows {
        if r.source_key.is_empty() || r.name.is_empty() || !seen.insert(r.source_key.clone()) {
            let cause = "The group has no key or no name, or its key stands in this part of the file already.";
            report.rejects.push(reject(r.line, "import.group_unclear", cause, "Give each group one row with a key and a name."));
            continue;
        }
        let before = known.get(&r.source_key).cloned().unwrap_or_default();
        let after = Group {
            id: before.id,
            source_key: r.source_key,
            name: r.name,
            kind: r.kind.code().into(),
            city: r.city,
            country: r.country,
            source: r.source,
        };
        if after == before {
            report.unchanged += 1;
            continue;
        }
        report.written += 1;
        report.created += u64::from(before.id == 0);
        writes.push(args![after.source_key, after.name, after.kind, after.city, after.country, after.source]);
    }
    let update = "ON CONFLICT (source_key) DO UPDATE SET name = excluded.name, kind = excluded.kind, city = excluded.city, \
                  country = excluded.country, source = excluded.source";
    tx.insert_many("buying_group", &["source_key", "name", "kind", "city", "country", "source"], writes, update).await?;
    if report.written > 0 {
        crate::contracts::meet_groups(tx).await?;
    }
    Ok(report)
}
