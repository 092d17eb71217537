//! Pairs, and the model that weighs them.

use super::model::{Evidence, Found};
use crate::identifiers::EntityKind;
use rounds_decide::link::Model;
use rounds_kernel::{Error, Result};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_165000_customers_matching",
            up: "
CREATE TABLE match_pair (
  id {id}, entity_kind TEXT NOT NULL, a_id BIGINT NOT NULL, b_id BIGINT NOT NULL, score BIGINT NOT NULL, probability DOUBLE PRECISION NOT NULL,
  evidence TEXT NOT NULL, state TEXT NOT NULL, found_at BIGINT NOT NULL, settled_at BIGINT, settled_by BIGINT, merge_id BIGINT,
  UNIQUE (entity_kind, a_id, b_id));
CREATE INDEX match_pair_queue ON match_pair (entity_kind, state, score, id);
CREATE TABLE match_model (entity_kind TEXT PRIMARY KEY, model TEXT NOT NULL, upto BIGINT NOT NULL, records BIGINT NOT NULL, at BIGINT NOT NULL);
",
        }
        .boxed(),
    ]
}

/// A pair as stored, with what both are called.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PairRow {
    /// Id.
    pub id: i64,
    /// Kind of both records, by its code.
    pub entity_kind: String,
    /// The older record.
    pub a_id: i64,
    /// Its name.
    pub a_name: String,
    /// Where it is, or what they do.
    pub a_place: String,
    /// The younger record.
    pub b_id: i64,
    /// Its name.
    pub b_name: String,
    /// Where it is, or what they do.
    pub b_place: String,
    /// Thousandths of a bit.
    pub score: i64,
    /// Probability that they are one.
    pub probability: f64,
    /// JSON of the evidence.
    pub evidence: String,
    /// State code.
    pub state: String,
    /// When it was found last, µs UTC.
    pub found_at: i64,
    /// When it was decided.
    pub settled_at: Option<i64>,
}

impl PairRow {
    /// Field by field.
    pub fn evidence(&self) -> Vec<Evidence> {
        serde_json::from_str(&self.evidence).unwrap_or_default()
    }
}

/// Columns of [`PairRow`].
pub(super) const COLUMNS: &str = "p.id, p.entity_kind, p.a_id, a.name AS a_name, p.b_id, b.name AS b_name, p.score, p.probability, \
    p.evidence, p.state, p.found_at, p.settled_at";

/// Columns of a pair and the tables they come from; a pair one of whose records was merged meanwhile is not among them.
pub(super) fn of_kind(kind: EntityKind) -> (String, String) {
    let (table, place) = match kind {
        EntityKind::System => ("health_system", "{r}.city || ', ' || {r}.state"),
        EntityKind::Account => ("account", "{r}.street || ', ' || {r}.city || ', ' || {r}.state || ' ' || {r}.zip"),
        EntityKind::Person => ("person", "{r}.role || ' ' || {r}.specialty"),
    };
    let columns = format!("{COLUMNS}, {} AS a_place, {} AS b_place", place.replace("{r}", "a"), place.replace("{r}", "b"));
    (columns, format!("match_pair p JOIN {table} a ON a.id = p.a_id JOIN {table} b ON b.id = p.b_id"))
}

/// One pair.
pub async fn pair(db: &impl Query, id: i64) -> Result<Option<PairRow>> {
    let kind = db.text("SELECT entity_kind FROM match_pair WHERE id = $1", args![id]).await?;
    let Some(kind) = kind.as_deref().and_then(EntityKind::parse) else { return Ok(None) };
    let (columns, from) = of_kind(kind);
    db.one(&format!("SELECT {columns} FROM {from} WHERE p.id = $1"), args![id]).await
}

/// Ids of the open pairs of at least this score, the surest first.
pub async fn open_above(db: &impl Query, kind: EntityKind, score: i64, limit: i64) -> Result<Vec<i64>> {
    #[derive(FromQueryResult)]
    struct Id {
        id: i64,
    }
    let (_, from) = of_kind(kind);
    let sql = format!(
        "SELECT p.id FROM {from} WHERE p.entity_kind = $1 AND p.state = 'open' AND p.score >= $2 ORDER BY p.score DESC, p.id DESC LIMIT $3"
    );
    Ok(db.all::<Id>(&sql, args![kind.code(), score, limit]).await?.into_iter().map(|i| i.id).collect())
}

/// How many pairs are open, by kind and band: (kind, certain, possible).
pub async fn open_counts(db: &impl Query) -> Result<Vec<(EntityKind, i64, i64)>> {
    #[derive(FromQueryResult)]
    struct Counted {
        all_open: i64,
        certain: i64,
    }
    let mut out = Vec::new();
    for kind in EntityKind::ALL {
        let (_, from) = of_kind(kind);
        let sql = format!(
            "SELECT COUNT(*) AS all_open, COUNT(CASE WHEN p.probability >= {} THEN 1 END) AS certain FROM {from} \
             WHERE p.entity_kind = $1 AND p.state = 'open'",
            super::model::CERTAIN
        );
        let c: Option<Counted> = db.one(&sql, args![kind.code()]).await?;
        out.push(c.map_or((kind, 0, 0), |c| (kind, c.certain, c.all_open - c.certain)));
    }
    Ok(out)
}

