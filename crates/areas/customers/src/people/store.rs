//! The person table.

use super::model::{Person, PersonRow};
use crate::accounts;
use crate::affiliations::{self, Link, LinkKind};
use crate::identifiers::{self, EntityKind};
use crate::sources::{self, Book, Owner, Record as _, Rules};
use rounds_kernel::{Day, PersonId, Result};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, args, erasure};
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

/// Ids by source key: the record's own, that of any source that speaks of it, or of a record merged into it.
pub async fn ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = identifiers::keys(db, "person", "source_key", keys).await?;
    sources::add_aliases(db, EntityKind::Person, keys, &mut out).await?;
    Ok(out)
}

/// Ids of people by exact name: several where several bear it.
pub async fn named(db: &impl Query, names: &[&str]) -> Result<HashMap<String, Vec<i64>>> {
    identifiers::named(db, "person", names).await
}

/// Where a row places its person.
struct Placed {
    key: String,
    account: Option<i64>,
    from: Day,
    source: String,
}

/// Writes people and where they work: new ones are added, known ones brought up to date. At most 1,000 a call.
///
/// A person who appears at another account from a later day has moved there, if the same source says so; from the same day,
/// they work at both.
pub async fn upsert(tx: &mut Tx, rows: Vec<PersonRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let rows = unsuppressed(tx, rows, &mut report).await?;
    let account_keys: HashSet<&str> = rows.iter().map(|r| r.account_key.as_str()).collect();
    let places = accounts::ids(tx, &account_keys.into_iter().collect::<Vec<_>>()).await?;
    let known = stored(tx, &rows).await?;
    let mut book = Book::open(tx, EntityKind::Person, &known.values().map(|p| p.id).collect::<Vec<_>>()).await?;
    let day = tx.now.day();
    let mut writes = Writes::default();
    let mut placed: Vec<Placed> = Vec::new();
    for row in rows {
        // Where someone works may be told apart from who they are, with its days: then the row names no account.
        let account = places.get(&row.account_key).copied();
        if account.is_none() && !row.account_key.is_empty() {
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
        let stored = known.get(&row.source_key);
        let owner = stored.map_or_else(|| Owner::New(row.source_key.clone()), |p| Owner::Id(p.id));
        let before = writes.get(&owner).or(stored).cloned().unwrap_or_default();
        book.enter(&owner, &row.entry(day), || stored.map(Person::entry));
        let after = named_by(&before, &row).heard(&|field| book.word(&owner, field));
        if after != before {
            writes.put(owner, after);
        }
    }
    save(tx, &writes.people).await?;
    let ids = ids(tx, &placed.iter().map(|p| p.key.as_str()).collect::<Vec<_>>()).await?;
    let written: HashSet<i64> = writes.people.iter().filter_map(|p| ids.get(&p.source_key)).copied().collect();
    book.save(tx, &ids).await?;
    let moved = place(tx, &placed, &ids).await?;
    let mut touched = HashSet::new();
    for (p, moved) in placed.iter().zip(moved) {
        let written = moved || ids.get(&p.key).is_some_and(|id| written.contains(id));
        report.written += u64::from(written);
        report.created += u64::from(written && !known.contains_key(&p.key));
        report.unchanged += u64::from(!written);
        touched.extend(ids.get(&p.key).copied().filter(|_| written));
    }
    let touched: Vec<i64> = touched.into_iter().collect();
    crate::search::index_people(tx, &touched).await?;
    crate::changes::tell(tx, EntityKind::Person, &touched).await?;
    Ok(report)
}

/// The record under the key it goes by, which a new one takes from its first row.
fn named_by(before: &Person, row: &PersonRow) -> Person {
    if before.source_key.is_empty() || before.source_key == row.source_key {
        return Person { source_key: row.source_key.clone(), source: row.source.clone(), ..before.clone() };
    }
    before.clone()
}

/// What the people would say under `rules`, beside what they say: only those that would change.
async fn would_change(db: &impl Query, rules: &Rules, ids: &[i64]) -> Result<Vec<(Person, Person)>> {
    let said = sources::of(db, EntityKind::Person, ids).await?;
    Ok(sources::settled(by_ids(db, ids).await?, &said, rules, |r, word| r.heard(word)))
}

/// What `rules` would change in one field of these records.
pub async fn preview(db: &impl Query, rules: &Rules, ids: &[i64], field: &str) -> Result<Vec<sources::Change>> {
    Ok(sources::field_changes(&would_change(db, rules, ids).await?, field))
}

/// Lets the sources of these people decide anew, and says how many records changed.
pub async fn settle(tx: &mut Tx, ids: &[i64]) -> Result<u64> {
    let rules = sources::rules(tx, EntityKind::Person).await?;
    let changed: Vec<Person> = would_change(tx, &rules, ids).await?.into_iter().map(|(_, after)| after).collect();
    save(tx, &changed).await?;
    let ids: Vec<i64> = changed.iter().map(|p| p.id).collect();
    crate::search::index_people(tx, &ids).await?;
    crate::changes::tell(tx, EntityKind::Person, &ids).await?;
    Ok(changed.len() as u64)
}

/// Keeps what the record says as its source's word, when no source is kept for it yet.
pub async fn keep_source(tx: &mut Tx, id: PersonId) -> Result<()> {
    let mut book = Book::open(tx, EntityKind::Person, &[id.0]).await?;
    if let Some(person) = get(tx, id).await? {
        book.hold(&Owner::Id(id.0), || person.entry());
    }
    book.save(tx, &HashMap::new()).await
}

async fn by_ids(db: &impl Query, ids: &[i64]) -> Result<Vec<Person>> {
    sources::by_ids(db, COLUMNS, "person", ids).await
}

/// The rows of people who did not ask to be erased; the others are told as rejects, so that nobody comes back by a file.
async fn unsuppressed(tx: &Tx, rows: Vec<PersonRow>, report: &mut ChunkReport) -> Result<Vec<PersonRow>> {
    let group = |r: &PersonRow| {
        let named = [Some(erasure::key(&r.source_key)), r.email.clone(), r.phone.clone()];
        named.into_iter().flatten().collect::<Vec<String>>()
    };
    let held = erasure::suppressed(tx, &rows.iter().map(group).collect::<Vec<_>>()).await?;
    let mut kept = Vec::with_capacity(rows.len());
    for (row, held) in rows.into_iter().zip(held) {
        if held {
            let cause = "This person's data was erased at their request, and they are not taken in again.";
            report.rejects.push(reject(row.line, "import.erased_person", cause, "Leave the row out of the file, at its source too."));
        } else {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// People to be written, in the order of their rows, each once.
#[derive(Default)]
struct Writes {
    people: Vec<Person>,
    at: HashMap<Owner, usize>,
}

impl Writes {
    fn get(&self, owner: &Owner) -> Option<&Person> {
        self.at.get(owner).and_then(|i| self.people.get(*i))
    }

    fn put(&mut self, owner: Owner, person: Person) {
        match self.at.get(&owner) {
            Some(i) => self.people[*i] = person,
            None => {
                self.at.insert(owner, self.people.len());
                self.people.push(person);
            }
        }
    }
}

/// People that the rows mean, by the rows' keys.
async fn stored(tx: &Tx, rows: &[PersonRow]) -> Result<HashMap<String, Person>> {
    let keys: Vec<&str> = rows.iter().map(|r| r.source_key.as_str()).collect();
    let known = ids(tx, &keys).await?;
    let people: HashSet<i64> = known.values().copied().collect();
    let people: HashMap<i64, Person> = by_ids(tx, &people.into_iter().collect::<Vec<_>>()).await?.into_iter().map(|p| (p.id, p)).collect();
    Ok(known.into_iter().filter_map(|(key, id)| Some((key, people.get(&id)?.clone()))).collect())
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
    let link = |(p, parent): (&Placed, i64)| {
        let child = ids.get(&p.key).copied().unwrap_or_default();
        Link { child, parent, from: p.from, source: p.source.clone(), confidence: 1.0 }
    };
    let links = placed.iter().filter_map(|p| Some((p, p.account?))).map(link).collect();
    let mut changed = affiliations::link(tx, LinkKind::PersonAccount, links).await?.into_iter();
    Ok(placed.iter().map(|p| p.account.is_some() && changed.next() == Some(true)).collect())
}
