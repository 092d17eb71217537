//! The erasure itself: in one transaction, everywhere.

use super::super::model::Registry;
use super::super::queries::request;
use super::super::store::recognised_by;
use crate::gate;
use crate::permissions::{RecordPermission, State, Terms};
use rounds_kernel::{Error, FactKind, NewFact, Permission, PersonId, Result};
use rounds_store::{Command, Tx, args, erasure};
use serde::Serialize;

/// Too short a sentence explains nothing.
const SHORTEST_REASON: usize = 20;

/// Confirms an erasure that someone else asked for.
#[derive(Clone, Serialize)]
pub struct ConfirmErasure {
    /// The request.
    pub id: i64,
    /// Where nobody else can confirm: why the same person does, in a sentence.
    pub alone: String,
    /// Where data is kept.
    #[serde(skip)]
    pub registry: Registry,
}

impl Command for ConfirmErasure {
    const NAME: &'static str = "consent.erase_person";
    const PERMISSION: Permission = Permission::ProtectData;
    type Out = u64;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "request": self.id, "alone": !self.alone.trim().is_empty() })
    }

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let row = request(tx, self.id).await?.filter(|r| r.kind == "erase").ok_or_else(|| Error::not_found("request"))?;
        if row.settled_at.is_some() {
            return Err(Error::conflict("consent.settled", "This request was settled already. Nothing was changed.", "Reload the page."));
        }
        let same = row.requested_by == tx.actor.user.map(|u| u.0);
        if same && self.alone.trim().chars().count() < SHORTEST_REASON {
            return Err(Error::conflict(
                "consent.four_eyes",
                "You asked for this erasure yourself. Nothing was changed.",
                "Let a colleague confirm it; where there is none, say in a sentence why you do it alone.",
            ));
        }
        let person = PersonId(row.person_id);
        rounds_customers::scope::see_person(tx, &tx.actor, person).await?;
        gate::lock_person(tx, person).await?;
        // From now on they are contacted by nobody, and no file brings them back.
        let denial = RecordPermission {
            person,
            channel: None,
            state: State::Denied,
            basis: "erased".into(),
            note: String::new(),
            terms: Terms::default(),
        };
        denial.run(tx).await?;
        erasure::suppress(tx, &recognised_by(tx, person).await?).await?;
        let mut counts = serde_json::Map::new();
        let mut changed = 0;
        for place in self.registry.iter() {
            let n = place.erase(tx, person).await?;
            counts.insert(place.name().to_owned(), n.into());
            changed += n;
        }
        let evidence = serde_json::json!({ "rows": counts, "alone": self.alone.trim(), "at": tx.now.rfc3339() }).to_string();
        let (by, name, now) = (tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.now.0);
        let sql =
            "UPDATE data_request SET settled = 'erased', settled_by = $2, settled_name = $3, settled_at = $4, evidence = $5 WHERE id = $1";
        tx.execute(sql, args![self.id, by, name, now, evidence]).await?;
        let body = serde_json::json!({ "text": "Personal data erased." });
        tx.fact(NewFact { person: Some(person), user: tx.actor.user, body, ..NewFact::new(FactKind::Record, tx.now, "rounds") }).await?;
        Ok(changed)
    }
}
