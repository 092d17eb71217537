//! Tables of the mirror.

use super::model::{Figures, NewRow};
use rounds_kernel::{Actor, Error, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use serde::{Deserialize, Serialize};

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
        SqlMigration {
            name: "m20261127_100000_measure_trial_file",
            up: "
CREATE TABLE trial_file (
  id {id}, file TEXT NOT NULL, kind TEXT NOT NULL, other_names TEXT NOT NULL, others BIGINT NOT NULL, unread TEXT NOT NULL,
  unread_columns BIGINT NOT NULL, cause TEXT NOT NULL, remedy TEXT NOT NULL);
",
        }
        .boxed(),
    ]
}

/// A file of the folder that a trial was made of, and how it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromQueryResult)]
pub struct TrialFile {
    /// Its name.
    pub file: String,
    /// Kind of file; empty when it was left out.
    pub kind: String,
    /// Columns that were read under another name than ours, in words.
    pub other_names: String,
    /// How many.
    pub others: i64,
    /// Columns that nothing read, in words.
    pub unread: String,
    /// How many.
    pub unread_columns: i64,
    /// Why it was left out.
    pub cause: String,
    /// What to do about that.
    pub remedy: String,
}

/// The files of the last trial take the place of those before.
pub(super) async fn put_files(tx: &mut Tx, files: Vec<TrialFile>) -> Result<()> {
    const INTO: &[&str] = &["file", "kind", "other_names", "others", "unread", "unread_columns", "cause", "remedy"];
    tx.execute("DELETE FROM trial_file", vec![]).await?;
    let row = |f: TrialFile| args![f.file, f.kind, f.other_names, f.others, f.unread, f.unread_columns, f.cause, f.remedy];
    tx.insert_many("trial_file", INTO, files.into_iter().map(row).collect(), "").await.map(|_| ())
}

/// The files of the last trial.
pub(super) async fn files(db: &impl Query) -> Result<Vec<TrialFile>> {
    let sql = "SELECT file, kind, other_names, others, unread, unread_columns, cause, remedy FROM trial_file ORDER BY id";
    db.all(sql, vec![]).await
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
