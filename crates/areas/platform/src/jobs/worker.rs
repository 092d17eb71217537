//! Running jobs: taking one, keeping its heart beating, ending it with a report.

use super::model::Recurring;
use crate::users::actor_of;
use rounds_kernel::{Actor, Error, JobId, Permission, Result, UserId};
use rounds_store::jobs::{Enqueue, Finish, JobRow, Take, beat, takeable};
use rounds_store::{Command, Runner, Tx};
use std::sync::Arc;
use std::time::Duration;

/// JSON report of a finished job.
pub type Report = serde_json::Value;

/// How a job tells its progress: units done, units in all (0 if unknown), what it is doing.
pub type Progress = Arc<dyn Fn(i64, i64, &str) + Send + Sync>;

/// What a job's work is given.
pub struct Context {
    /// Runs its commands.
    pub runner: Runner,
    /// On whose behalf.
    pub actor: Actor,
    /// The job with its position.
    pub job: JobRow,
    /// Live progress, for a bar in a terminal; pages read the checkpoints.
    pub progress: Progress,
}

/// A kind of job. Work must be able to go on from the job's checkpoint after the program was killed.
#[async_trait::async_trait]
pub trait Work: Send + Sync {
    /// Kind code, e.g. `import`.
    fn kind(&self) -> &'static str;
    /// Does the work, in commands of at most 1,000 rows with a checkpoint each.
    async fn run(&self, context: &Context) -> Result<Report>;
}

/// The worker says this often that it lives, also between jobs.
const BEAT_EVERY_US: i64 = 15_000_000;

/// A job that was begun this often without ending is given up.
const MOST_ATTEMPTS: i64 = 5;

/// Runs the job here and now, waiting a few seconds for an abandoned one to be free.
///
/// # Errors
/// `job.taken` when another process is working on it; otherwise the work's own error.
pub async fn run_now(runner: &Runner, actor: &Actor, kinds: &[Arc<dyn Work>], job: JobId, progress: Progress) -> Result<Report> {
    let mut last = None;
    for _ in 0..12 {
        match runner.run(actor, Take { job }).await {
            Ok(row) => return work(runner, actor, kinds, row, progress).await,
            Err(e) if e.code == "job.taken" => last = Some(e),
            Err(e) => return Err(e),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err(last.unwrap_or_else(|| Error::internal("a job could not be taken")))
}

async fn work(runner: &Runner, actor: &Actor, kinds: &[Arc<dyn Work>], job: JobRow, progress: Progress) -> Result<Report> {
    let id = JobId(job.id);
    let result = if job.attempts > MOST_ATTEMPTS {
        Err(Error::conflict(
            "job.given_up",
            "This work was begun several times and never ended.",
            "Look at the server's log, then ask for it again.",
        ))
    } else {
        beating(runner, actor, kinds, job, progress).await
    };
    let (state, message, report) = match &result {
        Ok(report) => ("done", "Done".to_owned(), report.clone()),
        Err(e) if e.code == "job.stopped" => ("stopped", e.cause.clone(), serde_json::json!({ "error": e })),
        Err(e) => ("failed", e.cause.clone(), serde_json::json!({ "error": e })),
    };
    runner.run(actor, Finish { job: id, state: state.into(), message, report }).await?;
    result
}

/// Does the work while a heartbeat tells other processes that it is alive.
async fn beating(runner: &Runner, actor: &Actor, kinds: &[Arc<dyn Work>], job: JobRow, progress: Progress) -> Result<Report> {
    let kind = kinds.iter().find(|k| k.kind() == job.kind).ok_or_else(|| {
        Error::invalid(
            "job.unknown_kind",
            format!("This release knows no work of kind “{}”.", job.kind),
            "Run it with the release that asked for it.",
        )
    })?;
    let id = job.id;
    let context = Context { runner: runner.clone(), actor: actor.clone(), job, progress };
    // The beat is a future of its own: it waits for the one writer, whom the work may hold, so both must go on together.
    let heart = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            // A missed beat only matters after four of them; the next one tries again.
            let _ = beat(&runner.db, JobId(id), runner.now()).await;
        }
    };
    tokio::select! {
        result = kind.run(&context) => result,
        () = heart => Err(Error::internal("a heart stopped beating")),
    }
}

