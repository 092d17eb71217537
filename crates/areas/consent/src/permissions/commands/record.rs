//! One answer of one person, written down by whoever heard it.

use super::super::store::{NewRow, add, close, open_row};
use super::super::{ANY_CHANNEL, State};
use crate::gate;
use rounds_kernel::{AccountId, Channel, Error, FactKind, NewFact, Permission, PersonId, Result};
use rounds_platform::scope;
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Records what a person said about one channel, or about all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordPermission {
    /// Who said it.
    pub person: PersonId,
    /// The channel; `None` for any: only "denied" (do not contact) and "unknown" (lifted) make sense there.
    pub channel: Option<Channel>,
    /// What they said; "unknown" takes the former answer back.
    pub state: State,
    /// Why we hold it, e.g. "asked by the person", "signed form".
    pub basis: String,
    /// Anything to add; no patient data.
    pub note: String,
}

impl Command for RecordPermission {
    const NAME: &'static str = "consent.record_permission";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        check(&self)?;
        let account = account_in_scope(tx, self.person).await?;
        gate::lock_person(tx, self.person).await?;
        write(tx, &self, account).await
    }
}

fn check(c: &RecordPermission) -> Result<()> {
    if c.channel.is_none() && c.state == State::Granted {
        return Err(Error::invalid(
            "consent.grant_needs_channel",
            "A yes is always to one channel. Nothing was changed.",
            "Choose the channel they agreed to; “any channel” can only be denied, or set back to unknown.",
        ));
    }
    if c.basis.trim().is_empty() || c.basis.chars().count() > 200 {
        return Err(Error::invalid(
            "consent.basis",
            "The basis is empty or longer than 200 characters. Nothing was changed.",
            "Say in a few words why we hold this, e.g. “asked on the phone”.",
        ));
    }
    if c.note.chars().count() > 1_000 {
        return Err(Error::invalid("consent.note", "The note is longer than 1,000 characters. Nothing was changed.", "Shorten it."));
    }
    Ok(())
}

/// An account of the person within the actor's scope: the one through which the actor may write about them.
async fn account_in_scope(tx: &Tx, person: PersonId) -> Result<Option<AccountId>> {
    let sql = format!(
        "SELECT MIN(parent_id) FROM affiliation WHERE child_kind = 'person' AND child_id = $1 AND parent_kind = 'account' \
         AND valid_to IS NULL AND {}",
        scope::accounts(&tx.actor, "parent_id")
    );
    let account = tx.number(&sql, args![person.0]).await?;
    if account > 0 {
        return Ok(Some(AccountId(account)));
    }
    // Who sees the whole base may also write about someone who is at no account just now.
    let everywhere = tx.actor.visible_users().is_none();
    if everywhere && tx.number("SELECT COUNT(*) FROM person WHERE id = $1", args![person.0]).await? > 0 {
        return Ok(None);
    }
    Err(Error::not_found("person"))
}

/// Closes the former answer, opens the new one, stops what was cleared under the former one, and writes the fact.
async fn write(tx: &mut Tx, c: &RecordPermission, account: Option<AccountId>) -> Result<()> {
    let code = c.channel.map_or(ANY_CHANNEL, Channel::code);
    let now = tx.now.0;
    match open_row(tx, c.person.0, code).await? {
        // Said again: nothing new.
        Some(former) if former.state == c.state.code() => return Ok(()),
        Some(former) => close(tx, former.id, now).await?,
        None if c.state == State::Unknown => return Ok(()),
        None => {}
    }
    if c.state != State::Unknown {
        let row = NewRow {
            person: c.person.0,
            channel: code.into(),
            state: c.state,
            basis: c.basis.trim().into(),
            source: "rounds".into(),
            from: now,
            to: None,
        };
        add(tx, vec![row]).await?;
    }
    if c.state == State::Denied {
        gate::revoke(tx, &[c.person.0], c.channel).await?;
    }
    let body = serde_json::json!({ "channel": code, "state": c.state.code(), "text": words(c) });
    tx.fact(NewFact { account, person: Some(c.person), user: tx.actor.user, body, ..NewFact::new(FactKind::Permission, tx.now, "rounds") })
        .await
}

fn words(c: &RecordPermission) -> String {
    let what = match (c.channel, c.state) {
        (None, State::Denied) => "Do not contact".to_owned(),
        (None, _) => "Do not contact: lifted".to_owned(),
        (Some(ch), state) => format!("{}: {}", ch.label(), state.label().to_lowercase()),
    };
    let note = c.note.trim();
    format!("{what}, {}.{}{note}", c.basis.trim(), if note.is_empty() { "" } else { " " })
}

/// Writes the no that came out of a contact, in the contact's own transaction.
pub(crate) async fn write_denial(tx: &mut Tx, person: PersonId, account: AccountId, channel: Option<Channel>) -> Result<()> {
    let c = RecordPermission { person, channel, state: State::Denied, basis: "asked by the person".into(), note: String::new() };
    write(tx, &c, Some(account)).await
}
