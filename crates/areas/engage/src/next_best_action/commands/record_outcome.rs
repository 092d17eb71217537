//! What came of it: the contact goes into the ledger, and what the person said about permission with it.

use super::{channel, expect, own};
use crate::next_best_action::store::{State, step};
use rounds_consent::gate;
use rounds_kernel::{AccountId, ActionId, Channel, Error, Outcome, Permission, PersonId, Purpose, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::Serialize;

/// Outcomes that make sense in a channel.
pub fn outcomes_of(channel: Channel) -> &'static [Outcome] {
    use Outcome as O;
    match channel {
        Channel::Visit | Channel::Phone | Channel::Video => {
            &[O::Reached, O::MeetingBooked, O::DemoBooked, O::NoAnswer, O::NotInterested, O::NoChannel, O::DoNotContact]
        }
        Channel::Email | Channel::Webinar => &[O::Sent, O::Reached, O::MeetingBooked, O::NotInterested, O::NoChannel, O::DoNotContact],
    }
}

/// Records the outcome of one's own action, accepted or still proposed.
#[derive(Debug, Serialize)]
pub struct RecordOutcome {
    /// The action.
    pub action: ActionId,
    /// How it ended.
    pub outcome: Outcome,
    /// Anything to remember.
    pub note: String,
}

impl Command for RecordOutcome {
    const NAME: &'static str = "engage.record_outcome";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let a = own(tx, self.action).await?;
        expect(&a, &[State::Proposed, State::Accepted], "record")?;
        let channel = channel(&a)?;
        if !outcomes_of(channel).contains(&self.outcome) {
            return Err(Error::invalid(
                "engage.outcome",
                format!("“{}” is no outcome of this channel. Nothing was changed.", self.outcome.label()),
                "Choose one from the list.",
            ));
        }
        let family =
            tx.text("SELECT p.family FROM plan_action a JOIN product p ON p.id = a.product_id WHERE a.id = $1", args![a.id]).await?;
        let made = gate::ContactMade {
            person: PersonId(a.person_id),
            account: AccountId(a.account_id),
            channel,
            at: tx.now,
            purpose: Purpose::parse(&a.purpose).unwrap_or(Purpose::FollowUp),
            outcome: self.outcome,
            note: Some(self.note),
            family,
            action_id: Some(self.action),
            direction: gate::Direction::Out,
        };
        gate::record(tx, made).await?;
        step(tx, &a, "outcome", self.outcome.code()).await?;
        tx.publish(&format!("queue.{}", a.owner_id), serde_json::json!({ "action": a.id })).await?;
        Ok(a.person)
    }
}
