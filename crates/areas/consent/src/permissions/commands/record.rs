//! One answer of one person, written down by whoever heard it.

use super::super::store::{NewRow, add, close, close_purposes, country_of, open_row};
use super::super::{ANY_CHANNEL, ANY_PURPOSE, Aim, LegalBasis, State};
use crate::country_rules::Rules;
use crate::gate;
use rounds_customers::screening::heard;
use rounds_kernel::{AccountId, Channel, Error, FactKind, NewFact, Permission, PersonId, Result, Time};
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
    /// What it is for, on what basis, to which words, with which proof, until when.
    pub terms: Terms,
}

/// What makes an answer more than a yes or no.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Terms {
    /// What it is for; `None` for every purpose.
    pub aim: Option<Aim>,
    /// Why the law lets us hold a yes; consent unless said otherwise.
    pub legal: Option<LegalBasis>,
    /// The words they said it to.
    pub wording: Option<i64>,
    /// What proves it: number of a form or scan, address and time of a confirmation, note of a call.
    pub evidence: String,
    /// When it runs out.
    pub expires: Option<Time>,
}

impl Command for RecordPermission {
    const NAME: &'static str = "consent.record_permission";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        check(&self)?;
        let account = account_in_scope(tx, self.person).await?;
        record_answer(tx, &self, account).await
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
    if c.note.chars().count() > 1_000 || c.terms.evidence.chars().count() > 1_000 {
        return Err(Error::invalid(
            "consent.note",
            "The note or the proof is longer than 1,000 characters. Nothing was changed.",
            "Shorten it.",
        ));
    }
    if c.channel.is_none() && c.terms.aim.is_some() {
        return Err(Error::invalid(
            "consent.purpose_needs_channel",
            "“Any channel” is for every purpose. Nothing was changed.",
            "Choose a channel, or leave the purpose open.",
        ));
    }
    Ok(())
}

/// What the country says about a yes on this basis, and whether it can stand until then.
async fn lawful(tx: &Tx, c: &RecordPermission, country: &str) -> Result<()> {
    let (State::Granted, Some(channel)) = (c.state, c.channel) else { return Ok(()) };
    if c.terms.expires.is_some_and(|e| e <= tx.now) {
        return Err(Error::invalid(
            "consent.expired",
            "This permission would have run out already. Nothing was changed.",
            "Choose a later day.",
        ));
    }
    if let Some(wording) = c.terms.wording
        && tx.number("SELECT COUNT(*) FROM wording WHERE id = $1", args![wording]).await? == 0
    {
        return Err(Error::not_found("wording"));
    }
    let rules = Rules::load(tx, tx.now.day()).await?;
    let rule = rules.of(country);
    let service = c.terms.aim == Some(Aim::Service);
    let refused = match c.terms.legal {
        Some(LegalBasis::ExistingCustomer) => !rule.channels.of(channel).soft_opt_in && !rule.allows_unknown(channel),
        Some(LegalBasis::LegitimateInterest) => !rule.allows_unknown(channel) && !service,
        Some(LegalBasis::Contract | LegalBasis::LegalObligation) => !service,
        Some(LegalBasis::Consent) | None => false,
    };
    if refused {
        return Err(Error::invalid(
            "consent.basis_not_here",
            format!("“{}” does not carry this in {}. Nothing was changed.", c.terms.legal.map_or("", LegalBasis::label), rule.place()),
            "Ask them for their yes; a contract or a law carries service messages only.",
        ));
    }
    Ok(())
}

