//! Bringing the search index in step with coverage: who finds what by name follows who covers it.
//!
//! A hundred thousand people cannot be indexed within the command that changes coverage, so a job follows it, 1,000 accounts a
//! transaction. Coverage that changes while it runs makes it go round once more.

use rounds_customers::search::reindex_all;
use rounds_kernel::{Actor, JobId, Permission, Result};
use rounds_platform::jobs::{Context, Report, Work};
use rounds_store::jobs::{Enqueue, checkpoint};
use rounds_store::{Command, Query, Tx};
use serde::{Deserialize, Serialize};

/// Kind of the job.
const KIND: &str = "coverage-search";

/// Asks for the job within the transaction that changes coverage.
pub(super) async fn ask(tx: &mut Tx) -> Result<()> {
    Enqueue { kind: KIND.into(), input_key: "all".into(), input: serde_json::Value::Null }.run(tx).await.map(|_| ())
}

/// The work: give it to the server's worker, or run it at once on the command line.
pub struct SearchFollowsCoverage;

#[async_trait::async_trait]
impl Work for SearchFollowsCoverage {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let mut at: Position = context.job.position();
        loop {
            at = context.runner.run(&context.actor, IndexStep { job: JobId(context.job.id), from: at }).await?;
            (context.progress)(at.done, at.total, "Search follows coverage");
            if at.finished {
                return Ok(serde_json::json!({ "accounts": at.done }));
            }
        }
    }
}

/// The work that brings everybody's rows in step after an administrator changed what someone is given to see.
pub struct ScopeFollowsGrants;

#[async_trait::async_trait]
impl Work for ScopeFollowsGrants {
    fn kind(&self) -> &'static str {
        rounds_platform::scope::REFRESH
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let program = Actor::program("scope");
        let pairs = context.runner.run(&program, super::RefreshScope::default()).await?;
        Ok(serde_json::json!({ "pairs": pairs }))
    }
}

/// How far the index is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    /// Newest link when this round began.
    version: i64,
    /// Last account done.
    after: i64,
    done: i64,
    total: i64,
    finished: bool,
}

/// One step of at most 1,000 accounts.
#[derive(Serialize)]
struct IndexStep {
    job: JobId,
    from: Position,
}

impl Command for IndexStep {
    const NAME: &'static str = "design.index_step";
    const PERMISSION: Permission = Permission::WriteDesign;
    type Out = Position;

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let version = tx.number("SELECT MAX(id) FROM coverage", vec![]).await?;
        let mut at = self.from;
        if at.after == 0 {
            at = Position { version, total: tx.number("SELECT COUNT(*) FROM account", vec![]).await?, ..Position::default() };
        }
        match reindex_all(tx, at.after).await? {
            Some(last) => {
                at.after = last;
                at.done = (at.done + 1_000).min(at.total);
            }
            None if at.version == version => at.finished = true,
            None => at = Position::default(),
        }
        let message = if at.finished {
            "Search follows coverage: done".to_owned()
        } else {
            format!("Search follows coverage: {} of {} accounts", at.done, at.total)
        };
        checkpoint(tx, self.job, &at, at.done, at.total, &message).await?;
        Ok(at)
    }
}
