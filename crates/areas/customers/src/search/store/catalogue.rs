//! What is sold, and under what: products, contracts and tenders, found by name, code and number.

use super::{Entry, STEP, list, users_through};
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::Touched;
use rounds_platform::scope::users_of;
use rounds_store::search::{Doc, DocKind, EVERYBODY, holds, put, remove};
use rounds_store::{Command, FromQueryResult, Query, Runner, Tx};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Puts products into the index: everybody may find them, by name and by article code.
pub async fn index_products(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let sql = format!("SELECT id, name, code AS kind, family AS place FROM product WHERE id IN ({})", list(chunk));
        let doc = |e: Entry| Doc {
            kind: DocKind::Product,
            id: e.id,
            title: format!("{}, {}", e.name, e.kind),
            subtitle: under("Product", &e.place),
            href: format!("/products/{}", e.id),
            users: vec![EVERYBODY],
        };
        let docs = tx.all::<Entry>(&sql, vec![]).await?.into_iter().map(doc).collect();
        put(tx, docs).await?;
    }
    Ok(())
}

fn under(what: &str, place: &str) -> String {
    if place.is_empty() { what.to_owned() } else { format!("{what} · {place}") }
}

#[derive(FromQueryResult)]
struct Place {
    id: i64,
    account: i64,
}

/// Users who see any of the accounts in `table`, by the row of its column `parent`.
async fn users_at(tx: &Tx, table: &str, parent: &str, ids: &[i64]) -> Result<BTreeMap<i64, BTreeSet<i64>>> {
    let sql = format!("SELECT DISTINCT {parent} AS id, account_id AS account FROM {table} WHERE {parent} IN ({})", list(ids));
    let places: Vec<Place> = tx.all(&sql, vec![]).await?;
    let accounts: BTreeSet<i64> = places.iter().map(|p| p.account).collect();
    let users = users_of(tx, &accounts.into_iter().collect::<Vec<_>>()).await?;
    let mut out: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for p in places {
        out.entry(p.id).or_default().extend(users.get(&p.account).into_iter().flatten());
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Head {
    id: i64,
    name: String,
    number: String,
    held_by: String,
    system_id: Option<i64>,
}

/// Puts contracts into the index, with the users of their facilities and of the system that holds them.
pub async fn index_contracts(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let sql = format!("SELECT id, name, number, holder AS held_by, system_id FROM contract WHERE id IN ({})", list(chunk));
        let heads: Vec<Head> = tx.all(&sql, vec![]).await?;
        let systems: BTreeSet<i64> = heads.iter().filter_map(|h| h.system_id).collect();
        let of_system = users_through(tx, "system", &systems.into_iter().collect::<Vec<_>>()).await?;
        let mut users = users_at(tx, "contract_facility", "contract_id", chunk).await?;
        let doc = |h: Head| {
            let mut seen = users.remove(&h.id).unwrap_or_default();
            seen.extend(h.system_id.and_then(|s| of_system.get(&s)).into_iter().flatten());
            head(DocKind::Contract, format!("/contracts/{}", h.id), "Contract", h, seen)
        };
        let docs = heads.into_iter().map(doc).collect();
        put(tx, docs).await?;
    }
    Ok(())
}

/// Puts tenders into the index, with the users of their facilities.
pub async fn index_tenders(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let sql = format!(
            "SELECT id, name, number, issuer AS held_by, CAST(NULL AS BIGINT) AS system_id FROM tender WHERE id IN ({})",
            list(chunk)
        );
        let heads: Vec<Head> = tx.all(&sql, vec![]).await?;
        let mut users = users_at(tx, "tender_facility", "tender_id", chunk).await?;
        let doc = |h: Head| {
            let seen = users.remove(&h.id).unwrap_or_default();
            head(DocKind::Tender, format!("/tenders?id={}", h.id), "Tender", h, seen)
        };
        let docs = heads.into_iter().map(doc).collect();
        put(tx, docs).await?;
    }
    Ok(())
}

