//! Records, and what is sold to them, by any of their numbers, within the actor's scope.

use super::model::{EntityKind, SCHEMES, Scheme, Standing};
use crate::{contracts, scope};
use rounds_kernel::{AccountId, Actor, Error, Permission, PersonId, Result, SystemId};
use rounds_store::{FromQueryResult, Query, Value, args};
use std::collections::BTreeSet;

/// A record that bears the number.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Found {
    /// Kind code of the record; also `product`, `device`, `contract` or `tender`.
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
        match self.kind.as_str() {
            "product" => format!("/products/{}", self.id),
            "contract" => format!("/contracts/{}", self.id),
            "tender" => format!("/tenders?id={}", self.id),
            "device" => format!("/devices/{}", self.id),
            kind => EntityKind::parse(kind).map_or(String::new(), |k| k.path(self.id)),
        }
    }

    /// The scheme's name.
    pub fn scheme_label(&self) -> &str {
        match self.scheme.as_str() {
            "key" => "Key of its source",
            "customer" => "Customer number in an ERP system",
            "article" => "Article code",
            "device_identifier" => "Device identifier (UDI-DI)",
            "pack" => "GTIN of a pack",
            "contract" => "Contract number",
            "tender" => "Tender number",
            "serial" => "Serial number",
            other => Scheme::parse(other).map_or(other, |s| s.label),
        }
    }
}

fn condition(actor: &Actor, kind: EntityKind) -> String {
    match kind {
        EntityKind::System => scope::systems(actor),
        EntityKind::Account => scope::accounts(actor),
        EntityKind::Person => scope::people(actor),
    }
}

/// What the one who asks may read beside records.
#[derive(Debug, Clone, Copy)]
pub struct Reads {
    orders: bool,
    contracts: bool,
}

impl Reads {
    /// By the permissions of who asks: their role's, or those that their key leaves.
    pub fn of(may: impl Fn(Permission) -> bool) -> Self {
        Self { orders: may(Permission::ReadOrders), contracts: may(Permission::ReadContracts) }
    }

    /// Whether contracts and tenders may be read.
    pub fn contracts(self) -> bool {
        self.contracts
    }
}

/// Records that bear `text` as a number of any scheme, in any of the forms in which it may be written, or as the key of their source;
/// accounts by their customer numbers, products by article code and device identifier, devices by serial number, contracts and tenders.
pub async fn lookup(db: &impl Query, actor: &Actor, reads: Reads, text: &str) -> Result<Vec<Found>> {
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
    forms.extend(gtin(text));
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
    out.extend(db.all::<Found>(&of_things(actor, reads, &places.join(", ")), values).await?);
    // A key that is also kept as a number of a scheme is told once.
    let numbers: BTreeSet<(String, i64, String)> =
        out.iter().filter(|f| f.scheme != "key").map(|f| (f.kind.clone(), f.id, f.value.clone())).collect();
    out.retain(|f| f.scheme != "key" || !numbers.contains(&(f.kind.clone(), f.id, f.value.clone())));
    Ok(out)
}

/// A trade item's number of 14 digits, as articles bear it: from a shorter one, or out of a scanned code that begins with it.
fn gtin(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let scanned = digits.strip_prefix("(01)").or_else(|| digits.strip_prefix("01").filter(|rest| rest.len() >= 14));
    if let Some(item) = scanned.and_then(|rest| rest.get(..14)).filter(|item| item.bytes().all(|b| b.is_ascii_digit())) {
        return Some(item.to_owned());
    }
    (matches!(digits.len(), 8 | 12 | 13) && digits.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{digits:0>14}"))
}

/// One question for all else that bears a number: accounts by the customer numbers that stand for them, products, devices, contracts and
/// tenders, each where it may be read.
fn of_things(actor: &Actor, reads: Reads, list: &str) -> String {
    let mut asked = vec![
        format!("SELECT 'product' AS kind, p.id, p.name, 'article' AS scheme, p.code AS value FROM product p WHERE p.code IN ({list})"),
        format!("SELECT 'product', p.id, p.name, 'device_identifier', p.udi_di FROM product p WHERE p.udi_di IN ({list})"),
        format!(
            "SELECT 'product', p.id, p.name, 'pack', u.gtin FROM product_unit u JOIN product p ON p.id = u.product_id WHERE u.gtin IN ({list})"
        ),
    ];
    let accounts = scope::accounts(actor);
    if reads.orders {
        asked.push(format!(
            "SELECT 'account', account.id, account.name, 'customer', party.number FROM party JOIN party_account l ON l.party_id = party.id AND \
             l.valid_to IS NULL JOIN account ON account.id = l.account_id WHERE party.number IN ({list}) AND {accounts}"
        ));
        asked.push(format!(
            "SELECT 'device', device.id, device.product_text || ', ' || account.name, 'serial', device.serial FROM device \
             JOIN account ON account.id = device.account_id WHERE device.serial IN ({list}) AND {accounts}"
        ));
    }
    if reads.contracts {
        let (contracts, tenders) = (contracts::visible(actor), contracts::tender_visible(actor));
        asked.push(format!(
            "SELECT 'contract', contract.id, contract.name, 'contract', contract.number FROM contract WHERE contract.number IN ({list}) AND {contracts}"
        ));
        asked.push(format!("SELECT 'tender', t.id, t.name, 'tender', t.number FROM tender t WHERE t.number IN ({list}) AND {tenders}"));
    }
    format!("SELECT kind, id, name, scheme, value FROM ({}) found ORDER BY kind, id, scheme, value LIMIT 20", asked.join(" UNION "))
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
