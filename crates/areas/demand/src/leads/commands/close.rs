//! The end of a lead, with its reason.

use super::super::model::{REASONS, words};
use super::super::store::get;
use super::log;
use rounds_kernel::{Error, LeadId, Permission, Result, UserId};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Closes a lead: whoever took it or their manager; one that nobody took, anyone within scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseLead {
    /// Which.
    pub lead: LeadId,
    /// Code of [`REASONS`].
    pub reason: String,
}

impl Command for CloseLead {
    const NAME: &'static str = "demand.close_lead";
    const PERMISSION: Permission = Permission::WriteDemand;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if !REASONS.iter().any(|(code, _)| *code == self.reason) {
            return Err(Error::invalid(
                "lead.reason",
                format!("“{}” is not a reason. Nothing was changed.", self.reason),
                "Choose one from the list.",
            ));
        }
        let actor = tx.actor.clone();
        let lead = get(tx, &actor, self.lead).await?;
        if lead.taken_by.is_some_and(|taker| !actor.sees_user(UserId(taker))) {
            return Err(Error::forbidden("close somebody else's lead"));
        }
        let (now, by) = (tx.now.0, actor.user.map(|u| u.0));
        let sql = "UPDATE lead SET closed_at = $1, closed_by = $2, close_reason = $3 WHERE id = $4 AND closed_at IS NULL";
        if tx.execute(sql, args![now, by, self.reason.clone(), self.lead.0]).await? == 0 {
            return Err(Error::conflict("lead.closed", "This lead is closed already. Nothing was changed.", "Reload the list."));
        }
        log(tx, &lead, format!("Lead closed: {}", words(REASONS, &self.reason).to_lowercase())).await
    }
}
