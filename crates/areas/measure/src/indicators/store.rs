//! Contacts counted by week, so that a page over a year reads thousands of rows and not a million.
//!
//! The log is append-only: [`Summarise`] counts what came since its last run, and the page adds what came since then to it, so that
//! the figures are those of the log at any moment. Facts that an import took back are the one exception ([`facts::taken_back`]): then
//! the page counts the log itself until the sums are made again.

use rounds_kernel::{Actor, Permission, Result};
use rounds_store::facts::taken_back;
use rounds_store::{Command, FromQueryResult, MigrationTrait, Query, Runner, SqlMigration, Tx, args};
use serde::Serialize;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261124_101000_measure_contact_week",
            up: "
CREATE TABLE contact_week (
  id {id}, week BIGINT NOT NULL, account_id BIGINT, channel TEXT NOT NULL, user_id BIGINT NOT NULL, contacts BIGINT NOT NULL,
  attempts BIGINT NOT NULL, reached BIGINT NOT NULL);
CREATE INDEX contact_week_account ON contact_week (account_id, week, channel, user_id, contacts, attempts, reached);
CREATE TABLE contact_week_total (
  week BIGINT NOT NULL, channel TEXT NOT NULL, user_id BIGINT NOT NULL, contacts BIGINT NOT NULL, attempts BIGINT NOT NULL,
  reached BIGINT NOT NULL, PRIMARY KEY (week, channel, user_id));
CREATE TABLE contact_week_mark (one BIGINT PRIMARY KEY, fact_id BIGINT NOT NULL, taken_back BIGINT NOT NULL);
INSERT INTO contact_week_mark (one, fact_id, taken_back) VALUES (1, 0, 0);
",
        }
        .boxed(),
    ]
}

/// Facts a transaction counts.
const STEP: i64 = 50_000;
/// A transaction that took its numbers earlier may end later: facts are counted when they are this old.
const SETTLED_SECONDS: i64 = 60;
/// Outcomes in which someone was spoken with.
pub(super) const REACHED: &str = "('reached', 'meeting_booked', 'demo_booked', 'not_interested', 'no_channel', 'do_not_contact')";
/// Attempts to reach someone live, begun by us.
pub(super) const LIVE: &str = "channel IN ('visit', 'phone', 'video') AND body->>'direction' = 'out'";

/// SQL of the week of a fact: Mondays at midnight UTC, numbered from the one before 1970.
pub(super) fn week() -> String {
    const WEEK_US: i64 = 7 * 86_400_000_000;
    const MONDAY_US: i64 = 3 * 86_400_000_000;
    format!("(occurred_at + {MONDAY_US}) / {WEEK_US}")
}

/// How far the log is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Mark {
    pub fact_id: i64,
    pub taken_back: i64,
}

/// The last fact that is in the sums; 0 when they cannot be used.
pub(super) async fn counted_to(db: &impl Query) -> Result<i64> {
    let mark = mark(db).await?;
    Ok(if mark.taken_back == taken_back(db).await? { mark.fact_id } else { 0 })
}

async fn mark(db: &impl Query) -> Result<Mark> {
    Ok(db.one("SELECT fact_id, taken_back FROM contact_week_mark WHERE one = 1", vec![]).await?.unwrap_or_default())
}

/// Counts one step of what came since the last run; true when there is more.
#[derive(Debug, Clone, Serialize)]
pub struct Summarise;

impl Command for Summarise {
    const NAME: &'static str = "measure.summarise_contacts";
    const PERMISSION: Permission = Permission::Administer;
    type Out = bool;

    async fn run(self, tx: &mut Tx) -> Result<bool> {
        let (mut mark, taken_back) = (mark(tx).await?, taken_back(tx).await?);
        if mark.taken_back != taken_back {
            tx.execute("DELETE FROM contact_week", vec![]).await?;
            tx.execute("DELETE FROM contact_week_total", vec![]).await?;
            mark = Mark { fact_id: 0, taken_back };
        }
        let settled = settled(tx, tx.now.0).await?;
        let to = settled.min(mark.fact_id + STEP).max(mark.fact_id);
        let counted = |columns: &str| {
            format!(
                "SELECT {week} AS week, {columns}channel, COALESCE(user_id, 0) AS user_id, COUNT(*) AS contacts, \
                 CAST(SUM(CASE WHEN {LIVE} THEN 1 ELSE 0 END) AS BIGINT) AS attempts, \
                 CAST(SUM(CASE WHEN {LIVE} AND body->>'outcome' IN {REACHED} THEN 1 ELSE 0 END) AS BIGINT) AS reached \
                 FROM fact WHERE id > $1 AND id <= $2 AND kind = 'contact' AND channel IS NOT NULL \
                 GROUP BY {week}, {columns}channel, COALESCE(user_id, 0)",
                week = week()
            )
        };
        let by_account = format!(
            "INSERT INTO contact_week (week, account_id, channel, user_id, contacts, attempts, reached) {}",
            counted("account_id, ")
        );
        tx.execute(&by_account, args![mark.fact_id, to]).await?;
        let total = format!(
            "INSERT INTO contact_week_total (week, channel, user_id, contacts, attempts, reached) {} \
             ON CONFLICT (week, channel, user_id) DO UPDATE SET contacts = contact_week_total.contacts + excluded.contacts, \
             attempts = contact_week_total.attempts + excluded.attempts, reached = contact_week_total.reached + excluded.reached",
            counted("")
        );
        tx.execute(&total, args![mark.fact_id, to]).await?;
        tx.execute("UPDATE contact_week_mark SET fact_id = $1, taken_back = $2 WHERE one = 1", args![to, taken_back]).await?;
        Ok(to < settled)
    }
}

/// The last fact that no open transaction can precede.
async fn settled(db: &impl Query, now: i64) -> Result<i64> {
    let sql = "SELECT id FROM fact WHERE recorded_at <= $1 ORDER BY id DESC LIMIT 1";
    db.number(sql, args![now - SETTLED_SECONDS * 1_000_000]).await
}

/// Brings the sums up to date; nothing is written when nothing came.
pub(super) async fn keep_up(runner: &Runner) -> Result<()> {
    let db = &runner.db;
    let mark = mark(db).await?;
    if mark.taken_back == taken_back(db).await? && settled(db, runner.now().0).await? <= mark.fact_id {
        return Ok(());
    }
    let actor = Actor::program("contact sums");
    while runner.run(&actor, Summarise).await? {}
    Ok(())
}
