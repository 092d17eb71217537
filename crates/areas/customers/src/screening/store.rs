//! Flags, and how far the fact log is read.

use super::model::{Flag, FlagKind, Kept, screen};
use rounds_kernel::{Actor, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args, erasure};
use serde::{Deserialize, Serialize};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_100000_customers_screening",
            up: "
CREATE TABLE text_flag (
  id {id}, fact_id BIGINT NOT NULL, kind TEXT NOT NULL, rule TEXT NOT NULL, excerpt TEXT NOT NULL, account_id BIGINT, person_id BIGINT,
  user_id BIGINT, occurred_at BIGINT NOT NULL, found_at BIGINT NOT NULL, state TEXT NOT NULL, decided_by BIGINT, decided_at BIGINT,
  reason TEXT NOT NULL, evidence TEXT NOT NULL, UNIQUE (fact_id, kind));
CREATE INDEX text_flag_state ON text_flag (state, found_at, id);
CREATE TABLE free_text (id BIGINT PRIMARY KEY, last_fact BIGINT NOT NULL);
INSERT INTO free_text (id, last_fact) VALUES (1, 0);
",
        }
        .boxed(),
        // Which rows beside the log were masked, and what stood there: for undoing it.
        SqlMigration {
            name: "m20261127_080000_customers_masked_rows",
            up: "ALTER TABLE text_flag ADD COLUMN masked TEXT NOT NULL DEFAULT '[]';",
        }
        .boxed(),
    ]
}

/// A note on the fact log.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Note {
    pub id: i64,
    pub account_id: Option<i64>,
    pub person_id: Option<i64>,
    pub user_id: Option<i64>,
    pub occurred_at: i64,
    pub text: String,
}

/// The last fact that was read.
pub(super) async fn position(db: &impl Query) -> Result<i64> {
    db.number("SELECT last_fact FROM free_text WHERE id = 1", vec![]).await
}

/// Notes written by people among the facts after `from` up to `to`: whatever a form or a file took as words stands there as `note`.
pub(super) async fn notes(db: &impl Query, from: i64, to: i64) -> Result<Vec<Note>> {
    let sql = "SELECT id, account_id, person_id, user_id, occurred_at, COALESCE(NULLIF(body->>'note', ''), body->>'text') AS text FROM fact \
         WHERE id > $1 AND id <= $2 AND (COALESCE(body->>'note', '') <> '' OR (kind IN ('note', 'case') AND body->>'text' IS NOT NULL)) \
         ORDER BY id";
    db.all(sql, args![from, to]).await
}

/// Keeps flags of notes; a note that is read again is not flagged again. Returns how many are new.
pub(super) async fn keep(tx: &mut Tx, found: Vec<(Note, Flag)>) -> Result<u64> {
    let now = tx.now.0;
    let rows = found
        .into_iter()
        .map(|(n, f)| {
            args![n.id, f.kind.code(), f.rule, f.excerpt, n.account_id, n.person_id, n.user_id, n.occurred_at, now, "open", "", n.text]
        })
        .collect();
    let columns = [
        "fact_id",
        "kind",
        "rule",
        "excerpt",
        "account_id",
        "person_id",
        "user_id",
        "occurred_at",
        "found_at",
        "state",
        "reason",
        "evidence",
    ];
    tx.insert_many("text_flag", &columns, rows, "ON CONFLICT (fact_id, kind) DO NOTHING").await
}

/// A row beside the log whose words were masked, and what stood there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MaskedRow {
    table: String,
    column: String,
    id: i64,
    words: String,
}

/// Puts `mask` in place of words that the note `evidence` repeats and that give a patient away, wherever they are kept.
pub(super) async fn mask(tx: &mut Tx, kept: &[Kept], evidence: &str, mask: &str) -> Result<Vec<MaskedRow>> {
    let mut done = Vec::new();
    for Kept { table, column } in kept {
        for (id, words) in erasure::repeated(tx, table, column, evidence).await? {
            if screen(&words).iter().any(|f| f.kind == FlagKind::PatientData) {
                erasure::reword(tx, (table, column), id, &words, mask).await?;
                done.push(MaskedRow { table: (*table).into(), column: (*column).into(), id, words });
            }
        }
    }
    Ok(done)
}

