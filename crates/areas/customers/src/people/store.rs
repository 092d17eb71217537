//! The person table.

use super::model::{Person, PersonRow};
use crate::affiliations::{self, Link, LinkKind};
use crate::{accounts, identifiers};
use rounds_kernel::{Day, PersonId, Result};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120200_customers_person",
            up: "
CREATE TABLE person (
  id {id}, source_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, specialty TEXT NOT NULL, email TEXT, phone TEXT,
  language TEXT NOT NULL, source TEXT NOT NULL);
CREATE INDEX person_name ON person (name, id);
CREATE INDEX person_role ON person (role, name, id);
",
        }
        .boxed(),
    ]
}

/// Columns of [`Person`].
pub(super) const COLUMNS: &str = "person.id, person.source_key, person.name, person.role, person.specialty, person.email, person.phone, \
    person.language, person.source";

/// One person, whoever asks: pages check the scope first.
pub async fn get(db: &impl Query, id: PersonId) -> Result<Option<Person>> {
    db.one(&format!("SELECT {COLUMNS} FROM person WHERE id = $1"), args![id.0]).await
}

/// Ids by source key.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    identifiers::keys(db, "person", "source_key", keys).await
}

/// Where a row places its person.
struct Placed {
    key: String,
    account: i64,
    from: Day,
    source: String,
}

/// Writes people and where they work: new ones are added, known ones brought up to date. At most 1,000 a call.
///
/// A person who appears at another account from a later day has moved there, if the same source says so; from the same day,
/// they work at both.
pub async fn upsert(tx: &mut Tx, rows: Vec<PersonRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let account_keys: HashSet<&str> = rows.iter().map(|r| r.account_key.as_str()).collect();
    let places = accounts::ids(tx, &account_keys.into_iter().collect::<Vec<_>>()).await?;
    let known = stored(tx, &rows).await?;
    let mut writes = Writes::default();
    let mut placed: Vec<Placed> = Vec::new();
    for row in rows {
        let Some(account) = places.get(&row.account_key).copied() else {
            let cause = format!("There is no account with the key “{}”.", row.account_key);
            report.rejects.push(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."));
            continue;
        };
        if row.source_key.is_empty() || row.name.is_empty() {
            report.rejects.push(reject(
                row.line,
                "import.name_blank",
                "The person has no key or no name.",
                "Fill in both and import the file again.",
            ));
            continue;
        }
        placed.push(Placed { key: row.source_key.clone(), account, from: row.affil_from, source: row.source.clone() });
        let before = writes.get(&row.source_key).or_else(|| known.get(&row.source_key)).cloned().unwrap_or_default();
        let after = before.after(row);
        if after != before {
            writes.put(after);
        }
    }
    save(tx, &writes.people).await?;
    let ids = ids(tx, &placed.iter().map(|p| p.key.as_str()).collect::<Vec<_>>()).await?;
    let moved = place(tx, &placed, &ids).await?;
    let mut touched = HashSet::new();
    for (p, moved) in placed.iter().zip(moved) {
        let written = moved || writes.get(&p.key).is_some();
        report.written += u64::from(written);
        report.created += u64::from(written && !known.contains_key(&p.key));
        report.unchanged += u64::from(!written);
        touched.extend(ids.get(&p.key).filter(|_| written));
    }
    crate::search::index_people(tx, &touched.into_iter().collect::<Vec<_>>()).await?;
    Ok(report)
}

/// People to be written, in the order of their rows, each once.
#[derive(Default)]
struct Writes {
    people: Vec<Person>,
    at: HashMap<String, usize>,
}

impl Writes {
    fn get(&self, key: &str) -> Option<&Person> {
        self.at.get(key).and_then(|i| self.people.get(*i))
    }

    fn put(&mut self, person: Person) {
        match self.at.get(&person.source_key) {
            Some(i) => self.people[*i] = person,
            None => {
                self.at.insert(person.source_key.clone(), self.people.len());
                self.people.push(person);
            }
        }
    }
}

async fn stored(tx: &Tx, rows: &[PersonRow]) -> Result<HashMap<String, Person>> {
    let keys: Vec<&str> = rows.iter().map(|r| r.source_key.as_str()).collect();
    let ids: Vec<String> = ids(tx, &keys).await?.into_values().map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM person WHERE id IN ({})", ids.join(", "));
    Ok(tx.all::<Person>(&sql, vec![]).await?.into_iter().map(|p| (p.source_key.clone(), p)).collect())
}

async fn save(tx: &mut Tx, people: &[Person]) -> Result<()> {
    const INTO: &[&str] = &["source_key", "name", "role", "specialty", "email", "phone", "language", "source"];
    let row = |p: &Person| {
        args![
            p.source_key.clone(),
            p.name.clone(),
            p.role.clone(),
            p.specialty.clone(),
            p.email.clone(),
            p.phone.clone(),
            p.language.clone(),
            p.source.clone()
        ]
    };
    let assignments: Vec<String> = INTO[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let update = format!("ON CONFLICT (source_key) DO UPDATE SET {}", assignments.join(", "));
    tx.insert_many("person", INTO, people.iter().map(row).collect(), &update).await.map(|_| ())
}

/// Links people to accounts; says for each whether that changed something.
async fn place(tx: &mut Tx, placed: &[Placed], ids: &HashMap<String, i64>) -> Result<Vec<bool>> {
    let link = |p: &Placed| {
        let child = ids.get(&p.key).copied().unwrap_or_default();
        Link { child, parent: p.account, from: p.from, source: p.source.clone(), confidence: 1.0 }
    };
    affiliations::link(tx, LinkKind::PersonAccount, placed.iter().map(link).collect()).await
}
