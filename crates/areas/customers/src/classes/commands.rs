//! Deciding against a rule, and taking that back.

use super::model::Class;
use crate::identifiers::EntityKind;
use crate::scope;
use rounds_kernel::{AccountId, Error, Permission, Result, SystemId};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Says what a system or an account counts as; without a class the rule decides again.
#[derive(Debug, Clone, Serialize)]
pub struct Decide {
    /// `system` or `account`.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Class code; empty to take a decision back.
    pub class: String,
    /// Why.
    pub reason: String,
}

impl Command for Decide {
    const NAME: &'static str = "customers.decide_class";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        match EntityKind::parse(&self.kind) {
            Some(EntityKind::System) => scope::see_system(tx, &tx.actor, SystemId(self.id)).await?,
            Some(EntityKind::Account) => scope::see_account(tx, &tx.actor, AccountId(self.id)).await?,
            _ => return Err(Error::not_found("system or account")),
        }
        tx.execute("DELETE FROM class_decision WHERE entity_kind = $1 AND entity_id = $2", args![self.kind.clone(), self.id]).await?;
        if self.class.is_empty() {
            return Ok(());
        }
        let class = Class::parse(&self.class).ok_or_else(|| Error::not_found("class"))?;
        if self.reason.trim().is_empty() || self.reason.chars().count() > 500 {
            return Err(Error::invalid(
                "class.reason_missing",
                "A decision against the rule needs a reason of up to 500 characters. Nothing was changed.",
                "Write why, for those who read the analysis.",
            ));
        }
        let row = args![self.kind, self.id, class.code(), self.reason.trim(), tx.now.0, tx.actor.name.clone()];
        tx.insert("class_decision", &["entity_kind", "entity_id", "class", "reason", "at", "name"], row).await.map(|_| ())
    }
}
