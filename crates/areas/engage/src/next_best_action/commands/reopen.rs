//! Undo: an accepted or dismissed action goes back into the queue.

use super::accept::current;
use super::{expect, fact, own};
use crate::next_best_action::store::{State, step};
use rounds_consent::gate;
use rounds_kernel::{ActionId, FactKind, Permission, Result};
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Puts one's own action back. An outcome cannot be taken back: it happened.
#[derive(Debug, Serialize)]
pub struct Reopen {
    /// The action.
    pub action: ActionId,
}

impl Command for Reopen {
    const NAME: &'static str = "engage.reopen";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let a = own(tx, self.action).await?;
        expect(&a, &[State::Accepted, State::Dismissed], "put back")?;
        current(tx, &a).await?;
        gate::release(tx, gate::Holding::Action(self.action)).await?;
        step(tx, &a, "reopen", "").await?;
        let body = serde_json::json!({ "action_id": a.id, "channel": a.channel, "text": "Put back into the queue" });
        tx.fact(fact(tx, &a, FactKind::Reopened, body)).await?;
        tx.publish(&format!("queue.{}", a.owner_id), serde_json::json!({ "action": a.id })).await?;
        Ok(a.person)
    }
}
