//! Requests about a person's data.

use rounds_customers::scope::see_person;
use rounds_kernel::{Error, Permission, PersonId, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// A month to answer, GDPR Art. 12(3).
const DAYS: i64 = 30;

/// The person asks for a copy of their data; asking again while it is open changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskForData {
    /// Who asks.
    pub person: PersonId,
}

impl Command for AskForData {
    const NAME: &'static str = "consent.ask_for_data";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        open(tx, self.person, "copy", "asked by the person").await
    }
}

/// Asks for a person's words to be erased; someone else confirms.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskErasure {
    /// Whose.
    pub person: PersonId,
    /// Why, e.g. "asked in a letter of 3 November".
    pub reason: String,
}

impl Command for AskErasure {
    const NAME: &'static str = "consent.ask_erasure";
    const PERMISSION: Permission = Permission::ProtectData;
    type Out = i64;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "person": self.person })
    }

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let reason = self.reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::invalid(
                "consent.reason",
                "The reason is empty or longer than 500 characters. Nothing was changed.",
                "Say who asked, when and how.",
            ));
        }
        open(tx, self.person, "erase", reason).await
    }
}

async fn open(tx: &mut Tx, person: PersonId, kind: &str, reason: &str) -> Result<i64> {
    see_person(tx, &tx.actor, person).await?;
    let sql = "SELECT MAX(id) FROM data_request WHERE person_id = $1 AND kind = $2 AND settled_at IS NULL";
    let known = tx.number(sql, args![person.0, kind]).await?;
    if known > 0 {
        return Ok(known);
    }
    const INTO: &[&str] = &["person_id", "kind", "reason", "requested_by", "requested_name", "requested_at", "due_at", "evidence"];
    let (by, name, now) = (tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.now);
    tx.insert("data_request", INTO, args![person.0, kind, reason, by, name, now.0, now.plus_days(DAYS).0, ""]).await
}
