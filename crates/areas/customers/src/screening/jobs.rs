//! Reading the fact log as it grows: screening notes and indexing their words.

use super::model::screen;
use super::store;
use rounds_kernel::{JobId, Permission, Result};
use rounds_platform::jobs::{Context, Report, Work};
use rounds_store::jobs::{Enqueue, checkpoint};
use rounds_store::search::put_notes;
use rounds_store::{Command, Query, Tx};
use serde::{Deserialize, Serialize};

/// Kind of the job.
pub const KIND: &str = "free-text";
/// Facts looked at in one transaction; few of them carry a note.
const STEP: i64 = 2_000;

/// Asks for the job within the transaction that wrote `words`; blank ones ask for nothing.
pub async fn heard(tx: &mut Tx, words: &str) -> Result<()> {
    if words.trim().is_empty() {
        return Ok(());
    }
    Enqueue { kind: KIND.into(), input_key: "all".into(), input: serde_json::Value::Null }.run(tx).await.map(|_| ())
}

/// The work: give it to the server's worker, or run it at once on the command line.
pub struct FreeTextWork;

#[async_trait::async_trait]
impl Work for FreeTextWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let mut at = Position::default();
        loop {
            at = context.runner.run(&context.actor, ReadStep { job: JobId(context.job.id), from: at }).await?;
            (context.progress)(at.read, at.total, "Notes are screened and indexed");
            if at.finished {
                return Ok(serde_json::json!({ "facts": at.read, "notes": at.notes, "flags": at.flags }));
            }
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Position {
    read: i64,
    total: i64,
    notes: u64,
    flags: u64,
    finished: bool,
}

/// Reads the next facts.
#[derive(Serialize)]
struct ReadStep {
    job: JobId,
    from: Position,
}

impl Command for ReadStep {
    const NAME: &'static str = "customers.read_notes";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = Position;

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let mut at = self.from;
        let from = store::position(tx).await?;
        let newest = tx.number("SELECT COALESCE(MAX(id), 0) FROM fact", vec![]).await?;
        let to = (from + STEP).min(newest);
        let notes = store::notes(tx, from, to).await?;
        at.notes += notes.len() as u64;
        let found = notes.iter().flat_map(|n| screen(&n.text).into_iter().map(|f| (n.clone(), f))).collect();
        at.flags += store::keep(tx, found).await?;
        put_notes(tx, notes.into_iter().map(|n| (n.id, n.text)).collect()).await?;
        store::advance(tx, to).await?;
        (at.read, at.total, at.finished) = (at.read + to - from, at.read + newest - from, to >= newest);
        checkpoint(tx, self.job, &at, at.read, at.total.max(1), "Notes are screened and indexed").await?;
        Ok(at)
    }
}
