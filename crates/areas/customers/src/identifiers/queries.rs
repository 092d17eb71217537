//! Records by any of their numbers, within the actor's scope.

use super::model::{EntityKind, SCHEMES, Scheme, Standing};
use crate::scope;
use rounds_kernel::{AccountId, Actor, Error, PersonId, Result, SystemId};
use rounds_store::{FromQueryResult, Query, Value, args};
use std::collections::BTreeSet;

/// A record that bears the number.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Found {
    /// Kind code of the record.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Scheme code of the number.
    pub scheme: String,
    /// The number.
    pub value: String,
}

impl Found {
    /// Address of the record's page.
    pub fn href(&self) -> String {
        EntityKind::parse(&self.kind).map_or(String::new(), |k| k.path(self.id))
    }

    /// The scheme's name.
    pub fn scheme_label(&self) -> &str {
        Scheme::parse(&self.scheme).map_or(if self.scheme == "key" { "Key of its source" } else { &self.scheme }, |s| s.label)
    }
}

fn condition(actor: &Actor, kind: EntityKind) -> String {
    match kind {
        EntityKind::System => scope::systems(actor),
        EntityKind::Account => scope::accounts(actor),
        EntityKind::Person => scope::people(actor),
    }
}

/// Records that bear `text` as a number of any scheme, in any of the forms in which it may be written, or as the key of their source.
pub async fn lookup(db: &impl Query, actor: &Actor, text: &str) -> Result<Vec<Found>> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 {
        return Ok(Vec::new());
    }
    let mut forms: BTreeSet<String> = [text.to_owned(), text.to_uppercase()].into();
    forms.extend(SCHEMES.iter().map(|s| s.read(text)).filter(|r| r.standing != Standing::Failed).map(|r| r.value));
    // A Salesforce id is the same with and without the three letters that prove it.
    if text.len() == 18 && text.is_ascii() {
        forms.insert(text[..15].to_owned());
    }
    forms.extend(super::model::salesforce_long(text));
    let places: Vec<String> = (1..=forms.len()).map(|n| format!("${n}")).collect();
    let values: Vec<Value> = forms.into_iter().map(Value::from).collect();
    let mut out = Vec::new();
    for kind in [EntityKind::System, EntityKind::Account, EntityKind::Person] {
        let (table, code, seen, list) = (kind.table(), kind.code(), condition(actor, kind), places.join(", "));
        let sql = format!(
            "SELECT '{code}' AS kind, {table}.id, {table}.name, i.scheme, i.value FROM identifier i JOIN {table} ON {table}.id = i.entity_id \
             WHERE i.entity_kind = '{code}' AND i.value IN ({list}) AND {seen} \
             UNION SELECT '{code}' AS kind, {table}.id, {table}.name, 'key' AS scheme, {table}.source_key AS value FROM {table} \
             WHERE {table}.source_key IN ({list}) AND {seen} ORDER BY 2, 4 LIMIT 20"
        );
        out.extend(db.all::<Found>(&sql, values.clone()).await?);
    }
    // A key that is also kept as a number of a scheme is told once.
    let numbers: BTreeSet<(String, i64, String)> =
        out.iter().filter(|f| f.scheme != "key").map(|f| (f.kind.clone(), f.id, f.value.clone())).collect();
    out.retain(|f| f.scheme != "key" || !numbers.contains(&(f.kind.clone(), f.id, f.value.clone())));
    Ok(out)
}

/// A number of one record, as its page shows it.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Number {
    pub id: i64,
    pub scheme: String,
    pub value: String,
    pub source: String,
    pub standing: String,
}

/// The numbers of a record within the actor's scope, with its name.
pub(super) async fn numbers(db: &impl Query, actor: &Actor, kind: EntityKind, id: i64) -> Result<(String, Vec<Number>)> {
    see(db, actor, kind, id).await?;
    let name = db.text(&format!("SELECT name FROM {} WHERE id = $1", kind.table()), args![id]).await?;
    let sql = "SELECT id, scheme, value, source, standing FROM identifier WHERE entity_kind = $1 AND entity_id = $2 ORDER BY scheme, value";
    Ok((name.ok_or_else(|| Error::not_found("record"))?, db.all(sql, args![kind.code(), id]).await?))
}

/// # Errors
/// `record.not_found` when there is no such record or it is outside the actor's scope.
pub(super) async fn see(db: &impl Query, actor: &Actor, kind: EntityKind, id: i64) -> Result<()> {
    match kind {
        EntityKind::System => scope::see_system(db, actor, SystemId(id)).await,
        EntityKind::Account => scope::see_account(db, actor, AccountId(id)).await,
        EntityKind::Person => scope::see_person(db, actor, PersonId(id)).await,
    }
}
