//! The run that makes a mirror.

use super::commands::{Clear, Finish, WriteRows};
use super::queries;
use rounds_kernel::{Actor, Result};
use rounds_platform::jobs::{Context, Report, Work};
use rounds_store::Runner;
use rounds_store::jobs::{Enqueue, JobRow};
use std::sync::Arc;

/// Kind of the job that makes a mirror.
pub const MIRROR: &str = "mirror";

/// Asks for a mirror of the record as it stands; one that waits or runs already is the same.
///
/// # Errors
/// When the actor may not ask for work.
pub async fn ask(runner: &Runner, actor: &Actor) -> Result<JobRow> {
    runner.run(actor, Enqueue { kind: MIRROR.into(), input_key: "all".into(), input: serde_json::json!({}) }).await
}

/// The kinds of long work of this capability.
pub fn works() -> Vec<Arc<dyn Work>> {
    vec![Arc::new(MirrorWork)]
}

struct MirrorWork;

/// Rows a transaction.
const STEP: usize = 1_000;

#[async_trait::async_trait]
impl Work for MirrorWork {
    fn kind(&self) -> &'static str {
        MIRROR
    }

    /// A run that was stopped begins anew: it reads more than it writes.
    async fn run(&self, context: &Context) -> Result<Report> {
        let (runner, actor) = (&context.runner, &context.actor);
        let (figures, rows) = queries::look(&runner.db, |what| (context.progress)(0, 0, what)).await?;
        runner.run(actor, Clear {}).await?;
        let all = rows.len() as i64;
        for (i, some) in rows.chunks(STEP).enumerate() {
            let done = (i * STEP + some.len()) as i64;
            runner.run(actor, WriteRows { job: context.job.id, done, all, rows: some.to_vec() }).await?;
            (context.progress)(done, all, "Writing what was found");
        }
        let report = serde_json::json!({ "accounts": figures.accounts, "contacts": figures.contacts, "rows": all });
        runner.run(actor, Finish { figures }).await?;
        Ok(report)
    }
}