/// Writes pairs; what was decided before stays decided.
pub(super) async fn put(tx: &mut Tx, kind: EntityKind, pairs: &[Found]) -> Result<u64> {
    let now = tx.now.0;
    let mut rows = Vec::with_capacity(pairs.len());
    for p in pairs {
        let evidence = serde_json::to_string(&p.evidence).map_err(Error::internal)?;
        rows.push(args![kind.code(), p.a, p.b, p.score(), p.probability, evidence, "open", now]);
    }
    let into = &["entity_kind", "a_id", "b_id", "score", "probability", "evidence", "state", "found_at"];
    let again = "ON CONFLICT (entity_kind, a_id, b_id) DO UPDATE SET score = excluded.score, probability = excluded.probability, \
                 evidence = excluded.evidence, found_at = excluded.found_at WHERE match_pair.state = 'open'";
    tx.insert_many("match_pair", into, rows, again).await
}

/// Takes away open pairs that the run since `started` did not find again: of all records, or of those it looked at.
pub(super) async fn drop_stale(tx: &mut Tx, kind: EntityKind, started: i64, fresh: Option<&[i64]>) -> Result<u64> {
    let stale = "DELETE FROM match_pair WHERE entity_kind = $1 AND state = 'open' AND found_at < $2";
    let Some(fresh) = fresh else { return tx.execute(stale, args![kind.code(), started]).await };
    let mut gone = 0;
    for chunk in fresh.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        gone += tx.execute(&format!("{stale} AND (a_id IN ({list}) OR b_id IN ({list}))"), args![kind.code(), started]).await?;
    }
    Ok(gone)
}

#[derive(FromQueryResult)]
struct Two {
    a: i64,
    b: i64,
}

/// Pairs that a steward called two, by the ids that their records have today: a merge of one of them changes nothing.
pub(super) async fn different(db: &impl Query, kind: EntityKind) -> Result<HashSet<(i64, i64)>> {
    let merges = "SELECT merged_id AS a, survivor_id AS b FROM merge WHERE entity_kind = $1 AND undone_at IS NULL";
    let into: HashMap<i64, i64> = db.all::<Two>(merges, args![kind.code()]).await?.into_iter().map(|t| (t.a, t.b)).collect();
    let today = |mut id: i64| {
        while let Some(next) = into.get(&id) {
            id = *next;
        }
        id
    };
    let told = "SELECT a_id AS a, b_id AS b FROM match_pair WHERE entity_kind = $1 AND state = 'different'";
    let told = db.all::<Two>(told, args![kind.code()]).await?.into_iter().map(|t| (today(t.a), today(t.b)));
    Ok(told.map(|(a, b)| (a.min(b), a.max(b))).collect())
}

/// The state of a pair, from now on.
pub(super) async fn settle(tx: &mut Tx, id: i64, from: &str, to: &str) -> Result<bool> {
    let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let (at, by) = if to == "open" { (None, None) } else { (Some(now), user) };
    let sql = "UPDATE match_pair SET state = $2, settled_at = $3, settled_by = $4, merge_id = NULL WHERE id = $1 AND state = $5";
    Ok(tx.execute(sql, args![id, to, at, by, from]).await? > 0)
}

/// Two records were merged, by whomever: their pair, if there is one, is decided.
pub(crate) async fn merged(tx: &mut Tx, kind: EntityKind, one: i64, other: i64, merge: i64) -> Result<()> {
    let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let sql = "UPDATE match_pair SET state = 'merged', settled_at = $4, settled_by = $5, merge_id = $6 \
               WHERE entity_kind = $1 AND a_id = $2 AND b_id = $3";
    tx.execute(sql, args![kind.code(), one.min(other), one.max(other), now, user, merge]).await.map(|_| ())
}

/// A merge was taken apart: its pair is open again.
pub(crate) async fn taken_apart(tx: &mut Tx, merge: i64) -> Result<()> {
    let sql = "UPDATE match_pair SET state = 'open', settled_at = NULL, settled_by = NULL, merge_id = NULL WHERE merge_id = $1";
    tx.execute(sql, args![merge]).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct ModelRow {
    model: String,
    upto: i64,
}

/// The model learnt last, and up to which word of a source its run went.
pub(super) async fn model(db: &impl Query, kind: EntityKind) -> Result<Option<(Model, i64)>> {
    let row: Option<ModelRow> = db.one("SELECT model, upto FROM match_model WHERE entity_kind = $1", args![kind.code()]).await?;
    // One that another release learnt otherwise is learnt anew.
    Ok(row.and_then(|r| Some((serde_json::from_str(&r.model).ok()?, r.upto))))
}

/// Keeps the model and how far the run went.
pub(super) async fn keep_model(tx: &mut Tx, kind: EntityKind, model: &Model, upto: i64, records: i64) -> Result<()> {
    let (text, now) = (serde_json::to_string(model).map_err(Error::internal)?, tx.now.0);
    tx.execute(
        "INSERT INTO match_model (entity_kind, model, upto, records, at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (entity_kind) DO UPDATE SET model = excluded.model, upto = excluded.upto, records = excluded.records, at = excluded.at",
        args![kind.code(), text, upto, records, now],
    )
    .await
    .map(|_| ())
}

/// The open pair after this one in the queue.
pub(super) async fn next_open(db: &impl Query, kind: EntityKind, score: i64, id: i64) -> Result<Option<i64>> {
    let (_, from) = of_kind(kind);
    let sql = format!(
        "SELECT p.id FROM {from} WHERE p.entity_kind = $1 AND p.state = 'open' AND p.score <= $2 AND (p.score < $2 OR p.id < $3) \
         ORDER BY p.score DESC, p.id DESC LIMIT 1"
    );
    Ok(Some(db.number(&sql, args![kind.code(), score, id]).await?).filter(|n| *n > 0))
}