/// Puts back what was masked, but for what was changed since.
pub(super) async fn unmask(tx: &mut Tx, kept: &[Kept], rows: &[MaskedRow], mask: &str) -> Result<()> {
    for row in rows {
        let Some(Kept { table, column }) = kept.iter().find(|k| k.table == row.table && k.column == row.column) else { continue };
        erasure::reword(tx, (table, column), row.id, mask, &row.words).await?;
    }
    Ok(())
}

/// Says how far the log was read.
pub(super) async fn advance(tx: &mut Tx, to: i64) -> Result<()> {
    tx.execute("UPDATE free_text SET last_fact = $1 WHERE id = 1 AND last_fact < $1", args![to]).await.map(|_| ())
}

/// A flag as the queue shows it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct FlagRow {
    pub id: i64,
    pub fact_id: i64,
    pub kind: String,
    pub rule: String,
    pub evidence: String,
    pub excerpt: String,
    pub account_id: Option<i64>,
    pub account: Option<String>,
    pub person_id: Option<i64>,
    pub person: Option<String>,
    pub writer: Option<String>,
    pub occurred_at: i64,
    pub found_at: i64,
    pub state: String,
    pub decider: Option<String>,
    pub decided_at: Option<i64>,
    pub reason: String,
    pub masked: String,
}

const SELECT: &str = "SELECT f.id, f.fact_id, f.kind, f.rule, f.evidence, f.excerpt, f.account_id, a.name AS account, f.person_id, p.name AS person, \
     w.name AS writer, f.occurred_at, f.found_at, f.state, d.name AS decider, f.decided_at, f.reason, f.masked FROM text_flag f \
     LEFT JOIN account a ON a.id = f.account_id LEFT JOIN person p ON p.id = f.person_id LEFT JOIN app_user w ON w.id = f.user_id \
     LEFT JOIN app_user d ON d.id = f.decided_by";

/// What the queue is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrow {
    pub state: String,
    pub kind: Option<FlagKind>,
}

/// Flags within the actor's scope, those that wait longest first; decided ones newest first.
pub(super) async fn flags(db: &impl Query, actor: &Actor, narrow: &Narrow, after: Option<(i64, i64)>, limit: i64) -> Result<Vec<FlagRow>> {
    let mut values: Vec<Value> = vec![narrow.state.clone().into(), limit.into()];
    let mut sql = format!("{SELECT} WHERE f.state = $1 AND (f.account_id IS NULL OR {})", scope::accounts(actor, "f.account_id"));
    if let Some(kind) = narrow.kind {
        values.push(kind.code().into());
        sql.push_str(&format!(" AND f.kind = ${}", values.len()));
    }
    let (sign, order) = if narrow.state == "open" { (">", "ASC") } else { ("<", "DESC") };
    if let Some((at, id)) = after {
        values.extend([Value::from(at), Value::from(id)]);
        let n = values.len();
        sql.push_str(&format!(" AND f.found_at {sign}= ${0} AND (f.found_at {sign} ${0} OR f.id {sign} ${n})", n - 1));
    }
    sql.push_str(&format!(" ORDER BY f.found_at {order}, f.id {order} LIMIT $2"));
    db.all(&sql, values).await
}

/// One flag within the actor's scope.
pub(super) async fn flag(db: &impl Query, actor: &Actor, id: i64) -> Result<Option<FlagRow>> {
    let sql = format!("{SELECT} WHERE f.id = $1 AND (f.account_id IS NULL OR {})", scope::accounts(actor, "f.account_id"));
    db.one(&sql, args![id]).await
}

#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Count {
    pub kind: String,
    pub waiting: i64,
    pub oldest: i64,
}

/// Open flags by kind, with the moment the oldest was found.
pub(super) async fn waiting(db: &impl Query, actor: &Actor) -> Result<Vec<Count>> {
    let sql = format!(
        "SELECT kind, COUNT(*) AS waiting, MIN(found_at) AS oldest FROM text_flag WHERE state = 'open' AND (account_id IS NULL OR {}) \
         GROUP BY kind ORDER BY kind",
        scope::accounts(actor, "account_id")
    );
    db.all(&sql, vec![]).await
}
