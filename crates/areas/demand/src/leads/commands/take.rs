//! Taking a lead, by exactly one person, and giving it back.

use super::super::store::get;
use super::log;
use rounds_kernel::{Error, LeadId, Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Takes a waiting lead. Of two who try, the second is told who was faster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeLead {
    /// Which.
    pub lead: LeadId,
}

impl Command for TakeLead {
    const NAME: &'static str = "demand.take_lead";
    const PERMISSION: Permission = Permission::WriteDemand;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let actor = tx.actor.clone();
        let Some(user) = actor.user else {
            return Err(Error::invalid(
                "lead.no_user",
                "Only a user can take a lead. Nothing was changed.",
                "Sign in as the user who takes it.",
            ));
        };
        let lead = get(tx, &actor, self.lead).await?;
        let now = tx.now.0;
        // The condition, not the read before it, decides who was first.
        let sql = "UPDATE lead SET taken_by = $1, taken_at = $2 WHERE id = $3 AND taken_by IS NULL AND closed_at IS NULL";
        if tx.execute(sql, args![user.0, now, self.lead.0]).await? == 0 {
            let lead = get(tx, &actor, self.lead).await?;
            let who = lead.taker.unwrap_or_else(|| "Somebody".into());
            let what = if lead.closed_at.is_some() { "It is closed.".to_owned() } else { format!("{who} took it first.") };
            return Err(Error::conflict("lead.taken", format!("{what} Nothing was changed."), "Take another lead from the list."));
        }
        log(tx, &lead, format!("Lead taken by {}", actor.name)).await
    }
}

/// Gives a lead back to those who wait: only whoever took it, or their manager.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseLead {
    /// Which.
    pub lead: LeadId,
}

impl Command for ReleaseLead {
    const NAME: &'static str = "demand.release_lead";
    const PERMISSION: Permission = Permission::WriteDemand;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let actor = tx.actor.clone();
        let lead = get(tx, &actor, self.lead).await?;
        let taker = lead
            .taken_by
            .ok_or_else(|| Error::conflict("lead.waiting", "Nobody holds this lead. Nothing was changed.", "Reload the list."))?;
        if !actor.sees_user(rounds_kernel::UserId(taker)) {
            return Err(Error::forbidden("give back somebody else's lead"));
        }
        let sql = "UPDATE lead SET taken_by = NULL, taken_at = NULL WHERE id = $1 AND taken_by = $2 AND closed_at IS NULL";
        if tx.execute(sql, args![self.lead.0, taker]).await? == 0 {
            return Err(Error::conflict("lead.closed", "The lead changed in the meantime. Nothing was changed.", "Reload the list."));
        }
        log(tx, &lead, format!("Lead given back by {}", actor.name)).await
    }
}
