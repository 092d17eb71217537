//! Changes of leads, one verb a file.

mod capture;
mod close;
mod import;
mod take;

pub use capture::CaptureLead;
pub use close::CloseLead;
pub use import::{ImportLeads, LeadRow};
pub use take::{ReleaseLead, TakeLead};

use super::store::LeadLine;
use rounds_kernel::{AccountId, FactKind, NewFact, PersonId, Result};
use rounds_store::Tx;

/// Writes what happened to a lead into the log.
async fn log(tx: &mut Tx, lead: &LeadLine, text: String) -> Result<()> {
    let body = serde_json::json!({ "lead_id": lead.id, "family": lead.family, "text": text });
    let fact = NewFact {
        account: Some(AccountId(lead.account_id)),
        person: lead.person_id.map(PersonId),
        user: tx.actor.user,
        body,
        ..NewFact::new(FactKind::Lead, tx.now, "rounds")
    };
    tx.fact(fact).await?;
    tx.publish("leads", serde_json::json!({ "id": lead.id, "account": lead.account_id })).await
}
