//! A request that is not granted, or a copy that was handed over.

use super::super::queries::request;
use rounds_customers::scope::see_person;
use rounds_kernel::{Error, Permission, PersonId, Result};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Settles a request without erasing anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefuseRequest {
    /// The request.
    pub id: i64,
    /// True when a copy was handed over; false when the request is refused.
    pub answered: bool,
    /// What was told to the person, and why.
    pub why: String,
}

impl Command for RefuseRequest {
    const NAME: &'static str = "consent.settle_request";
    const PERMISSION: Permission = Permission::ProtectData;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "request": self.id, "answered": self.answered })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let row = request(tx, self.id).await?.ok_or_else(|| Error::not_found("request"))?;
        if row.settled_at.is_some() {
            return Err(Error::conflict("consent.settled", "This request was settled already. Nothing was changed.", "Reload the page."));
        }
        see_person(tx, &tx.actor, PersonId(row.person_id)).await?;
        if self.why.trim().is_empty() || self.why.chars().count() > 500 {
            return Err(Error::invalid(
                "consent.reason",
                "The words are missing or longer than 500 characters. Nothing was changed.",
                "Say what was told to the person.",
            ));
        }
        let settled = if self.answered { "answered" } else { "refused" };
        let (by, name, now) = (tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.now.0);
        let sql = "UPDATE data_request SET settled = $2, settled_by = $3, settled_name = $4, settled_at = $5, evidence = $6 WHERE id = $1";
        tx.execute(sql, args![self.id, settled, by, name, now, self.why.trim()]).await.map(|_| ())
    }
}
