//! Source records, their history, and the rules in force.

use super::model::{Chosen, Entry, FieldRule, Replaced, Rule, Rules, SourceRecord, choose};
use crate::identifiers::EntityKind;
use rounds_kernel::{Error, Result, Time};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::{BTreeMap, HashMap};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_164000_customers_source",
            up: "
CREATE TABLE source_record (
  id {id}, entity_kind TEXT NOT NULL, entity_id BIGINT NOT NULL, source TEXT NOT NULL, source_key TEXT NOT NULL, adds_only BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL, said TEXT NOT NULL, UNIQUE (entity_kind, source_key, source));
CREATE INDEX source_record_entity ON source_record (entity_kind, entity_id);
CREATE TABLE source_history (
  id {id}, source_record_id BIGINT NOT NULL, field TEXT NOT NULL, value TEXT, as_of BIGINT NOT NULL, replaced_at BIGINT NOT NULL);
CREATE INDEX source_history_record ON source_history (source_record_id, field);
CREATE TABLE survivorship (
  id {id}, entity_kind TEXT NOT NULL, field TEXT NOT NULL, rule TEXT NOT NULL, ranking TEXT NOT NULL, at BIGINT NOT NULL, user_id BIGINT);
CREATE INDEX survivorship_field ON survivorship (entity_kind, field, id);
",
        }
        .boxed(),
    ]
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    entity_id: i64,
    source: String,
    source_key: String,
    adds_only: i64,
    recorded_at: i64,
    said: String,
}

impl Row {
    fn read(self) -> Result<(i64, SourceRecord)> {
        let said = serde_json::from_str(&self.said).map_err(Error::internal)?;
        let (source, source_key, adds_only) = (self.source, self.source_key, self.adds_only != 0);
        Ok((self.entity_id, SourceRecord { id: self.id, source, source_key, adds_only, recorded_at: self.recorded_at, said }))
    }
}

/// Records of `table` by id, in their order, with the columns `columns`.
pub async fn by_ids<R: FromQueryResult + Send + Unpin>(db: &impl Query, columns: &str, table: &str, ids: &[i64]) -> Result<Vec<R>> {
    let mut out = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        out.extend(db.all::<R>(&format!("SELECT {columns} FROM {table} WHERE id IN ({list}) ORDER BY id"), vec![]).await?);
    }
    Ok(out)
}

/// What all sources say of each record; one without source records is absent.
pub async fn of(db: &impl Query, kind: EntityKind, ids: &[i64]) -> Result<HashMap<i64, Vec<SourceRecord>>> {
    let mut out: HashMap<i64, Vec<SourceRecord>> = HashMap::new();
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT id, entity_id, source, source_key, adds_only, recorded_at, said FROM source_record \
             WHERE entity_kind = $1 AND entity_id IN ({list}) ORDER BY id"
        );
        for row in db.all::<Row>(&sql, args![kind.code()]).await? {
            let (entity, record) = row.read()?;
            out.entry(entity).or_default().push(record);
        }
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Alias {
    key: String,
    id: i64,
}

/// Ids by any source's key: also a key whose record was merged into another, or that a second source gave.
pub async fn by_keys(db: &impl Query, kind: EntityKind, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = HashMap::new();
    for chunk in keys.chunks(1_000) {
        let places: Vec<String> = (2..chunk.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT source_key AS key, entity_id AS id FROM source_record WHERE entity_kind = $1 AND source_key IN ({}) ORDER BY id",
            places.join(", ")
        );
        let values = args![kind.code()].into_iter().chain(chunk.iter().map(|k| Value::from((*k).to_owned()))).collect();
        for alias in db.all::<Alias>(&sql, values).await? {
            out.entry(alias.key).or_insert(alias.id);
        }
    }
    Ok(out)
}

