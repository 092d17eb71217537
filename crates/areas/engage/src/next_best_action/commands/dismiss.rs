//! Saying no to an action, with the reason, from which the next plan learns.

use super::{expect, fact, own};
use crate::next_best_action::store::{State, step};
use rounds_consent::gate;
use rounds_kernel::{ActionId, Error, FactKind, Permission, Result};
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Reasons to choose from: code and words.
pub const REASONS: &[(&str, &str)] = &[
    ("in_contact", "Already in contact"),
    ("wrong_person", "Wrong person for this"),
    ("bad_moment", "Bad moment at this account"),
    ("not_useful", "Not useful"),
    ("no_time", "No time this week"),
];

/// Words of a reason's code.
pub fn reason_label(code: &str) -> &str {
    REASONS.iter().find(|(c, _)| *c == code).map_or(code, |(_, l)| l)
}

/// Dismisses one's own proposed or accepted action.
#[derive(Debug, Serialize)]
pub struct Dismiss {
    /// The action.
    pub action: ActionId,
    /// Code of the reason, see [`REASONS`].
    pub reason: String,
    /// More words, up to 1,000 characters.
    pub note: String,
}

impl Command for Dismiss {
    const NAME: &'static str = "engage.dismiss";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        if !REASONS.iter().any(|(code, _)| *code == self.reason) {
            return Err(Error::invalid("engage.reason", "A dismissal needs a reason. Nothing was changed.", "Choose one of the reasons."));
        }
        if self.note.chars().count() > 1_000 {
            return Err(Error::invalid("engage.note", "The note is longer than 1,000 characters. Nothing was changed.", "Shorten it."));
        }
        let a = own(tx, self.action).await?;
        expect(&a, &[State::Proposed, State::Accepted], "dismiss")?;
        gate::release(tx, gate::Holding::Action(self.action)).await?;
        step(tx, &a, "dismiss", &self.reason).await?;
        let text = match self.note.trim() {
            "" => format!("Not now: {}", reason_label(&self.reason).to_lowercase()),
            note => format!("Not now: {}. {note}", reason_label(&self.reason).to_lowercase()),
        };
        let body = serde_json::json!({ "action_id": a.id, "channel": a.channel, "reason": self.reason, "text": text });
        tx.fact(fact(tx, &a, FactKind::Dismissed, body)).await?;
        tx.publish(&format!("queue.{}", a.owner_id), serde_json::json!({ "action": a.id })).await?;
        Ok(a.person)
    }
}
