//! Documents of the search index.

mod catalogue;

pub use catalogue::{catalogue_again, catch_up, index_contracts, index_products, index_tenders};

use crate::affiliations::{self, LinkKind};
use crate::identifiers::EntityKind;
use crate::names;
use rounds_kernel::{CareSetting, PersonRole, Result};
use rounds_platform::scope::users_of;
use rounds_store::search::{Doc, DocKind, put};
use rounds_store::{FromQueryResult, Query, Tx, args};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows a step.
const STEP: usize = 1_000;

#[derive(FromQueryResult)]
struct Entry {
    id: i64,
    name: String,
    kind: String,
    place: String,
}

fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn doc(kind: DocKind, path: &str, entry: Entry, what: &str, users: Vec<i64>) -> Doc {
    let subtitle = [what, entry.place.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
    Doc { kind, id: entry.id, title: entry.name, subtitle, href: format!("{path}/{}", entry.id), users }
}

/// Names that a record bore before: it is still found by them.
fn formerly(former: &HashMap<i64, Vec<String>>, id: i64) -> String {
    former.get(&id).map_or(String::new(), |names| format!(" (formerly {})", names.join(", ")))
}

/// Puts systems into the index, with the users of all their accounts.
pub async fn index_systems(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let sql = format!(
            "SELECT id, name, 'Health system' AS kind, city || ', ' || state AS place FROM health_system WHERE id IN ({})",
            list(chunk)
        );
        let mut users = users_through(tx, "system", chunk).await?;
        let former = names::former(tx, EntityKind::System, chunk).await?;
        let docs = tx.all::<Entry>(&sql, vec![]).await?.into_iter().map(|e| {
            let seen = users.remove(&e.id).unwrap_or_default();
            let e = Entry { name: format!("{}{}", e.name, formerly(&former, e.id)), ..e };
            doc(DocKind::System, "/systems", e, "Health system", seen.into_iter().collect())
        });
        let docs = docs.collect();
        put(tx, docs).await?;
        catalogue::contracts_of_systems(tx, chunk).await?;
    }
    Ok(())
}

/// Puts accounts into the index. Their town is part of the words they are found by: many hospitals share a name.
pub async fn index_accounts(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let sql = format!("SELECT id, name, setting AS kind, city || ', ' || state AS place FROM account WHERE id IN ({})", list(chunk));
        crate::scope::follow(tx, chunk).await?;
        let users = users_of(tx, chunk).await?;
        let former = names::former(tx, EntityKind::Account, chunk).await?;
        let docs = tx.all::<Entry>(&sql, vec![]).await?.into_iter().map(|e| {
            let (seen, what) =
                (users.get(&e.id).cloned().unwrap_or_default(), CareSetting::parse(&e.kind).map_or("Account", CareSetting::label));
            let title = format!("{}, {}{}", e.name, e.place, formerly(&former, e.id));
            doc(DocKind::Account, "/accounts", Entry { name: title, place: String::new(), ..e }, what, seen)
        });
        let docs = docs.collect();
        put(tx, docs).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct At {
    child_id: i64,
    parent_id: i64,
    name: String,
}

/// Puts people into the index, with the users of the accounts where they work.
pub async fn index_people(tx: &mut Tx, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(STEP) {
        let people = format!("SELECT id, name, role AS kind, specialty AS place FROM person WHERE id IN ({})", list(chunk));
        let at = format!(
            "SELECT f.child_id, f.parent_id, a.name FROM affiliation f JOIN account a ON a.id = f.parent_id \
             WHERE f.child_kind = 'person' AND f.parent_kind = 'account' AND f.valid_to IS NULL AND f.child_id IN ({}) ORDER BY f.id",
            list(chunk)
        );
        let mut places: BTreeMap<i64, Vec<At>> = BTreeMap::new();
        for a in tx.all::<At>(&at, vec![]).await? {
            places.entry(a.child_id).or_default().push(a);
        }
        let accounts: Vec<i64> = places.values().flatten().map(|a| a.parent_id).collect::<BTreeSet<_>>().into_iter().collect();
        let users = users_of(tx, &accounts).await?;
        let docs = tx.all::<Entry>(&people, vec![]).await?.into_iter().map(|e| {
            let at = places.remove(&e.id).unwrap_or_default();
            let seen: BTreeSet<i64> = at.iter().filter_map(|a| users.get(&a.parent_id)).flatten().copied().collect();
            let what = PersonRole::parse(&e.kind).map_or("Person", PersonRole::label);
            let place = at.first().map_or(String::new(), |a| a.name.clone());
            doc(DocKind::Person, "/people", Entry { place, ..e }, what, seen.into_iter().collect())
        });
        let docs = docs.collect();
        put(tx, docs).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Pair {
    id: i64,
    account: i64,
}

/// Users who see any current child account of each parent.
async fn users_through(tx: &Tx, parent: &str, ids: &[i64]) -> Result<BTreeMap<i64, BTreeSet<i64>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT parent_id AS id, child_id AS account FROM affiliation WHERE child_kind = 'account' AND parent_kind = $1 AND valid_to IS NULL \
         AND parent_id IN ({})",
        list(ids)
    );
    let pairs: Vec<Pair> = tx.all(&sql, args![parent]).await?;
    let accounts: Vec<i64> = pairs.iter().map(|p| p.account).collect();
    let users = users_of(tx, &accounts).await?;
    let mut out: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for p in pairs {
        out.entry(p.id).or_default().extend(users.get(&p.account).into_iter().flatten());
    }
    Ok(out)
}

/// Renews the documents of accounts whose coverage changed, of their people, systems, contracts and tenders. Any number of accounts; give
/// at most 1,000 a transaction.
pub async fn reindex(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    around(tx, accounts).await?;
    catalogue::at_accounts(tx, accounts).await
}

async fn around(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    index_accounts(tx, accounts).await?;
    for chunk in accounts.chunks(STEP) {
        let sql = format!(
            "SELECT DISTINCT child_id AS id, CAST(0 AS BIGINT) AS account FROM affiliation WHERE child_kind = 'person' AND parent_kind = 'account' \
             AND valid_to IS NULL AND parent_id IN ({})",
            list(chunk)
        );
        let people: Vec<i64> = tx.all::<Pair>(&sql, vec![]).await?.into_iter().map(|p| p.id).collect();
        index_people(tx, &people).await?;
        let systems = affiliations::current(tx, LinkKind::AccountSystem, chunk).await?;
        let systems: BTreeSet<i64> = systems.into_values().flatten().collect();
        index_systems(tx, &systems.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Renews the documents of up to 1,000 accounts after `after`; returns the last one, from which the next call goes on, or
/// `None` when all are done.
pub async fn reindex_all(tx: &mut Tx, after: i64) -> Result<Option<i64>> {
    let sql = format!("SELECT id, id AS account FROM account WHERE id > $1 ORDER BY id LIMIT {STEP}");
    let ids: Vec<i64> = tx.all::<Pair>(&sql, args![after]).await?.into_iter().map(|p| p.id).collect();
    around(tx, &ids).await?;
    if ids.is_empty() {
        // Once and not with each of their many facilities.
        catalogue::all_heads(tx).await?;
    }
    Ok(ids.last().copied())
}
