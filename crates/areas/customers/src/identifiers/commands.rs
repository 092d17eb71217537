//! Adding and removing numbers by hand.

use super::model::{EntityKind, Scheme, Standing};
use super::{queries, store};
use crate::identifiers::NewIdentifier;
use rounds_kernel::{Error, FactKind, NewFact, Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Gives a record a number.
#[derive(Debug, Clone, Serialize)]
pub struct Add {
    /// Kind code of the record.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Scheme code.
    pub scheme: String,
    /// The number, as written.
    pub value: String,
    /// Keep it although it fails its check.
    pub as_received: bool,
}

/// Takes a number from a record.
#[derive(Debug, Clone, Serialize)]
pub struct Remove {
    /// Kind code of the record.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Id of the number.
    pub number: i64,
}

fn kind_of(code: &str) -> Result<EntityKind> {
    EntityKind::parse(code).ok_or_else(|| Error::not_found("kind of record"))
}

async fn tell(tx: &mut Tx, kind: EntityKind, id: i64, text: String) -> Result<()> {
    let mut fact = NewFact { body: serde_json::json!({ "text": text }), ..NewFact::new(FactKind::Record, tx.now, "rounds") };
    match kind {
        EntityKind::System => fact.system = Some(rounds_kernel::SystemId(id)),
        EntityKind::Account => fact.account = Some(rounds_kernel::AccountId(id)),
        EntityKind::Person => fact.person = Some(rounds_kernel::PersonId(id)),
    }
    tx.fact(fact).await
}

impl Command for Add {
    const NAME: &'static str = "customers.add_identifier";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let kind = kind_of(&self.kind)?;
        queries::see(tx, &tx.actor, kind, self.id).await?;
        let scheme = Scheme::parse(&self.scheme).ok_or_else(|| Error::not_found("scheme of numbers"))?;
        if !scheme.names.contains(&kind) {
            return Err(Error::invalid(
                "identifier.wrong_kind",
                format!("{} does not name a record of this kind. Nothing was changed.", scheme.label),
                "Choose the scheme that the number belongs to.",
            ));
        }
        let reading = scheme.read(&self.value);
        if reading.value.is_empty() || reading.value.chars().count() > 100 {
            return Err(Error::invalid("identifier.blank", "The number is blank or too long. Nothing was changed.", "Write the number."));
        }
        if reading.standing == Standing::Failed && !self.as_received {
            return Err(Error::invalid(
                "identifier.check_failed",
                format!("“{}” is no {}: it has {}. Nothing was changed.", reading.value, scheme.label, scheme.form),
                "Look it up again; or keep it as received, and it will be shown as failing its check.",
            ));
        }
        let owner = store::owners(tx, kind, scheme.code, std::slice::from_ref(&reading.value)).await?.get(&reading.value).copied();
        if let Some(owner) = owner {
            let whose = if owner == self.id { "this record" } else { "another record" };
            return Err(Error::conflict(
                "identifier.taken",
                format!("{} {} names {whose} already. Nothing was changed.", scheme.label, reading.value),
                "Look the number up; if two records are the same place or person, merge them.",
            ));
        }
        let new = NewIdentifier { entity: self.id, scheme: scheme.code.into(), value: reading.value.clone(), source: "hand".into() };
        store::put(tx, kind, vec![new]).await?;
        tell(tx, kind, self.id, format!("{} {} added", scheme.label, reading.value)).await?;
        Ok(reading.value)
    }
}

impl Command for Remove {
    const NAME: &'static str = "customers.remove_identifier";
    const PERMISSION: Permission = Permission::WriteRecord;
    /// Scheme and value, so that it can be added again.
    type Out = (String, String);

    async fn run(self, tx: &mut Tx) -> Result<(String, String)> {
        let kind = kind_of(&self.kind)?;
        let (_, numbers) = queries::numbers(tx, &tx.actor, kind, self.id).await?;
        let number = numbers.into_iter().find(|n| n.id == self.number).ok_or_else(|| Error::not_found("number"))?;
        tx.execute(
            "DELETE FROM identifier WHERE id = $1 AND entity_kind = $2 AND entity_id = $3",
            args![self.number, kind.code(), self.id],
        )
        .await?;
        let label = Scheme::parse(&number.scheme).map_or(number.scheme.as_str(), |s| s.label);
        tell(tx, kind, self.id, format!("{label} {} removed", number.value)).await?;
        Ok((number.scheme, number.value))
    }
}
