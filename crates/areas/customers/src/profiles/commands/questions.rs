//! What is asked.

use rounds_kernel::{CareSetting, Error, Permission, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Adds a question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddQuestion {
    /// `system` or `account`.
    pub kind: String,
    /// Care setting it is asked of; empty for all.
    pub segment: String,
    /// The question.
    pub text: String,
    /// Choices, one a line; empty for an answer in words.
    pub options: String,
    /// Days after which an answer is old, 1 to 3,650.
    pub fresh_days: i64,
}

impl Command for AddQuestion {
    const NAME: &'static str = "customers.add_question";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let text = self.text.trim().to_owned();
        let bad = |cause: &str, remedy: &str| Err(Error::invalid("profile.question", format!("{cause} Nothing was changed."), remedy));
        if text.is_empty() || text.chars().count() > 300 {
            return bad("A question has 1 to 300 characters.", "Write it in one sentence.");
        }
        if !matches!(self.kind.as_str(), "system" | "account") {
            return bad("Questions are asked of systems or accounts.", "Choose one of the two.");
        }
        if !self.segment.is_empty() && (self.kind == "system" || CareSetting::parse(&self.segment).is_none()) {
            return bad("Only accounts have a care setting, and this is none.", "Choose a care setting of the list, or all.");
        }
        if !(1..=3_650).contains(&self.fresh_days) || self.options.chars().count() > 2_000 {
            return bad("An answer keeps for 1 to 3,650 days, and choices have up to 2,000 characters.", "Correct the number.");
        }
        let last =
            tx.number("SELECT COALESCE(MAX(position), 0) FROM profile_question WHERE subject_kind = $1", args![self.kind.clone()]).await?;
        let columns = ["subject_kind", "segment", "text", "options", "fresh_days", "position"];
        let options = self.options.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        tx.insert("profile_question", &columns, args![self.kind, self.segment, text, options, self.fresh_days, last + 1]).await
    }
}

/// Asks a question no more; its answers stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireQuestion {
    /// The question.
    pub question: i64,
    /// Ask it again.
    pub back: bool,
}

impl Command for RetireQuestion {
    const NAME: &'static str = "customers.retire_question";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let at = (!self.back).then_some(tx.now.0);
        let done = tx.execute("UPDATE profile_question SET retired_at = $2 WHERE id = $1", args![self.question, at]).await?;
        if done == 0 { Err(Error::not_found("question")) } else { Ok(()) }
    }
}
