//! The preference tables.

use super::Origin;
use rounds_kernel::{PersonId, Result};
use rounds_store::{MigrationTrait, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_130100_consent_preference",
            up: "
CREATE TABLE preference (
  person_id BIGINT NOT NULL, channel TEXT NOT NULL, weight DOUBLE PRECISION NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (person_id, channel));
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_170800_consent_preference_task",
            up: "
CREATE TABLE preference_task (
  id {id}, person_id BIGINT NOT NULL, channel TEXT NOT NULL, task TEXT NOT NULL, origin TEXT NOT NULL, weight DOUBLE PRECISION NOT NULL,
  source TEXT NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX preference_task_of ON preference_task (person_id, channel, task, origin);
CREATE INDEX preference_task_any ON preference_task (task, origin, person_id);
CREATE TABLE person_wish (
  person_id BIGINT PRIMARY KEY, language TEXT NOT NULL, from_minute BIGINT, to_minute BIGINT, source TEXT NOT NULL, at BIGINT NOT NULL);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_180000_consent_personal_wish",
            up: "
CREATE TABLE personal_wish (
  id {id}, person_id BIGINT NOT NULL UNIQUE, language TEXT NOT NULL, from_minute BIGINT, to_minute BIGINT, source TEXT NOT NULL, at BIGINT NOT NULL);
INSERT INTO personal_wish (person_id, language, from_minute, to_minute, source, at)
  SELECT person_id, language, from_minute, to_minute, source, at FROM person_wish;
DROP TABLE person_wish;
",
        }
        .boxed(),
    ]
}

/// Every task, in the task column.
pub(super) const ANY_TASK: &str = "*";

/// One propensity to be written.
pub(super) struct NewWeight {
    pub person: i64,
    pub channel: &'static str,
    pub task: &'static str,
    pub origin: Origin,
    pub weight: f64,
}

/// Writes propensities; a later one of the same person, channel, task and origin replaces the earlier one.
pub(super) async fn write(tx: &mut Tx, source: &str, rows: Vec<NewWeight>) -> Result<u64> {
    const INTO: &[&str] = &["person_id", "channel", "task", "origin", "weight", "source", "at"];
    let now = tx.now.0;
    let rows = rows.into_iter().map(|r| args![r.person, r.channel, r.task, r.origin.code(), r.weight, source, now]).collect();
    let suffix =
        "ON CONFLICT (person_id, channel, task, origin) DO UPDATE SET weight = excluded.weight, source = excluded.source, at = excluded.at";
    tx.insert_many("preference_task", INTO, rows, suffix).await
}

/// The language a person wants to be written to in; hours stay.
pub async fn set_language(tx: &mut Tx, person: PersonId, language: &str) -> Result<()> {
    let now = tx.now.0;
    let sql = "INSERT INTO personal_wish (person_id, language, source, at) VALUES ($1, $2, 'stated', $3) \
               ON CONFLICT (person_id) DO UPDATE SET language = excluded.language, at = excluded.at";
    tx.execute(sql, args![person.0, language, now]).await.map(|_| ())
}

/// The hours that suit a person; their language stays.
pub(super) async fn set_hours(tx: &mut Tx, person: PersonId, from: Option<u16>, to: Option<u16>) -> Result<()> {
    let now = tx.now.0;
    let sql = "INSERT INTO personal_wish (person_id, language, from_minute, to_minute, source, at) VALUES ($1, '', $2, $3, 'stated', $4) \
               ON CONFLICT (person_id) DO UPDATE SET from_minute = excluded.from_minute, to_minute = excluded.to_minute, at = excluded.at";
    tx.execute(sql, args![person.0, from.map(i64::from), to.map(i64::from), now]).await.map(|_| ())
}