fn head(kind: DocKind, href: String, what: &str, h: Head, users: BTreeSet<i64>) -> Doc {
    let subtitle = under(what, &h.held_by);
    Doc { kind, id: h.id, title: format!("{}, {}", h.name, h.number), subtitle, href, users: users.into_iter().collect() }
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

async fn ids(tx: &Tx, sql: &str) -> Result<Vec<i64>> {
    Ok(tx.all::<Id>(sql, vec![]).await?.into_iter().map(|r| r.id).collect())
}

/// Renews contracts held by these systems: who sees the system sees them.
pub(super) async fn contracts_of_systems(tx: &mut Tx, systems: &[i64]) -> Result<()> {
    let sql = format!("SELECT id FROM contract WHERE system_id IN ({}) ORDER BY id", list(systems));
    let found = ids(tx, &sql).await?;
    index_contracts(tx, &found).await
}

/// Renews contracts and tenders that have a facility among these accounts.
pub(super) async fn at_accounts(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    for chunk in accounts.chunks(STEP) {
        let of = |table: &str, parent: &str| {
            format!("SELECT DISTINCT {parent} AS id FROM {table} WHERE account_id IN ({}) ORDER BY 1", list(chunk))
        };
        let contracts = ids(tx, &of("contract_facility", "contract_id")).await?;
        index_contracts(tx, &contracts).await?;
        let tenders = ids(tx, &of("tender_facility", "tender_id")).await?;
        index_tenders(tx, &tenders).await?;
    }
    Ok(())
}

/// Renews all contracts and tenders: they are few, and their facilities many.
pub(super) async fn all_heads(tx: &mut Tx) -> Result<()> {
    let contracts = ids(tx, "SELECT id FROM contract ORDER BY id").await?;
    index_contracts(tx, &contracts).await?;
    let tenders = ids(tx, "SELECT id FROM tender ORDER BY id").await?;
    index_tenders(tx, &tenders).await
}

/// Brings the index in step after rows of an import were taken back.
pub async fn catalogue_again(tx: &mut Tx, rows: &[Touched]) -> Result<()> {
    let of = |table: &str, column: &str| -> Vec<i64> {
        let all: BTreeSet<i64> = rows.iter().filter(|r| r.table == table).filter_map(|r| r.row[column].as_i64()).collect();
        all.into_iter().collect()
    };
    let both = |head: &str, facility: &str, column: &str| [of(head, "id"), of(facility, column)].concat();
    let products = of("product", "id");
    let contracts = both("contract", "contract_facility", "contract_id");
    let tenders = both("tender", "tender_facility", "tender_id");
    for (kind, ids) in [(DocKind::Product, &products), (DocKind::Contract, &contracts), (DocKind::Tender, &tenders)] {
        remove(tx, kind, ids).await?;
    }
    index_products(tx, &products).await?;
    index_contracts(tx, &contracts).await?;
    index_tenders(tx, &tenders).await
}

/// Indexes up to 1,000 products after the one given, contracts and tenders with the last; returns where to go on.
#[derive(Debug, Serialize)]
struct IndexCatalogue {
    after: i64,
}

impl Command for IndexCatalogue {
    const NAME: &'static str = "customers.index_catalogue";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Option<i64>;

    async fn run(self, tx: &mut Tx) -> Result<Option<i64>> {
        let products = ids(tx, &format!("SELECT id FROM product WHERE id > {} ORDER BY id LIMIT {STEP}", self.after)).await?;
        index_products(tx, &products).await?;
        if products.is_empty() {
            all_heads(tx).await?;
        }
        Ok(products.last().copied())
    }
}

/// Indexes products, contracts and tenders of a record that was made before search knew them; nothing otherwise.
///
/// # Errors
/// The database cannot be read or written.
pub async fn catch_up(runner: &Runner) -> Result<()> {
    let mut missing = false;
    for (table, kind) in [("product", DocKind::Product), ("contract", DocKind::Contract), ("tender", DocKind::Tender)] {
        let first: Option<Id> = runner.db.one(&format!("SELECT id FROM {table} ORDER BY id LIMIT 1"), vec![]).await?;
        if let Some(Id { id }) = first {
            missing |= !holds(&runner.db, kind, id).await?;
        }
    }
    let mut at = missing.then_some(0);
    while let Some(after) = at {
        at = runner.run(&rounds_kernel::Actor::program("search"), IndexCatalogue { after }).await?;
    }
    Ok(())
}
