//! What a run writes.

use super::super::model::Found;
use super::super::store;
use crate::identifiers::EntityKind;
use rounds_decide::link::Model;
use rounds_kernel::{JobId, Permission, Result};
use rounds_store::jobs::checkpoint;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes a chunk of pairs.
#[derive(Debug, Serialize)]
pub(in crate::matching) struct WritePairs {
    pub job: JobId,
    pub kind: EntityKind,
    pub pairs: Vec<Found>,
    pub done: i64,
    pub total: i64,
}

impl Command for WritePairs {
    const NAME: &'static str = "matching.write_pairs";
    const PERMISSION: Permission = Permission::Steward;
    type Out = u64;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "kind": self.kind, "pairs": self.pairs.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let written = store::put(tx, self.kind, &self.pairs).await?;
        let message = format!("{} of {} pairs of {} written", self.done, self.total, self.kind.plural());
        checkpoint(tx, self.job, &self.done, self.done, self.total, &message).await?;
        Ok(written)
    }
}

/// Ends a run: pairs that it did not find again go, the model stays for the next.
#[derive(Debug, Serialize)]
pub(in crate::matching) struct FinishRun {
    pub job: JobId,
    pub kind: EntityKind,
    pub started: i64,
    /// The records it looked at; `None` for all.
    pub fresh: Option<Vec<i64>>,
    pub upto: i64,
    pub records: i64,
    #[serde(skip)]
    pub model: Option<Model>,
}

impl Command for FinishRun {
    const NAME: &'static str = "matching.finish_run";
    const PERMISSION: Permission = Permission::Steward;
    type Out = u64;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "kind": self.kind, "records": self.records })
    }

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let gone = store::drop_stale(tx, self.kind, self.started, self.fresh.as_deref()).await?;
        if let Some(model) = &self.model {
            store::keep_model(tx, self.kind, model, self.upto, self.records).await?;
        }
        Ok(gone)
    }
}

/// Says how far the merging of many pairs is.
#[derive(Debug, Serialize)]
pub(in crate::matching) struct MergeStep {
    pub job: JobId,
    pub done: i64,
    pub total: i64,
    pub message: String,
}

impl Command for MergeStep {
    const NAME: &'static str = "matching.merge_step";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        checkpoint(tx, self.job, &self.done, self.done, self.total, &self.message).await
    }
}
