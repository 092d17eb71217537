//! A steward sets a field's value, or lets the sources decide again.

use super::super::model::{BY_HAND, Entry, fields};
use super::super::store::{self, Book, Owner};
use super::settle;
use crate::identifiers::EntityKind;
use crate::{accounts, people, scope, systems};
use rounds_kernel::{AccountId, CareSetting, Error, FactKind, NewFact, Permission, PersonId, PersonRole, Result, SystemId};
use rounds_store::{Command, Tx};
use serde::Serialize;
use std::collections::HashMap;

/// Sets a field by hand: from now on this value wins over every source's, and the record says so.
#[derive(Debug, Serialize)]
pub struct SetByHand {
    /// Kind of record.
    pub kind: EntityKind,
    /// The record.
    pub id: i64,
    /// Field code, see [`fields`].
    pub field: String,
    /// The value; `None` clears the field.
    pub value: Option<String>,
}

/// Takes a hand-set value back: the sources decide again.
#[derive(Debug, Serialize)]
pub struct FollowSources {
    /// Kind of record.
    pub kind: EntityKind,
    /// The record.
    pub id: i64,
    /// Field code.
    pub field: String,
}

fn known(kind: EntityKind, field: &str) -> Result<(&'static str, &'static str)> {
    fields(kind).iter().find(|f| f.code == field).map(|f| (f.code, f.label)).ok_or_else(|| {
        Error::invalid(
            "source.field",
            format!("Records of this kind have no field “{field}”. Nothing was changed."),
            "Choose a field from the page.",
        )
    })
}

/// The value in its form, or why it cannot be.
fn checked(field: &str, label: &str, value: Option<String>) -> Result<Option<String>> {
    let value = value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let refuse = |cause: String, remedy: &str| Err(Error::invalid("source.value", format!("{cause} Nothing was changed."), remedy));
    let Some(v) = value else {
        let needed = matches!(field, "name" | "setting" | "role" | "country" | "language");
        return if needed { refuse(format!("{label} cannot be empty."), "Give it a value, or let the sources decide.") } else { Ok(None) };
    };
    let number = |least: i64, most: i64| v.parse::<i64>().is_ok_and(|n| (least..=most).contains(&n));
    let fits = match field {
        "setting" => CareSetting::parse(&v).is_some(),
        "role" => PersonRole::parse(&v).is_some(),
        "rating" => number(1, 5),
        "beds" => number(0, 100_000),
        "hsa" | "hrr" => number(0, 1_000_000),
        "email" => v.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !v.contains(char::is_whitespace)),
        _ => v.chars().count() <= 300 && !v.chars().any(char::is_control),
    };
    if fits { Ok(Some(v)) } else { refuse(format!("“{v}” is no value for {label}."), "Correct it and save again.") }
}

async fn see(tx: &Tx, kind: EntityKind, id: i64) -> Result<()> {
    match kind {
        EntityKind::System => scope::see_system(tx, &tx.actor, SystemId(id)).await,
        EntityKind::Account => scope::see_account(tx, &tx.actor, AccountId(id)).await,
        EntityKind::Person => scope::see_person(tx, &tx.actor, PersonId(id)).await,
    }
}

async fn tell(tx: &mut Tx, kind: EntityKind, id: i64, text: String) -> Result<()> {
    let fact = NewFact { body: serde_json::json!({ "text": text }), ..NewFact::new(FactKind::Record, tx.now, "rounds") };
    tx.fact(match kind {
        EntityKind::System => NewFact { system: Some(SystemId(id)), ..fact },
        EntityKind::Account => NewFact { account: Some(AccountId(id)), ..fact },
        EntityKind::Person => NewFact { person: Some(PersonId(id)), ..fact },
    })
    .await
}

impl Command for SetByHand {
    const NAME: &'static str = "sources.set_by_hand";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "kind": self.kind, "id": self.id, "field": self.field })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let Self { kind, id, field, value } = self;
        see(tx, kind, id).await?;
        let (field, label) = known(kind, &field)?;
        let value = checked(field, label, value)?;
        match kind {
            EntityKind::System => systems::keep_source(tx, SystemId(id)).await?,
            EntityKind::Account => accounts::keep_source(tx, AccountId(id)).await?,
            EntityKind::Person => people::keep_source(tx, PersonId(id)).await?,
        }
        let mut entry = Entry::new(BY_HAND, &format!("{}:{id}", kind.code()), tx.now.day());
        entry.said.push((field, value.clone()));
        let mut book = Book::open(tx, kind, &[id]).await?;
        book.enter(&Owner::Id(id), &entry, || None);
        book.save(tx, &HashMap::new()).await?;
        settle(tx, kind, &[id]).await?;
        tell(tx, kind, id, format!("{label} set by hand{}", if value.is_none() { ": there is none" } else { "" })).await
    }
}

impl Command for FollowSources {
    const NAME: &'static str = "sources.follow_sources";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let Self { kind, id, field } = self;
        see(tx, kind, id).await?;
        let (field, label) = known(kind, &field)?;
        let records = store::of(tx, kind, &[id]).await?.remove(&id).unwrap_or_default();
        let by_hand: Vec<_> = records.iter().filter(|r| r.by_hand() && r.said.contains_key(field)).collect();
        if by_hand.is_empty() {
            let cause = format!("{label} was not set by hand. Nothing was changed.");
            return Err(Error::conflict("source.not_by_hand", cause, "Reload the page to see the present state."));
        }
        for record in by_hand {
            store::unsay(tx, record, field).await?;
        }
        settle(tx, kind, &[id]).await?;
        tell(tx, kind, id, format!("{label} follows its sources again")).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_set_by_hand_must_be_one() {
        for (field, bad) in
            [("setting", "castle"), ("rating", "6"), ("beds", "-1"), ("email", "ann at home"), ("name", ""), ("city", "a\u{0}b")]
        {
            assert_eq!(checked(field, field, Some(bad.into())).unwrap_err().code, "source.value", "{field}");
        }
        assert_eq!(checked("phone", "Telephone", Some(" ".into())).unwrap(), None);
        assert_eq!(checked("email", "E-mail", Some(" a@b.de ".into())).unwrap().as_deref(), Some("a@b.de"));
    }
}
