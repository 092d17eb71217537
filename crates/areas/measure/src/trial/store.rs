//! Tables of the mirror.

use super::model::{Figures, NewRow};
use rounds_kernel::{Actor, Error, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170000_measure_trial",
            up: "
CREATE TABLE trial_mirror (id {id}, at BIGINT NOT NULL, figures TEXT NOT NULL);
CREATE TABLE trial_row (
  id {id}, finding TEXT NOT NULL, rank BIGINT NOT NULL, account_id BIGINT, what TEXT NOT NULL, sub TEXT NOT NULL, href TEXT NOT NULL,
  detail TEXT NOT NULL, n BIGINT NOT NULL, minor BIGINT NOT NULL, currency TEXT NOT NULL);
CREATE INDEX trial_row_finding ON trial_row (finding, rank, id);
",
        }
        .boxed(),
    ]
}

const COLUMNS: &[&str] = &["finding", "rank", "account_id", "what", "sub", "href", "detail", "n", "minor", "currency"];

pub(super) async fn clear(tx: &mut Tx) -> Result<()> {
    tx.execute("DELETE FROM trial_row", vec![]).await?;
    tx.execute("DELETE FROM trial_mirror", vec![]).await.map(|_| ())
}

pub(super) async fn put(tx: &mut Tx, rows: Vec<NewRow>) -> Result<()> {
    let rows = rows.into_iter().map(|r| args![r.finding, r.rank, r.account, r.what, r.sub, r.href, r.detail, r.n, r.minor, r.currency]);
    tx.insert_many("trial_row", COLUMNS, rows.collect(), "").await.map(|_| ())
}

pub(super) async fn finish(tx: &mut Tx, figures: &Figures) -> Result<()> {
    let text = serde_json::to_string(figures).map_err(Error::internal)?;
    let now = tx.now.0;
    tx.insert("trial_mirror", &["at", "figures"], args![now, text]).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Mirror {
    at: i64,
    figures: String,
}

/// The last run: when, and what it says.
pub(super) async fn last(db: &impl Query) -> Result<Option<(i64, Figures)>> {
    let found: Option<Mirror> = db.one("SELECT at, figures FROM trial_mirror ORDER BY id DESC LIMIT 1", vec![]).await?;
    found.map(|m| Ok((m.at, serde_json::from_str(&m.figures).map_err(Error::internal)?))).transpose()
}

/// Condition under which the actor sees a row.
pub(super) fn seen(actor: &Actor) -> String {
    scope::accounts(actor, "trial_row.account_id")
}

/// How many rows and how much money a finding has within scope.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Count {
    pub finding: String,
    pub currency: String,
    pub found: i64,
    pub minor: i64,
}

pub(super) async fn counts(db: &impl Query, actor: &Actor) -> Result<Vec<Count>> {
    let sql = format!(
        "SELECT finding, currency, COUNT(*) AS found, CAST(SUM(minor) AS BIGINT) AS minor FROM trial_row WHERE {} \
         GROUP BY finding, currency ORDER BY finding, currency",
        seen(actor)
    );
    db.all(&sql, vec![]).await
}
