//! The verbs of the queue, one a file.

mod accept;
mod dismiss;
mod record_outcome;
mod reopen;
mod store_plan;

pub use accept::Accept;
pub use dismiss::{Dismiss, REASONS, reason_label};
pub use record_outcome::{RecordOutcome, outcomes_of};
pub use reopen::Reopen;
pub use store_plan::{AddActions, BeginPlan, PublishPlan};

use super::store::{ActionRow, State, action};
use rounds_kernel::{AccountId, ActionId, Channel, Error, ErrorKind, FactKind, NewFact, PersonId, Result, UserId};
use rounds_store::Tx;

/// The action, if it is the actor's own.
///
/// # Errors
/// `record.not_found` outside the actor's scope; `engage.not_yours` within it, but another owner's.
async fn own(tx: &Tx, id: ActionId) -> Result<ActionRow> {
    let found = action(tx, id.0).await?.filter(|a| tx.actor.sees_user(UserId(a.owner_id)));
    let found = found.ok_or_else(|| Error::not_found("action"))?;
    if tx.actor.user == Some(UserId(found.owner_id)) {
        return Ok(found);
    }
    Err(Error::new(
        ErrorKind::Forbidden,
        "engage.not_yours",
        format!("This is {}'s action. Nothing was changed.", found.owner),
        format!("Ask {} to act on it.", found.owner),
    ))
}

/// Refuses when the action is not in one of the states `from`; says who was faster.
fn expect(a: &ActionRow, from: &[State], verb: &str) -> Result<()> {
    if from.contains(&a.state()) {
        return Ok(());
    }
    let by = a.step_by.clone().unwrap_or_else(|| "someone".into());
    let cause = match a.state() {
        State::Proposed => format!("Nobody has taken this action on yet, so there is nothing to {verb}."),
        State::Accepted => format!("{by} accepted this already."),
        State::Dismissed => format!("{by} dismissed this already."),
        State::Done => format!("{by} recorded an outcome already."),
    };
    Err(Error::conflict("engage.state", format!("{cause} Nothing was changed."), "Reload the queue to see the present state."))
}

fn channel(a: &ActionRow) -> Result<Channel> {
    Channel::parse(&a.channel).ok_or_else(|| Error::internal("an action has a channel of another release"))
}

/// A fact about the action on its account's and person's timeline.
fn fact(tx: &Tx, a: &ActionRow, kind: FactKind, body: serde_json::Value) -> NewFact {
    NewFact {
        account: Some(AccountId(a.account_id)),
        person: Some(PersonId(a.person_id)),
        channel: Channel::parse(&a.channel),
        user: tx.actor.user,
        body,
        ..NewFact::new(kind, tx.now, "rounds")
    }
}