/// Works off waiting and abandoned jobs, one after the other, for as long as the server runs.
pub async fn work_off(runner: Runner, kinds: Vec<Arc<dyn Work>>) {
    let mut seen = rounds_kernel::Time(0);
    loop {
        if runner.now().0 - seen.0 > BEAT_EVERY_US {
            seen = runner.now();
            // A missed beat shows as a silent worker until the next one.
            let _ = crate::health::beat(&runner.db, seen).await;
        }
        for job in takeable(&runner.db, runner.now()).await.unwrap_or_default() {
            if let Err(e) = one(&runner, &kinds, &job).await {
                tracing::warn!(job = job.id, code = e.code, cause = e.cause, "job did not finish");
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn one(runner: &Runner, kinds: &[Arc<dyn Work>], job: &JobRow) -> Result<()> {
    let actor = match job.user_id {
        Some(id) => match actor_of(&runner.db, UserId(id)).await {
            // Nobody may act for a user who was switched off meanwhile: the job ends with the reason, or it would be tried for ever.
            Err(e) if e.code == "user.gone" => {
                let report = serde_json::json!({ "error": e });
                let finish = Finish { job: JobId(job.id), state: "failed".into(), message: e.cause.clone(), report };
                return runner.run(&Actor::program("server"), finish).await.map(|_| ());
            }
            found => found?,
        },
        None => Actor::program("server"),
    };
    let Ok(row) = runner.run(&actor, Take { job: JobId(job.id) }).await else {
        return Ok(()); // another process was faster
    };
    work(runner, &actor, kinds, row, Arc::new(|_, _, _| ())).await.map(|_| ())
}

/// Asks for recurring work when it is due, for as long as the server runs. What was asked for is remembered, so that a restart asks
/// for nothing twice, and a server that slept through the hour asks when it wakes.
pub async fn schedule(runner: Runner, all: Vec<Recurring>) {
    loop {
        for work in &all {
            if let Err(e) = ask_if_due(&runner, work).await {
                tracing::warn!(kind = work.kind, code = e.code, cause = e.cause, "recurring work was not asked for; it is tried again");
            }
        }
        if let Err(e) = runner.db.settle_log().await {
            tracing::warn!(code = e.code, cause = e.cause, "the log of writes was not moved into the file; it is tried again");
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

/// Asks for one kind of recurring work if it is due; says whether it did.
///
/// # Errors
/// Of the database.
pub async fn ask_if_due(runner: &Runner, work: &Recurring) -> Result<bool> {
    let Some(span) = work.every.settled(&runner.db).await?.span(runner.now()) else { return Ok(false) };
    let last = rounds_store::settings::get(&runner.db, &last_key(work.kind)).await?;
    if last.as_deref() == Some(span.as_str()) {
        return Ok(false);
    }
    runner.run(&Actor::program("schedule"), AskFor { kind: work.kind.into(), span }).await?;
    Ok(true)
}

/// Setting that holds the span of the last run that was asked for.
pub(super) fn last_key(kind: &str) -> String {
    format!("schedule.{kind}")
}

/// Asks for recurring work, and remembers for which span of time.
#[derive(Debug, serde::Serialize)]
pub(super) struct AskFor {
    pub kind: String,
    pub span: String,
}

impl Command for AskFor {
    const NAME: &'static str = "platform.ask_for_recurring";
    const PERMISSION: Permission = Permission::Administer;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        rounds_store::settings::put(tx, &last_key(&self.kind), &self.span).await?;
        let job = Enqueue { kind: self.kind, input_key: "recurring".into(), input: serde_json::Value::Null }.run(tx).await?;
        Ok(job.id)
    }
}
