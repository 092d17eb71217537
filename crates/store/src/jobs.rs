//! Long work as a record: what it is, how far it got, and where to go on after a stop.
//!
//! A job's work is done in commands of at most 1,000 rows, each of which calls [`checkpoint`] in its own transaction: rows and
//! position are kept together or not at all. A job whose heartbeat stopped may be taken over by anyone.

use crate::query::Query;
use crate::{Command, Tx, args};
use rounds_kernel::{Error, JobId, Permission, Result, Time};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

/// A running job that has not been heard of for this long is taken to be dead.
pub const STALE_AFTER_US: i64 = 4_000_000;

/// One job.
#[derive(Debug, Clone, FromQueryResult, Serialize, Deserialize)]
pub struct JobRow {
    /// Id.
    pub id: i64,
    /// Kind, e.g. `import`.
    pub kind: String,
    /// JSON input.
    pub input: String,
    /// Same kind and key means the same work.
    pub input_key: String,
    /// `queued`, `running`, `done`, `failed` or `stopped`.
    pub state: String,
    /// JSON position to go on from; `null` at the start.
    pub checkpoint: String,
    /// Units done.
    pub done: i64,
    /// Units in all, 0 if unknown.
    pub total: i64,
    /// What it is doing, in plain words.
    pub message: String,
    /// JSON report when finished.
    pub report: String,
    /// Who asked for it.
    pub user_id: Option<i64>,
    /// When asked for, µs UTC.
    pub created_at: i64,
    /// Last sign of life, µs UTC.
    pub beat_at: i64,
    /// When it ended, µs UTC.
    pub finished_at: Option<i64>,
    /// How often it was begun or taken over.
    pub attempts: i64,
}

const COLUMNS: &str =
    "id, kind, input, input_key, state, checkpoint, done, total, message, report, user_id, created_at, beat_at, finished_at, attempts";

impl JobRow {
    /// The position to go on from.
    pub fn position<T: serde::de::DeserializeOwned + Default>(&self) -> T {
        serde_json::from_str::<Option<T>>(&self.checkpoint).ok().flatten().unwrap_or_default()
    }

    /// Percent done, if the total is known.
    pub fn percent(&self) -> Option<i64> {
        (self.total > 0).then(|| (self.done * 100 / self.total).clamp(0, 100))
    }
}

/// One job by id.
pub async fn get(db: &impl Query, id: JobId) -> Result<Option<JobRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM job WHERE id = $1"), args![id.0]).await
}

/// The newest jobs before the cursor.
pub async fn page(db: &impl Query, before: Option<i64>, limit: u64) -> Result<Vec<JobRow>> {
    db.all(&format!("SELECT {COLUMNS} FROM job WHERE id < $1 ORDER BY id DESC LIMIT $2"), args![before.unwrap_or(i64::MAX), limit as i64])
        .await
}

/// Jobs that wait or whose worker died, oldest first.
pub async fn takeable(db: &impl Query, now: Time) -> Result<Vec<JobRow>> {
    db.all(
        &format!("SELECT {COLUMNS} FROM job WHERE state = 'queued' OR (state = 'running' AND beat_at < $1) ORDER BY id"),
        args![now.0 - STALE_AFTER_US],
    )
    .await
}

/// Asks for work. The same kind and key that is not finished yet is the same job: it is returned, not doubled.
#[derive(Debug, Serialize)]
pub struct Enqueue {
    /// Kind.
    pub kind: String,
    /// Key of the work, e.g. the hash of a file.
    pub input_key: String,
    /// JSON input.
    pub input: serde_json::Value,
}

impl Command for Enqueue {
    const NAME: &'static str = "job.enqueue";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = JobRow;

    async fn run(self, tx: &mut Tx) -> Result<JobRow> {
        let open = format!("SELECT {COLUMNS} FROM job WHERE kind = $1 AND input_key = $2 AND state IN ('queued', 'running')");
        if let Some(job) = tx.one::<JobRow>(&open, args![self.kind.clone(), self.input_key.clone()]).await? {
            return Ok(job);
        }
        let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
        let id = tx
            .insert(
                "job",
                &[
                    "kind",
                    "input",
                    "input_key",
                    "state",
                    "checkpoint",
                    "done",
                    "total",
                    "message",
                    "report",
                    "user_id",
                    "created_at",
                    "beat_at",
                    "attempts",
                ],
                args![
                    self.kind,
                    self.input.to_string(),
                    self.input_key,
                    "queued",
                    "null",
                    0i64,
                    0i64,
                    "Waiting to start",
                    "null",
                    user,
                    now,
                    now,
                    0i64
                ],
            )
            .await?;
        get(tx, JobId(id)).await?.ok_or_else(|| Error::internal("a job vanished"))
    }
}

/// Takes a waiting or abandoned job; exactly one taker succeeds.
#[derive(Debug, Serialize)]
pub struct Take {
    /// The job.
    pub job: JobId,
}

