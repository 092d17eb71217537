//! After a rule changed, all records with several sources decide anew.

use super::commands::SettleStep;
use super::store;
use crate::identifiers::EntityKind;
use rounds_kernel::{Error, JobId, Result};
use rounds_platform::jobs::{Context, Report, Work};
use serde::Deserialize;

/// Kind of the job.
pub const SETTLE: &str = "survivorship";

/// The work: give it to the server's worker.
pub struct SettleWork;

#[derive(Deserialize)]
struct Input {
    kind: EntityKind,
}

#[async_trait::async_trait]
impl Work for SettleWork {
    fn kind(&self) -> &'static str {
        SETTLE
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let Input { kind } = serde_json::from_str(&context.job.input).map_err(Error::internal)?;
        let total = store::several(&context.runner.db, kind).await?;
        let (mut after, mut done, mut changed): (i64, i64, u64) = context.job.position();
        loop {
            let step = SettleStep { job: JobId(context.job.id), kind, after, done, total, changed };
            (after, done, changed) = context.runner.run(&context.actor, step).await?;
            (context.progress)(done, total, "Which source wins");
            if after == 0 {
                return Ok(serde_json::json!({ "kind": kind.code(), "records": done, "changed": changed }));
            }
        }
    }
}
