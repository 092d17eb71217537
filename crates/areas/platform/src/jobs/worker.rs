//! Running jobs: taking one, keeping its heart beating, ending it with a report.

use crate::users::actor_of;
use rounds_kernel::{Actor, Error, JobId, Result, UserId};
use rounds_store::Runner;
use rounds_store::jobs::{Finish, JobRow, Take, beat, takeable};
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
    loop {
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
