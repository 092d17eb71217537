//! Telling other programs which systems, accounts and people changed: their kind and ids, never what they say.
//!
//! Public: [`tell`] (called by whatever changes a record), [`seen`] (which of them someone may hear of). Tables: none.

use crate::identifiers::EntityKind;
use crate::scope;
use rounds_kernel::{Actor, Result};
use rounds_store::Tx;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Topic of the outbox.
const TOPIC: &str = "record";
/// Ids in one message.
const MOST: usize = 200;

/// Tells that these records changed, in the transaction that changes them.
///
/// # Errors
/// Of the database.
pub async fn tell(tx: &mut Tx, kind: EntityKind, ids: &[i64]) -> Result<()> {
    for some in ids.chunks(MOST) {
        tx.publish(TOPIC, serde_json::json!({ "kind": kind.code(), "ids": some })).await?;
    }
    Ok(())
}

/// SQL that selects the ids of all records of a kind within the actor's scope; `None` for a kind that is none.
pub fn seen(actor: &Actor, kind: &str) -> Option<String> {
    Some(match EntityKind::parse(kind)? {
        EntityKind::System => format!("SELECT health_system.id FROM health_system WHERE {}", scope::systems(actor)),
        EntityKind::Account => format!("SELECT account.id FROM account WHERE {}", scope::accounts(actor)),
        EntityKind::Person => format!("SELECT person.id FROM person WHERE {}", scope::people(actor)),
    })
}