/// Adds to `found` the ids of those `keys` that only source records know.
pub async fn add_aliases(db: &impl Query, kind: EntityKind, keys: &[&str], found: &mut HashMap<String, i64>) -> Result<()> {
    let missing: Vec<&str> = keys.iter().copied().filter(|k| !k.is_empty() && !found.contains_key(*k)).collect();
    if !missing.is_empty() {
        found.extend(by_keys(db, kind, &missing).await?);
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct RuleRow {
    field: String,
    rule: String,
    ranking: String,
}

/// Rules in force for a kind of record.
pub async fn rules(db: &impl Query, kind: EntityKind) -> Result<Rules> {
    let sql = "SELECT field, rule, ranking FROM survivorship s WHERE entity_kind = $1 \
               AND id = (SELECT MAX(id) FROM survivorship l WHERE l.entity_kind = s.entity_kind AND l.field = s.field)";
    let read = |r: RuleRow| {
        let ranking = serde_json::from_str(&r.ranking).unwrap_or_default();
        (r.field, FieldRule { rule: Rule::parse(&r.rule).unwrap_or(Rule::Newest), ranking })
    };
    Ok(Rules(db.all::<RuleRow>(sql, args![kind.code()]).await?.into_iter().map(read).collect()))
}

/// Whose source record it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A record of this id.
    Id(i64),
    /// A record that is about to be written under this key.
    New(String),
}

struct Slot {
    record: SourceRecord,
    changed: bool,
    replaced: Vec<Replaced>,
}

/// The source records of a chunk of rows: rows are entered, values chosen, and all of it saved at once.
pub struct Book {
    kind: EntityKind,
    rules: Rules,
    now: Time,
    slots: HashMap<Owner, Vec<Slot>>,
}

impl Book {
    /// With what is known of the records `ids`.
    pub async fn open(tx: &Tx, kind: EntityKind, ids: &[i64]) -> Result<Self> {
        let slot = |record| Slot { record, changed: false, replaced: Vec::new() };
        let known = of(tx, kind, ids).await?;
        let slots = known.into_iter().map(|(id, records)| (Owner::Id(id), records.into_iter().map(slot).collect())).collect();
        Ok(Self { kind, rules: rules(tx, kind).await?, now: tx.now, slots })
    }

    /// Takes a row in. `before` says what the record held when sources were not kept yet, for its first source record.
    pub fn enter(&mut self, owner: &Owner, entry: &Entry, before: impl FnOnce() -> Option<Entry>) {
        let slots = self.slots.entry(owner.clone()).or_default();
        if slots.is_empty()
            && let Some(legacy) = before()
        {
            slots.push(Slot::from(self.kind, &legacy, Time(0)));
        }
        let at = slots.iter().position(|s| s.record.source_key == entry.source_key && s.record.source == entry.source);
        let several = slots.len() > 1;
        match at {
            None => slots.push(Slot::from(self.kind, entry, self.now)),
            Some(i) => {
                let slot = &mut slots[i];
                if let Some(replaced) = slot.record.take(self.kind, entry, self.now, several) {
                    slot.changed = true;
                    slot.replaced.extend(replaced);
                }
            }
        }
    }

    /// Keeps `before` as the first source record of an owner that has none.
    pub fn hold(&mut self, owner: &Owner, before: impl FnOnce() -> Entry) {
        let slots = self.slots.entry(owner.clone()).or_default();
        if slots.is_empty() {
            slots.push(Slot::from(self.kind, &before(), Time(0)));
        }
    }

    /// The sources' word on a field: `None` when none says anything, `Some(None)` when it is cleared.
    pub fn word(&self, owner: &Owner, field: &str) -> Option<Option<String>> {
        let records = self.slots.get(owner)?.iter().map(|s| &s.record);
        choose(records, field, &self.rules.of(field)).map(|c| c.said.0.clone())
    }

    /// Whether the record's source of that key only adds.
    pub fn only_adds(&self, owner: &Owner, source: &str, source_key: &str) -> bool {
        let records = self.slots.get(owner).into_iter().flatten().map(|s| &s.record);
        records.filter(|r| r.source == source && r.source_key == source_key).any(|r| r.adds_only)
    }

    /// Every value that any source gives a field.
    pub fn values(&self, field: &str) -> impl Iterator<Item = &str> {
        self.slots.values().flatten().filter_map(move |s| s.record.said.get(field)?.0.as_deref())
    }

    /// Writes what changed; `ids` finds the records that were new.
    pub async fn save(self, tx: &mut Tx, ids: &HashMap<String, i64>) -> Result<()> {
        let id_of = |owner: &Owner| match owner {
            Owner::Id(id) => Some(*id),
            Owner::New(key) => ids.get(key).copied(),
        };
        let changed = self.slots.iter().filter_map(|(o, slots)| id_of(o).map(|id| (id, slots)));
        let mut changed: Vec<(i64, &Slot)> =
            changed.flat_map(|(id, slots)| slots.iter().filter(|s| s.changed).map(move |s| (id, s))).collect();
        // One order, whatever the hash: the same input makes the same database.
        changed.sort_by(|(a, x), (b, y)| (a, &x.record.source_key, &x.record.source).cmp(&(b, &y.record.source_key, &y.record.source)));
        let (new, known): (Vec<_>, Vec<_>) = changed.iter().partition(|(_, s)| s.record.id == 0);
        write(tx, self.kind, &new, false).await?;
        write(tx, self.kind, &known, true).await?;
        let now = self.now.0;
        let history = changed.iter().filter(|(_, s)| s.record.id != 0).flat_map(|(_, s)| {
            s.replaced.iter().map(|(field, said)| args![s.record.id, field.clone(), said.0.clone(), i64::from(said.1), now])
        });
        let into = &["source_record_id", "field", "value", "as_of", "replaced_at"];
        tx.insert_many("source_history", into, history.collect(), "").await.map(|_| ())
    }
}

impl Slot {
    fn from(kind: EntityKind, entry: &Entry, now: Time) -> Self {
        let (source, source_key) = (entry.source.clone(), entry.source_key.clone());
        let mut record = SourceRecord { id: 0, source, source_key, adds_only: entry.adds_only, recorded_at: now.0, said: BTreeMap::new() };
        record.take(kind, entry, now, false);
        Self { record, changed: true, replaced: Vec::new() }
    }
}

async fn write(tx: &mut Tx, kind: EntityKind, slots: &[&(i64, &Slot)], known: bool) -> Result<()> {
    const INTO: [&str; 7] = ["entity_kind", "entity_id", "source", "source_key", "adds_only", "recorded_at", "said"];
    let mut rows = Vec::with_capacity(slots.len());
    for (entity, slot) in slots {
        let r = &slot.record;
        let said = serde_json::to_string(&r.said).map_err(Error::internal)?;
        let row = args![kind.code(), *entity, r.source.clone(), r.source_key.clone(), i64::from(r.adds_only), r.recorded_at, said];
        rows.push(if known { args![r.id].into_iter().chain(row).collect() } else { row });
    }
    let told = "adds_only = excluded.adds_only, recorded_at = excluded.recorded_at, said = excluded.said";
    if known {
        let into: Vec<&str> = ["id"].into_iter().chain(INTO).collect();
        return tx.insert_many("source_record", &into, rows, &format!("ON CONFLICT (id) DO UPDATE SET {told}")).await.map(|_| ());
    }
    let again = format!("ON CONFLICT (entity_kind, source_key, source) DO UPDATE SET entity_id = excluded.entity_id, {told}");
    tx.insert_many("source_record", &INTO, rows, &again).await.map(|_| ())
}

/// Takes one field's word out of a source record: the others decide again.
pub(super) async fn unsay(tx: &mut Tx, record: &SourceRecord, field: &str) -> Result<()> {
    let mut said = record.said.clone();
    let Some(old) = said.remove(field) else { return Ok(()) };
    let now = tx.now.0;
    let text = serde_json::to_string(&said).map_err(Error::internal)?;
    tx.execute("UPDATE source_record SET said = $2, recorded_at = $3 WHERE id = $1", args![record.id, text, now]).await?;
    tx.execute(
        "INSERT INTO source_history (source_record_id, field, value, as_of, replaced_at) VALUES ($1, $2, $3, $4, $5)",
        args![record.id, field, old.0, i64::from(old.1), now],
    )
    .await
    .map(|_| ())
}

/// Puts a rule into force; the earlier ones stay as versions.
pub(super) async fn set_rule(tx: &mut Tx, kind: EntityKind, field: &str, rule: &FieldRule) -> Result<i64> {
    let (at, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let ranking = serde_json::to_string(&rule.ranking).map_err(Error::internal)?;
    let into = &["entity_kind", "field", "rule", "ranking", "at", "user_id"];
    tx.insert("survivorship", into, args![kind.code(), field, rule.rule.code(), ranking, at, user]).await
}

/// The word on a field under rules that need not be in force.
pub fn word_of(records: &[SourceRecord], rules: &Rules, field: &str) -> Option<Option<String>> {
    choose(records, field, &rules.of(field)).map(|c: Chosen<'_>| c.said.0.clone())
}

/// A value that a source gave up.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Past {
    /// Whose.
    pub source_record_id: i64,
    /// Field.
    pub field: String,
    /// Value; `None` when it was cleared.
    pub value: Option<String>,
    /// Since when it held.
    pub as_of: i64,
    /// When another took its place, µs UTC.
    pub replaced_at: i64,
}

/// Earlier values of these source records, the newest first.
pub async fn history(db: &impl Query, records: &[SourceRecord]) -> Result<Vec<Past>> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let list = records.iter().map(|r| r.id.to_string()).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT source_record_id, field, value, as_of, replaced_at FROM source_history WHERE source_record_id IN ({list}) ORDER BY id DESC LIMIT 200"
    );
    db.all(&sql, vec![]).await
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// Ids after `after` of records of which several sources speak.
pub(super) async fn with_several(db: &impl Query, kind: EntityKind, after: i64, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT entity_id AS id FROM source_record WHERE entity_kind = $1 AND entity_id > $2 GROUP BY entity_id HAVING COUNT(*) > 1 \
               ORDER BY entity_id LIMIT $3";
    Ok(db.all::<Id>(sql, args![kind.code(), after, limit]).await?.into_iter().map(|i| i.id).collect())
}

/// How many records have several sources.
pub async fn several(db: &impl Query, kind: EntityKind) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM (SELECT entity_id FROM source_record WHERE entity_kind = $1 GROUP BY entity_id HAVING COUNT(*) > 1) s";
    db.number(sql, args![kind.code()]).await
}

