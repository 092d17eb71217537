//! Storing a plan in steps of at most 1,000 actions, so that pages stay quick meanwhile; nothing shows until it is published.

use crate::next_best_action::model::{ActionPlan, PlannedAction, Snapshot};
use crate::next_best_action::store;
use rounds_kernel::{Error, JobId, Permission, Result};
use rounds_store::{Command, Tx, jobs};
use serde::Serialize;

/// Stores the plan's head and snapshot.
#[derive(Serialize)]
pub struct BeginPlan<'a> {
    /// Content hash of the snapshot.
    pub hash: String,
    /// The packed snapshot.
    #[serde(skip)]
    pub packed: Vec<u8>,
    /// The snapshot itself.
    #[serde(skip)]
    pub snapshot: &'a Snapshot,
    /// The plan.
    #[serde(skip)]
    pub plan: &'a ActionPlan,
    /// JSON of the checker's report.
    #[serde(skip)]
    pub checked: String,
}

impl Command for BeginPlan<'_> {
    const NAME: &'static str = "engage.begin_plan";
    const PERMISSION: Permission = Permission::RunPlan;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        store::begin(tx, self.snapshot, self.packed, &self.hash, self.plan, &self.checked).await
    }
}

/// Adds a chunk of actions.
#[derive(Serialize)]
pub struct AddActions<'a> {
    /// The plan.
    pub plan: i64,
    /// Its job, whose progress is kept in the same transaction.
    pub job: JobId,
    /// Actions stored before this chunk.
    pub before: usize,
    /// Actions in all.
    pub total: usize,
    /// The chunk.
    #[serde(skip)]
    pub actions: &'a [PlannedAction],
}

impl Command for AddActions<'_> {
    const NAME: &'static str = "engage.add_actions";
    const PERMISSION: Permission = Permission::RunPlan;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if self.actions.len() > 1_000 {
            return Err(Error::internal("a chunk of a plan holds at most 1,000 actions"));
        }
        store::add_actions(tx, self.plan, self.actions).await?;
        let done = (self.before + self.actions.len()) as i64;
        jobs::checkpoint(tx, self.job, &serde_json::Value::Null, done, self.total as i64, "Storing the plan").await
    }
}

/// Puts a complete plan in force and tells its owners.
#[derive(Debug, Serialize)]
pub struct PublishPlan {
    /// The plan.
    pub plan: i64,
    /// Its owners.
    pub owners: Vec<i64>,
}

impl Command for PublishPlan {
    const NAME: &'static str = "engage.publish_plan";
    const PERMISSION: Permission = Permission::RunPlan;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::publish(tx, self.plan).await?;
        for owner in self.owners {
            tx.publish(&format!("queue.{owner}"), serde_json::json!({ "plan": self.plan })).await?;
        }
        Ok(())
    }
}
