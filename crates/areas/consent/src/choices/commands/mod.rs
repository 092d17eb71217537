//! What links do, and what sends them.

mod choose;
mod confirm;
mod invite;
mod request;

pub(super) use choose::{Answer, Choose};
pub(super) use confirm::Confirm;
pub use invite::InvitePerson;
pub use request::RequestConfirmation;

use super::store::{Addressee, addressee};
use rounds_kernel::{Error, PersonId, Result};
use rounds_store::Tx;

/// The person and their address, to whom mail goes.
async fn reachable(tx: &Tx, person: PersonId) -> Result<(Addressee, String)> {
    rounds_customers::scope::see_person(tx, &tx.actor, person).await?;
    let who = addressee(tx, person).await?.ok_or_else(|| Error::not_found("person"))?;
    let email = who.email.clone().filter(|e| e.contains('@')).ok_or_else(|| {
        Error::conflict("consent.no_address", "No e-mail address of this person is known. Nothing was sent.", "Add their address first.")
    })?;
    Ok((who, email))
}
