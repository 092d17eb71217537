//! A sign of interest, written down by whoever noticed it.

use super::super::model::{LONGEST_NOTE, SOURCES, words};
use super::super::store::{INTO, NewLead, account, families};
use rounds_kernel::{AccountId, Error, FactKind, LeadId, NewFact, Permission, PersonId, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Captures a lead at an account within the actor's scope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaptureLead {
    /// At which account.
    pub account: AccountId,
    /// Who showed interest, if known: someone who works there now.
    pub person: Option<PersonId>,
    /// Code of a source, e.g. `phone`.
    pub source: String,
    /// Product family asked about, if any.
    pub family: Option<String>,
    /// What they said; no patient data, at most 1,000 characters.
    pub note: String,
}

impl Command for CaptureLead {
    const NAME: &'static str = "demand.capture_lead";
    const PERMISSION: Permission = Permission::WriteDemand;
    type Out = LeadId;

    async fn run(self, tx: &mut Tx) -> Result<LeadId> {
        let actor = tx.actor.clone();
        account(tx, &actor, self.account).await?;
        self.check(tx).await?;
        let new = NewLead {
            account: self.account.0,
            person: self.person.map(|p| p.0),
            source: self.source.clone(),
            family: self.family.clone(),
            note: self.note.trim().to_owned(),
            captured_at: tx.now,
            captured_by: actor.user.map(|u| u.0),
            natural_key: None,
        };
        let id = tx.insert("lead", INTO, new.values()).await?;
        let text = format!("Lead captured: {}", words(SOURCES, &self.source).to_lowercase());
        let body = serde_json::json!({ "lead_id": id, "family": self.family, "note": self.note.trim(), "text": text });
        let (account, person) = (Some(self.account), self.person);
        rounds_customers::screening::heard(tx, &self.note).await?;
        tx.fact(NewFact { account, person, user: actor.user, body, ..NewFact::new(FactKind::Lead, tx.now, "rounds") }).await?;
        tx.publish("leads", serde_json::json!({ "id": id, "account": self.account.0, "act": "captured" })).await?;
        Ok(LeadId(id))
    }
}

impl CaptureLead {
    async fn check(&self, tx: &Tx) -> Result<()> {
        if !SOURCES.iter().any(|(code, _)| *code == self.source) {
            return Err(Error::invalid(
                "lead.source",
                format!("“{}” is not a source of leads. Nothing was saved.", self.source),
                "Choose one from the list.",
            ));
        }
        if self.note.chars().count() > LONGEST_NOTE {
            return Err(Error::invalid("lead.note", "The note is longer than 1,000 characters. Nothing was saved.", "Shorten it."));
        }
        if let Some(family) = &self.family
            && !families(tx).await?.contains_key(family)
        {
            return Err(Error::invalid(
                "lead.family",
                format!("There is no product family “{family}”. Nothing was saved."),
                "Choose one from the list.",
            ));
        }
        let Some(person) = self.person else { return Ok(()) };
        let sql = "SELECT COUNT(*) FROM affiliation WHERE child_kind = 'person' AND child_id = $1 AND parent_kind = 'account' AND parent_id = $2 \
                   AND valid_to IS NULL";
        if tx.number(sql, args![person.0, self.account.0]).await? == 0 {
            return Err(Error::invalid(
                "lead.person_elsewhere",
                "This person does not work at this account now. Nothing was saved.",
                "Choose a person of the account, or leave the person open.",
            ));
        }
        Ok(())
    }
}
