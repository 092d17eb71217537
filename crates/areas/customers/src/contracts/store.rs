//! The tables of contracts and tenders.

use super::model::Contract;
use rounds_kernel::Result;
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, Value, args};
use std::collections::HashMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_092000_customers_contract",
            up: "
CREATE TABLE contract (
  id {id}, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL, holder TEXT NOT NULL, system_id BIGINT,
  position TEXT NOT NULL, state TEXT NOT NULL, currency TEXT NOT NULL, signed_on BIGINT, starts_on BIGINT NOT NULL, ends_on BIGINT,
  version BIGINT NOT NULL, source TEXT NOT NULL);
CREATE INDEX contract_ends ON contract (ends_on, id);
CREATE INDEX contract_system ON contract (system_id);
CREATE TABLE contract_version (
  id {id}, contract_id BIGINT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL,
  source TEXT NOT NULL, UNIQUE (contract_id, version));
CREATE TABLE contract_facility (
  id {id}, contract_id BIGINT NOT NULL, account_id BIGINT NOT NULL, tier TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT,
  source TEXT NOT NULL, UNIQUE (contract_id, account_id, valid_from));
CREATE INDEX contract_facility_account ON contract_facility (account_id, contract_id);
CREATE TABLE contract_term (
  id {id}, contract_id BIGINT NOT NULL, kind TEXT NOT NULL, family TEXT NOT NULL, product_id BIGINT, product_text TEXT NOT NULL,
  tier TEXT NOT NULL, lot TEXT NOT NULL, basis TEXT NOT NULL, value BIGINT NOT NULL, currency TEXT NOT NULL, unit TEXT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT, note TEXT NOT NULL, source TEXT NOT NULL,
  UNIQUE (contract_id, kind, family, product_text, tier, lot, basis, currency, valid_from));
CREATE TABLE tender (
  id {id}, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL, issuer TEXT NOT NULL, state TEXT NOT NULL, deadline_on BIGINT,
  quiet_from BIGINT, quiet_to BIGINT, source TEXT NOT NULL);
CREATE TABLE tender_lot (
  id {id}, tender_id BIGINT NOT NULL, lot TEXT NOT NULL, family TEXT NOT NULL, text TEXT NOT NULL, value BIGINT, currency TEXT NOT NULL,
  award TEXT NOT NULL, awarded_on BIGINT, contract_no TEXT NOT NULL, UNIQUE (tender_id, lot));
CREATE TABLE tender_facility (id {id}, tender_id BIGINT NOT NULL, account_id BIGINT NOT NULL, UNIQUE (tender_id, account_id));
CREATE INDEX tender_facility_account ON tender_facility (account_id, tender_id);
",
        }
        .boxed(),
        // Who holds a contract was words alone: buying groups of the record are linked by name or key.
        SqlMigration {
            name: "m20261127_090300_customers_contract_group",
            up: "
ALTER TABLE contract ADD COLUMN buying_group_id BIGINT;
CREATE INDEX contract_group ON contract (buying_group_id);
UPDATE contract SET buying_group_id = (SELECT MIN(g.id) FROM buying_group g WHERE LOWER(g.name) = LOWER(contract.holder) OR g.source_key = contract.holder)
  WHERE system_id IS NULL AND holder <> '';
",
        }
        .boxed(),
    ]
}

/// Links contracts whose holder is a buying group that has come into the record since.
pub async fn meet_groups(tx: &mut Tx) -> Result<()> {
    let named = "FROM buying_group g WHERE LOWER(g.name) = LOWER(contract.holder) OR g.source_key = contract.holder";
    let sql = format!(
        "UPDATE contract SET buying_group_id = (SELECT MIN(g.id) {named}) WHERE buying_group_id IS NULL AND system_id IS NULL \
         AND holder <> '' AND EXISTS (SELECT 1 {named})"
    );
    tx.execute(&sql, vec![]).await.map(|_| ())
}

pub(super) const COLUMNS: &str = "contract.id, contract.number, contract.name, contract.kind, contract.holder, contract.system_id, contract.buying_group_id, \
    contract.position, contract.state, contract.currency, contract.signed_on, contract.starts_on, contract.ends_on, contract.version, contract.source";

/// Contracts by number.
pub(super) async fn by_number(db: &impl Query, numbers: &[&str]) -> Result<HashMap<String, Contract>> {
    let mut out = HashMap::new();
    for chunk in numbers.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {COLUMNS} FROM contract WHERE number IN ({places})");
        let values = chunk.iter().map(|n| Value::from((*n).to_owned())).collect();
        out.extend(db.all::<Contract>(&sql, values).await?.into_iter().map(|c| (c.number.clone(), c)));
    }
    Ok(out)
}

/// Writes heads; each is a version of its own.
pub(super) async fn save(tx: &mut Tx, contracts: &[Contract]) -> Result<()> {
    const INTO: &[&str] = &[
        "number",
        "name",
        "kind",
        "holder",
        "system_id",
        "buying_group_id",
        "position",
        "state",
        "currency",
        "signed_on",
        "starts_on",
        "ends_on",
        "version",
        "source",
    ];
    let rows = contracts.iter().cloned().map(|c| {
        args![
            c.number,
            c.name,
            c.kind,
            c.holder,
            c.system_id,
            c.buying_group_id,
            c.position,
            c.state,
            c.currency,
            c.signed_on,
            c.starts_on,
            c.ends_on,
            c.version,
            c.source
        ]
    });
    let update: Vec<String> = INTO[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let suffix = format!("ON CONFLICT (number) DO UPDATE SET {}", update.join(", "));
    tx.insert_many("contract", INTO, rows.collect(), &suffix).await?;
    let numbers: Vec<&str> = contracts.iter().map(|c| c.number.as_str()).collect();
    let stored = by_number(tx, &numbers).await?;
    let mut ids: Vec<i64> = stored.values().map(|c| c.id).collect();
    ids.sort_unstable();
    crate::search::index_contracts(tx, &ids).await?;
    let (at, actor) = (tx.now.0, tx.actor.name.clone());
    let version = |c: &Contract| {
        let id = stored.get(&c.number).map_or(0, |s| s.id);
        let body = serde_json::json!({
            "name": c.name, "kind": c.kind, "holder": c.holder, "position": c.position, "state": c.state, "currency": c.currency,
            "signed_on": c.signed_on, "starts_on": c.starts_on, "ends_on": c.ends_on,
        });
        args![id, c.version, body.to_string(), at, actor.clone(), c.source.clone()]
    };
    let into = ["contract_id", "version", "body", "at", "actor", "source"];
    tx.insert_many("contract_version", &into, contracts.iter().map(version).collect(), "ON CONFLICT (contract_id, version) DO NOTHING")
        .await
        .map(|_| ())
}