impl Command for Take {
    const NAME: &'static str = "job.take";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = JobRow;

    async fn run(self, tx: &mut Tx) -> Result<JobRow> {
        let now = tx.now.0;
        let taken = tx
            .execute(
                "UPDATE job SET state = 'running', beat_at = $2, attempts = attempts + 1 \
                 WHERE id = $1 AND (state = 'queued' OR (state = 'running' AND beat_at < $3))",
                args![self.job.0, now, now - STALE_AFTER_US],
            )
            .await?;
        if taken == 0 {
            return Err(Error::conflict(
                "job.taken",
                "Another process is doing this work, or it has ended.",
                "Wait for it, or look at the jobs page.",
            ));
        }
        get(tx, self.job).await?.ok_or_else(|| Error::internal("a job vanished"))
    }
}

/// Puts a failed or stopped job back into the queue; it goes on from its position.
#[derive(Debug, Serialize)]
pub struct GoOn {
    /// The job.
    pub job: JobId,
}

impl Command for GoOn {
    const NAME: &'static str = "job.go_on";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let sql = "UPDATE job SET state = 'queued', attempts = 0, finished_at = NULL, report = 'null', message = 'Waiting to go on' \
                   WHERE id = $1 AND state IN ('failed', 'stopped')";
        if tx.execute(sql, args![self.job.0]).await? == 0 {
            return Err(Error::conflict(
                "job.not_ended",
                "The job neither failed nor was stopped. Nothing was changed.",
                "Look at the jobs page for how far it is.",
            ));
        }
        Ok(())
    }
}

/// Ends a job.
#[derive(Debug, Serialize)]
pub struct Finish {
    /// The job.
    pub job: JobId,
    /// `done`, `failed` or `stopped`.
    pub state: String,
    /// One sentence.
    pub message: String,
    /// JSON report.
    pub report: serde_json::Value,
}

impl Command for Finish {
    const NAME: &'static str = "job.finish";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let now = tx.now.0;
        tx.execute(
            "UPDATE job SET state = $2, message = $3, report = $4, finished_at = $5, beat_at = $5 WHERE id = $1",
            args![self.job.0, self.state, self.message.clone(), self.report.to_string(), now],
        )
        .await?;
        tx.publish(&format!("job.{}", self.job), serde_json::json!({ "message": self.message, "ended": true })).await
    }
}

/// Puts a job that failed or was stopped back to work: from where it was, or from the start.
#[derive(Debug, Serialize)]
pub struct Again {
    /// The job.
    pub job: JobId,
    /// Forget how far it was.
    pub anew: bool,
}

impl Command for Again {
    const NAME: &'static str = "job.again";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let now = tx.now.0;
        let sql = "UPDATE job SET state = 'queued', attempts = 0, message = 'Waiting to start', report = 'null', finished_at = NULL, \
                   beat_at = $2, checkpoint = CASE WHEN $3 THEN 'null' ELSE checkpoint END, done = CASE WHEN $3 THEN 0 ELSE done END \
                   WHERE id = $1 AND state IN ('failed', 'stopped')";
        if tx.execute(sql, args![self.job.0, now, self.anew]).await? == 0 {
            if tx.number("SELECT COUNT(*) FROM job WHERE id = $1", args![self.job.0]).await? == 0 {
                return Err(Error::not_found("job"));
            }
            let cause = "The job neither failed nor was stopped. Nothing was changed.";
            return Err(Error::conflict("job.not_ended", cause, "Reload the page to see its present state."));
        }
        tx.publish(&format!("job.{}", self.job), serde_json::json!({ "message": "Waiting to start" })).await
    }
}

/// Tells other processes that the job's worker is alive.
pub async fn beat(db: &crate::Db, job: JobId, now: Time) -> Result<()> {
    db.housekeep("UPDATE job SET beat_at = $2 WHERE id = $1 AND state = 'running'", args![job.0, now.0]).await.map(|_| ())
}

/// Keeps how far a job got, in the transaction of the rows themselves.
pub async fn checkpoint(tx: &mut Tx, job: JobId, position: &impl Serialize, done: i64, total: i64, message: &str) -> Result<()> {
    let position = serde_json::to_string(position).map_err(Error::internal)?;
    let now = tx.now.0;
    let kept = tx
        .execute(
            "UPDATE job SET checkpoint = $2, done = $3, total = $4, message = $5, beat_at = $6 WHERE id = $1 AND state = 'running'",
            args![job.0, position, done, total, message, now],
        )
        .await?;
    if kept == 0 {
        return Err(Error::conflict(
            "job.stopped",
            "The job was stopped. What it had finished is kept.",
            "Start it again to go on from there.",
        ));
    }
    tx.publish(&format!("job.{job}"), serde_json::json!({ "message": message, "done": done, "total": total })).await
}
