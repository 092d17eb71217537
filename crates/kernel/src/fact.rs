//! Facts: what happened between the company and a customer, in one append-only log.

use crate::words;
use crate::{AccountId, Channel, PersonId, SystemId, Time, UserId};
use serde::{Deserialize, Serialize};

words! {
    /// What kind of thing happened.
    FactKind {
        /// A contact that took place, in any channel, either direction.
        Contact = "contact", "Contact";
        /// A contact that was planned and taken on: it passed the gate and its outcome is awaited.
        Accepted = "accepted", "Accepted";
        /// A planned contact that its owner will not make, with the reason.
        Dismissed = "dismissed", "Dismissed";
        /// An accepted or dismissed action put back into the queue.
        Reopened = "reopened", "Put back";
        /// An order line.
        Order = "order", "Order";
        /// A permission given, withdrawn or learnt.
        Permission = "permission", "Permission";
        /// A sign of interest captured.
        Lead = "lead", "Lead";
        /// A change of the record itself: an affiliation opened or closed, a name corrected.
        Record = "record", "Record changed";
        /// An invoice line or a return: what was billed or came back.
        Invoice = "invoice", "Invoice";
        /// A service case.
        Case = "case", "Case";
        /// Equipment installed, replaced or removed; a technician's call.
        Equipment = "equipment", "Equipment";
        /// A contract or tender: signed, renewed, lost, its commitment met or missed.
        Contract = "contract", "Contract";
        /// Two records merged into one, or taken apart again.
        Merge = "merge", "Merge";
        /// A profile answered, a stakeholder's role or stance noted.
        Profile = "profile", "Profile";
        /// A note written by hand.
        Note = "note", "Note";
    }
}

/// A fact about to be written. `recorded_at` and who records it come from the transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewFact {
    /// Kind.
    pub kind: FactKind,
    /// When it happened.
    pub occurred_at: Time,
    /// Account concerned.
    pub account: Option<AccountId>,
    /// Person concerned. Orders never have one: sales land on accounts, not on people.
    pub person: Option<PersonId>,
    /// System concerned, for facts about the whole system.
    pub system: Option<SystemId>,
    /// Channel, for contacts.
    pub channel: Option<Channel>,
    /// The user who acted towards the customer.
    pub user: Option<UserId>,
    /// Where it comes from: `rounds`, `simulation`, or the source's name.
    pub source: String,
    /// The source's own key; a second fact with the same key is the same fact and is not written again.
    pub natural_key: Option<String>,
    /// Everything else, by kind; strings are stored as given and escaped when shown.
    pub body: serde_json::Value,
}

impl NewFact {
    /// A fact of `kind` at `occurred_at` with nothing else said.
    pub fn new(kind: FactKind, occurred_at: Time, source: &str) -> Self {
        Self {
            kind,
            occurred_at,
            account: None,
            person: None,
            system: None,
            channel: None,
            user: None,
            source: source.to_owned(),
            natural_key: None,
            body: serde_json::Value::Null,
        }
    }
}
