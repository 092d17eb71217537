//! The tables of parties and their links.

use super::commands;
use super::model::{Party, PartyRow};
use rounds_kernel::Result;
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::{BTreeMap, HashMap};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_091000_customers_party",
            up: "
CREATE TABLE party (
  id {id}, erp TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL, street TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL,
  zip TEXT NOT NULL, country TEXT NOT NULL, sold_to BIGINT NOT NULL, ship_to BIGINT NOT NULL, bill_to BIGINT NOT NULL,
  payer BIGINT NOT NULL, source TEXT NOT NULL, UNIQUE (erp, number));
CREATE INDEX party_name ON party (name, id);
CREATE TABLE party_account (
  id {id}, party_id BIGINT NOT NULL, account_id BIGINT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, how TEXT NOT NULL,
  user_id BIGINT, actor TEXT NOT NULL, at BIGINT NOT NULL, UNIQUE (party_id, valid_from));
CREATE INDEX party_account_account ON party_account (account_id, party_id);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261127_090200_customers_party_number",
            up: "
CREATE INDEX party_number ON party (number);
",
        }
        .boxed(),
    ]
}

pub(super) const COLUMNS: &str = "party.id, party.erp, party.number, party.name, party.street, party.city, party.state, party.zip, \
    party.country, party.sold_to, party.ship_to, party.bill_to, party.payer";

/// Parties of one system by number.
pub(super) async fn known(db: &impl Query, erp: &str, numbers: &[&str]) -> Result<HashMap<String, Party>> {
    let mut out = HashMap::with_capacity(numbers.len());
    for chunk in numbers.chunks(1_000) {
        let places = (2..=chunk.len() + 1).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {COLUMNS} FROM party WHERE erp = $1 AND number IN ({places})");
        let mut values = args![erp];
        values.extend(chunk.iter().map(|n| Value::from((*n).to_owned())));
        out.extend(db.all::<Party>(&sql, values).await?.into_iter().map(|p| (p.number.clone(), p)));
    }
    Ok(out)
}

fn merged(before: Option<&Party>, row: &PartyRow) -> Party {
    let before = before.cloned().unwrap_or_default();
    let text = |old: String, new: &str| if new.is_empty() { old } else { new.to_owned() };
    let flag = |old: i64, new: bool| old.max(i64::from(new));
    Party {
        id: before.id,
        erp: row.erp.clone(),
        number: row.number.clone(),
        name: text(before.name, &row.name),
        street: text(before.street, &row.street),
        city: text(before.city, &row.city),
        state: text(before.state, &row.state),
        zip: text(before.zip, &row.zip),
        country: text(before.country, &row.country),
        sold_to: flag(before.sold_to, row.roles[0]),
        ship_to: flag(before.ship_to, row.roles[1]),
        bill_to: flag(before.bill_to, row.roles[2]),
        payer: flag(before.payer, row.roles[3]),
    }
}

/// Ids of parties by system and number. New parties are added, and mapped where it is certain: an account bears the same key, or one
/// account alone has the same name and postal code.
pub async fn resolve(tx: &mut Tx, source: &str, rows: Vec<PartyRow>) -> Result<HashMap<(String, String), i64>> {
    let mut by_erp: BTreeMap<String, BTreeMap<String, Vec<PartyRow>>> = BTreeMap::new();
    for row in rows {
        by_erp.entry(row.erp.clone()).or_default().entry(row.number.clone()).or_default().push(row);
    }
    let mut out = HashMap::new();
    for (erp, parties) in by_erp {
        let numbers: Vec<&str> = parties.keys().map(String::as_str).collect();
        let mut held = known(tx, &erp, &numbers).await?;
        let mut changed = Vec::new();
        for (number, rows) in &parties {
            let before = held.get(number);
            let after = rows.iter().fold(before.cloned(), |p, row| Some(merged(p.as_ref(), row)));
            changed.extend(after.filter(|a| Some(a) != before));
        }
        if !changed.is_empty() {
            save(tx, source, &changed).await?;
            let touched: Vec<&str> = changed.iter().map(|p| p.number.as_str()).collect();
            let fresh = known(tx, &erp, &touched).await?;
            let mut new: Vec<Party> = fresh.values().filter(|p| !held.contains_key(&p.number)).cloned().collect();
            new.sort_by_key(|p| p.id);
            held.extend(fresh);
            commands::map_certain(tx, &new).await?;
        }
        out.extend(held.into_iter().map(|(number, p)| ((erp.clone(), number), p.id)));
    }
    Ok(out)
}

async fn save(tx: &mut Tx, source: &str, parties: &[Party]) -> Result<()> {
    const INTO: &[&str] =
        &["erp", "number", "name", "street", "city", "state", "zip", "country", "sold_to", "ship_to", "bill_to", "payer", "source"];
    let row = |p: &Party| {
        args![
            p.erp.clone(),
            p.number.clone(),
            p.name.clone(),
            p.street.clone(),
            p.city.clone(),
            p.state.clone(),
            p.zip.clone(),
            p.country.clone(),
            p.sold_to,
            p.ship_to,
            p.bill_to,
            p.payer,
            source
        ]
    };
    let update: Vec<String> = INTO[2..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let suffix = format!("ON CONFLICT (erp, number) DO UPDATE SET {}", update.join(", "));
    tx.insert_many("party", INTO, parties.iter().map(row).collect(), &suffix).await.map(|_| ())
}