/// A rule as put into force.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Version {
    /// Version: its id.
    pub id: i64,
    /// Field code.
    pub field: String,
    /// Rule code.
    pub rule: String,
    /// JSON list of sources.
    pub ranking: String,
    /// When, µs UTC.
    pub at: i64,
    /// Who, by name.
    pub who: Option<String>,
}

/// Every version of the rules of a kind, the newest first.
pub(super) async fn versions(db: &impl Query, kind: EntityKind) -> Result<Vec<Version>> {
    let sql = "SELECT s.id, s.field, s.rule, s.ranking, s.at, u.name AS who FROM survivorship s LEFT JOIN app_user u ON u.id = s.user_id \
               WHERE s.entity_kind = $1 ORDER BY s.id DESC LIMIT 200";
    db.all(sql, args![kind.code()]).await
}

/// A source and how many records of a kind it speaks of.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SourceCount {
    /// Kind of record, by its code.
    pub entity_kind: String,
    /// Source.
    pub source: String,
    /// Records.
    pub records: i64,
    /// When it first spoke, µs UTC.
    pub first_at: i64,
    /// When it last spoke.
    pub last_at: i64,
}

/// All sources, by kind.
pub async fn counts(db: &impl Query) -> Result<Vec<SourceCount>> {
    let sql = "SELECT entity_kind, source, COUNT(*) AS records, MIN(recorded_at) AS first_at, MAX(recorded_at) AS last_at \
               FROM source_record GROUP BY entity_kind, source ORDER BY entity_kind, COUNT(*) DESC, source";
    db.all(sql, vec![]).await
}
