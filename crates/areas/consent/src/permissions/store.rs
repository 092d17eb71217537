//! The permission table: one open row a person and channel, closed ones kept.

use super::State;
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_130000_consent_permission",
            up: "
CREATE TABLE permission (
  id {id}, person_id BIGINT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, basis TEXT NOT NULL, source TEXT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT);
CREATE INDEX permission_person ON permission (person_id, channel, valid_from);
CREATE UNIQUE INDEX permission_open ON permission (person_id, channel) WHERE valid_to IS NULL;
",
        }
        .boxed(),
    ]
}

/// The open row of one person and channel.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct OpenRow {
    pub id: i64,
    pub state: String,
}

/// The open row of `person` and `channel`, if there is an answer.
pub(super) async fn open_row(tx: &Tx, person: i64, channel: &str) -> Result<Option<OpenRow>> {
    tx.one("SELECT id, state FROM permission WHERE valid_to IS NULL AND person_id = $1 AND channel = $2", args![person, channel]).await
}

/// Numbers as an SQL list; safe to splice.
pub(super) fn numbers(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// Closes a row at `at`.
pub(super) async fn close(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    // Clocks may run back: an answer never ends before it began.
    let sql = "UPDATE permission SET valid_to = CASE WHEN valid_from > $2 THEN valid_from ELSE $2 END WHERE id = $1";
    tx.execute(sql, args![id, at]).await.map(|_| ())
}

/// A row to be opened.
pub(super) struct NewRow {
    pub person: i64,
    pub channel: String,
    pub state: State,
    pub basis: String,
    pub source: String,
    pub from: i64,
    pub to: Option<i64>,
}

/// Adds rows.
pub(super) async fn add(tx: &mut Tx, rows: Vec<NewRow>) -> Result<u64> {
    const INTO: &[&str] = &["person_id", "channel", "state", "basis", "source", "valid_from", "valid_to"];
    let rows: Vec<Vec<Value>> =
        rows.into_iter().map(|r| args![r.person, r.channel, r.state.code(), r.basis, r.source, r.from, r.to]).collect();
    tx.insert_many("permission", INTO, rows, "").await
}