/// Writes an answer of someone the caller may write about.
pub(crate) async fn record_answer(tx: &mut Tx, c: &RecordPermission, account: Option<AccountId>) -> Result<()> {
    check(c)?;
    gate::lock_person(tx, c.person).await?;
    let country = country_of(tx, c.person.0).await?;
    lawful(tx, c, &country).await?;
    write(tx, c, account, &country).await
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
async fn write(tx: &mut Tx, c: &RecordPermission, account: Option<AccountId>, country: &str) -> Result<()> {
    let code = c.channel.map_or(ANY_CHANNEL, Channel::code);
    let purpose = c.terms.aim.map_or(ANY_PURPOSE, Aim::code);
    let now = tx.now.0;
    let open = open_row(tx, c.person.0, code, purpose).await?;
    if c.state == State::Granted && c.terms.aim.is_some() {
        narrow_denial(tx, c, code, country).await?;
    }
    match open {
        // Said again: nothing new, unless it now runs longer or is better proven.
        Some(former) if former.state == c.state.code() && c.terms.expires.is_none() && c.terms.evidence.is_empty() => return Ok(()),
        Some(former) => close(tx, former.id, now).await?,
        None if c.state == State::Unknown => return Ok(()),
        None => {}
    }
    if c.state != State::Unknown {
        add(tx, vec![row(c, code, purpose, country, now)]).await?;
    }
    if c.state == State::Denied {
        if c.terms.aim.is_none() && c.channel.is_some() {
            close_purposes(tx, c.person.0, code, now).await?;
        }
        gate::revoke(tx, &[c.person.0], c.channel).await?;
    }
    // All that was typed, as one note: what stands in it is screened, wherever it was typed.
    let note = [&c.note, &c.terms.evidence].map(|t| t.trim()).into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
    heard(tx, &note).await?;
    let body = serde_json::json!({ "channel": code, "purpose": purpose, "state": c.state.code(), "text": words(c), "note": note });
    tx.fact(NewFact { account, person: Some(c.person), user: tx.actor.user, body, ..NewFact::new(FactKind::Permission, tx.now, "rounds") })
        .await
}

fn row(c: &RecordPermission, code: &str, purpose: &str, country: &str, now: i64) -> NewRow {
    let legal = if c.state == State::Granted { c.terms.legal.unwrap_or(LegalBasis::Consent).code() } else { "" };
    NewRow {
        person: c.person.0,
        channel: code.into(),
        purpose: purpose.into(),
        state: c.state,
        basis: c.basis.trim().into(),
        legal_basis: legal.into(),
        country: country.into(),
        wording: c.terms.wording,
        evidence: c.terms.evidence.trim().into(),
        source: "rounds".into(),
        from: now,
        to: None,
        expires: c.terms.expires.filter(|_| c.state == State::Granted).map(|t| t.0),
    }
}

/// A yes to one purpose after a no to the whole channel: the no stays for every other purpose.
async fn narrow_denial(tx: &mut Tx, c: &RecordPermission, code: &str, country: &str) -> Result<()> {
    let Some(whole) = open_row(tx, c.person.0, code, ANY_PURPOSE).await?.filter(|w| w.state == State::Denied.code()) else { return Ok(()) };
    let now = tx.now.0;
    close(tx, whole.id, now).await?;
    let mut rows = Vec::new();
    for aim in Aim::ALL.iter().filter(|a| Some(**a) != c.terms.aim) {
        if let Some(former) = open_row(tx, c.person.0, code, aim.code()).await? {
            close(tx, former.id, now).await?;
        }
        let denied = RecordPermission {
            state: State::Denied,
            basis: "no to the channel, kept for this purpose".into(),
            terms: Terms::default(),
            ..c.clone()
        };
        rows.push(row(&denied, code, aim.code(), country, now));
    }
    add(tx, rows).await.map(|_| ())
}

fn words(c: &RecordPermission) -> String {
    let what = match (c.channel, c.state) {
        (None, State::Denied) => "Do not contact".to_owned(),
        (None, _) => "Do not contact: lifted".to_owned(),
        (Some(ch), state) => {
            let aim = c.terms.aim.map_or(String::new(), |a| format!(" ({})", a.label().to_lowercase()));
            format!("{}{aim}: {}", ch.label(), state.label().to_lowercase())
        }
    };
    format!("{what}, {}.", c.basis.trim())
}

/// Writes the no that came out of a contact, in the contact's own transaction.
pub(crate) async fn write_denial(tx: &mut Tx, person: PersonId, account: AccountId, channel: Option<Channel>) -> Result<()> {
    let c = RecordPermission {
        person,
        channel,
        state: State::Denied,
        basis: "asked by the person".into(),
        note: String::new(),
        terms: Terms::default(),
    };
    let country = country_of(tx, person.0).await?;
    write(tx, &c, Some(account), &country).await
}
