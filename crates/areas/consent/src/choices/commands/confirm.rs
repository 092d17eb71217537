//! A yes, confirmed from the person's own mailbox.

use super::super::store::{addressee, confirmation};
use crate::permissions::{Aim, LegalBasis, RecordPermission, State, Terms};
use rounds_kernel::{Channel, Error, Permission, PersonId, Result, Time};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Confirms; the second time it changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::choices) struct Confirm {
    pub confirmation: i64,
    /// The address the button was pressed from, as proof.
    pub from: String,
}

impl Command for Confirm {
    const NAME: &'static str = "consent.confirm";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = bool;

    async fn run(self, tx: &mut Tx) -> Result<bool> {
        let row = confirmation(tx, self.confirmation).await?.ok_or_else(|| Error::not_found("request"))?;
        if row.confirmed_at.is_some() {
            return Ok(false);
        }
        let person = PersonId(row.person_id);
        let same = addressee(tx, person).await?.and_then(|a| a.email).is_some_and(|e| e.eq_ignore_ascii_case(&row.email));
        if !same {
            return Err(Error::conflict(
                "consent.other_address",
                "This link was sent to an address that is no longer yours. Nothing was changed.",
                "Ask for a new link.",
            ));
        }
        let Some(channel) = Channel::parse(&row.channel) else { return Err(Error::internal("a confirmation without a channel")) };
        let aims: Vec<Option<Aim>> = match row.purposes.split_whitespace().filter_map(Aim::parse).map(Some).collect::<Vec<_>>() {
            none if none.is_empty() => vec![None],
            some => some,
        };
        let asked = Time(row.requested_at).rfc3339();
        for aim in aims {
            let terms = Terms {
                aim,
                legal: Some(LegalBasis::Consent),
                wording: row.wording_id,
                evidence: format!("asked {asked}, confirmed {} from {}", tx.now.rfc3339(), self.from),
                expires: None,
            };
            let answer = RecordPermission {
                person,
                channel: Some(channel),
                state: State::Granted,
                basis: "double opt-in".into(),
                note: String::new(),
                terms,
            };
            answer.run(tx).await?;
        }
        let now = tx.now.0;
        tx.execute("UPDATE confirmation SET confirmed_at = $2, address = $3 WHERE id = $1", args![self.confirmation, now, self.from])
            .await?;
        Ok(true)
    }
}
