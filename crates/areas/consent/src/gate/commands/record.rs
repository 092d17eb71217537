//! Writing down that a contact took place.

use super::super::store::{country, find_open, lock_person, mark_used};
use super::super::{ContactMade, Direction, Recorded, Request};
use super::clear;
use crate::access::VisitTerms;
use crate::permissions::{Aim, write_denial};
use rounds_kernel::{Error, FactKind, NewFact, Outcome, Permission, Result};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Clocks of phones and servers differ a little.
const AHEAD_MINUTES: i64 = 10;
const LONGEST_NOTE: usize = 1_000;

/// Records one contact outside a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordContact(pub ContactMade);

impl Command for RecordContact {
    const NAME: &'static str = "consent.record_contact";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = Recorded;

    async fn run(self, tx: &mut Tx) -> Result<Recorded> {
        record(tx, self.0).await
    }
}

/// Records a contact within the caller's transaction: uses its clearance (or passes the gate now), writes the contact, and when the
/// person said no, writes that too and takes back every clearance it touches.
///
/// A no is never refused: who was told "do not contact me" can always write it down.
///
/// # Errors
/// As [`clear`]; `consent.future_contact`, `consent.note`.
pub async fn record(tx: &mut Tx, contact: ContactMade) -> Result<Recorded> {
    check(tx, &contact)?;
    lock_person(tx, contact.person).await?;
    let denied = match contact.outcome {
        Outcome::DoNotContact => Some(None),
        Outcome::NoChannel => Some(Some(contact.channel)),
        _ => None,
    };
    let clearance = clearance_for(tx, &contact, denied.is_some()).await?;
    if let Some(id) = clearance {
        mark_used(tx, id).await?;
    }
    tx.fact(fact(tx, &contact)).await?;
    rounds_customers::screening::heard(tx, contact.note.as_deref().unwrap_or_default()).await?;
    if let Some(channel) = denied {
        write_denial(tx, contact.person, contact.account, channel).await?;
    }
    Ok(Recorded { clearance, said_no: denied.is_some() })
}

fn check(tx: &Tx, c: &ContactMade) -> Result<()> {
    if c.at > tx.now.plus_minutes(AHEAD_MINUTES) {
        return Err(Error::invalid(
            "consent.future_contact",
            format!("The contact is dated {}, which is still to come. Nothing was changed.", c.at.in_zone(&tx.actor.zone)),
            "Record it when it has taken place.",
        ));
    }
    if c.note.as_ref().is_some_and(|n| n.chars().count() > LONGEST_NOTE) {
        return Err(Error::invalid("consent.note", "The note is longer than 1,000 characters. Nothing was changed.", "Shorten it."));
    }
    Ok(())
}

/// The clearance the contact uses. Inbound contacts need none, and neither does a no.
async fn clearance_for(tx: &mut Tx, c: &ContactMade, said_no: bool) -> Result<Option<i64>> {
    if c.direction == Direction::In {
        country(tx, c.person, c.account).await?;
        return Ok(None);
    }
    // It took place: how they let us in is known to whoever was there.
    let request = Request {
        action_id: c.action_id,
        aim: Aim::of(c.purpose, c.channel),
        visit: VisitTerms { appointment: true, group: true, credential: true },
        ..Request::new(c.person, c.account, c.channel, c.at)
    };
    match find_open(tx, &request).await? {
        Some(open) => {
            country(tx, c.person, c.account).await?;
            Ok(Some(open.id))
        }
        None if said_no => {
            country(tx, c.person, c.account).await?;
            Ok(None)
        }
        None => Ok(Some(clear(tx, request).await?.id)),
    }
}

fn fact(tx: &Tx, c: &ContactMade) -> NewFact {
    let mut body = serde_json::json!({ "purpose": c.purpose.code(), "outcome": c.outcome.code(), "direction": c.direction.code() });
    let note = c.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
    if let Some(note) = note {
        body["note"] = note.into();
    }
    if let Some(family) = &c.family {
        body["family"] = family.as_str().into();
    }
    if let Some(action) = c.action_id {
        body["action_id"] = action.0.into();
    }
    NewFact {
        account: Some(c.account),
        person: Some(c.person),
        channel: Some(c.channel),
        user: tx.actor.user,
        body,
        ..NewFact::new(FactKind::Contact, c.at, "rounds")
    }
}
