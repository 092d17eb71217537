//! Taking an action on: it passes the gate, which holds the contact for its owner.

use super::{ActionRow, channel, expect, fact, own};
use crate::next_best_action::store::{State, in_force, step};
use rounds_consent::gate;
use rounds_kernel::{AccountId, ActionId, Day, Error, FactKind, Permission, PersonId, Result};
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Accepts one's own proposed action.
#[derive(Debug, Serialize)]
pub struct Accept {
    /// The action.
    pub action: ActionId,
}

impl Command for Accept {
    const NAME: &'static str = "engage.accept";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let a = own(tx, self.action).await?;
        expect(&a, &[State::Proposed], "accept")?;
        current(tx, &a).await?;
        gate::clear(tx, request(tx, &a)?).await?;
        step(tx, &a, "accept", "").await?;
        let text = format!("{} taken on: {}", a.owner, a.reason);
        let body = serde_json::json!({ "action_id": a.id, "channel": a.channel, "text": text });
        tx.fact(fact(tx, &a, FactKind::Accepted, body)).await?;
        tx.publish(&format!("queue.{}", a.owner_id), serde_json::json!({ "action": a.id })).await?;
        Ok(a.person)
    }
}

/// Refuses actions of a plan that another plan replaced, or whose week is over.
pub(super) async fn current(tx: &Tx, a: &ActionRow) -> Result<()> {
    let monday = Day(a.monday as i32);
    let over = tx.now.day() > monday.plus(6);
    let replaced = in_force(tx, monday).await?.is_some_and(|p| p.id != a.plan_id);
    let cause = match (over, replaced) {
        (true, _) => "The week of this action is over.",
        (_, true) => "A newer plan replaced this action.",
        _ => return Ok(()),
    };
    Err(Error::conflict("engage.superseded", format!("{cause} Nothing was changed."), "Open the queue: it shows the plan in force."))
}

/// What the gate is asked: now, if the proposed time has passed.
pub(super) fn request(tx: &Tx, a: &ActionRow) -> Result<gate::Request> {
    let at = a.at().max(tx.now);
    let request = gate::Request::new(PersonId(a.person_id), AccountId(a.account_id), channel(a)?, at);
    let timed = a.start_at.is_some_and(|t| t >= tx.now.0);
    Ok(gate::Request { action_id: Some(ActionId(a.id)), timed, ..request })
}
