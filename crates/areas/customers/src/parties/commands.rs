//! Mapping parties to accounts.

use super::model::{Party, normal};
use super::store::COLUMNS;
use crate::accounts;
use rounds_kernel::{Error, Result};
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use std::collections::{HashMap, HashSet};

/// Links a party to an account from a day on; an earlier open link ends there.
///
/// # Errors
/// `party.overlap` when another link holds on a later day.
pub async fn map(tx: &mut Tx, party: i64, account: i64, from: i64, how: &str) -> Result<()> {
    let later =
        "SELECT COUNT(*) FROM party_account WHERE party_id = $1 AND valid_from > $2 AND (valid_to IS NULL OR valid_to > valid_from)";
    if tx.number(later, args![party, from]).await? > 0 {
        return Err(Error::conflict(
            "party.overlap",
            "The party stands for another account from a later day on. Nothing was changed.",
            "End that link first, or choose a later day.",
        ));
    }
    let close = "UPDATE party_account SET valid_to = $2 WHERE party_id = $1 AND valid_from < $2 AND (valid_to IS NULL OR valid_to > $2)";
    tx.execute(close, args![party, from]).await?;
    put(tx, vec![(party, account, from)], how).await
}

/// Ends the link that holds on `day`; a link ended on its own first day never held.
pub async fn end(tx: &mut Tx, party: i64, day: i64) -> Result<u64> {
    let sql = "UPDATE party_account SET valid_to = $2 WHERE party_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)";
    tx.execute(sql, args![party, day]).await
}

async fn put(tx: &mut Tx, links: Vec<(i64, i64, i64)>, how: &str) -> Result<()> {
    let (user, actor, at) = (tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.now.0);
    let rows = links.into_iter().map(|(party, account, from)| args![party, account, from, how, user, actor.clone(), at]).collect();
    let again = "ON CONFLICT (party_id, valid_from) DO UPDATE SET account_id = excluded.account_id, valid_to = NULL, how = excluded.how, \
                 user_id = excluded.user_id, actor = excluded.actor, at = excluded.at";
    let into = ["party_id", "account_id", "valid_from", "how", "user_id", "actor", "at"];
    tx.insert_many("party_account", &into, rows, again).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Place {
    id: i64,
    name: String,
    zip: String,
}

/// Maps new parties where it is certain, for all days; returns those that were mapped.
pub(super) async fn map_certain(tx: &mut Tx, new: &[Party]) -> Result<Vec<i64>> {
    let numbers: Vec<&str> = new.iter().map(|p| p.number.as_str()).collect();
    let by_key = accounts::ids(tx, &numbers).await?;
    let certain: Vec<(i64, i64, i64)> = new.iter().filter_map(|p| Some((p.id, *by_key.get(&p.number)?, 0))).collect();
    let mut done: HashSet<i64> = certain.iter().map(|c| c.0).collect();
    put(tx, certain, "key").await?;
    let rest: Vec<&Party> = new.iter().filter(|p| !done.contains(&p.id) && !p.zip.is_empty() && !p.name.is_empty()).collect();
    let mut zips: Vec<&str> = rest.iter().map(|p| zip(&p.zip)).collect();
    zips.sort_unstable();
    zips.dedup();
    let mut named: HashMap<(String, Vec<String>), Vec<i64>> = HashMap::new();
    for chunk in zips.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT id, name, zip FROM account WHERE zip IN ({places})");
        let values = chunk.iter().map(|z| Value::from((*z).to_owned())).collect();
        for a in tx.all::<Place>(&sql, values).await? {
            named.entry((a.zip, normal(&a.name))).or_default().push(a.id);
        }
    }
    let same = |p: &&Party| match named.get(&(zip(&p.zip).to_owned(), normal(&p.name))).map(Vec::as_slice) {
        Some([one]) => Some((p.id, *one, 0)),
        _ => None,
    };
    let certain: Vec<(i64, i64, i64)> = rest.iter().filter_map(same).collect();
    done.extend(certain.iter().map(|c| c.0));
    put(tx, certain, "match").await?;
    let named = by_name(tx, new.iter().filter(|p| !done.contains(&p.id)).collect()).await?;
    done.extend(named.iter().map(|c| c.0));
    put(tx, named, "name").await?;
    let mut done: Vec<i64> = done.into_iter().collect();
    done.sort_unstable();
    Ok(done)
}

/// Parties whose number is an account's name, where only one account bears it: files that know customers by name alone.
async fn by_name(tx: &Tx, rest: Vec<&Party>) -> Result<Vec<(i64, i64, i64)>> {
    let names: Vec<&str> = rest.iter().map(|p| p.number.as_str()).collect();
    let known = accounts::named(tx, &names).await?;
    Ok(rest
        .iter()
        .filter_map(|p| match known.get(&p.number)?.as_slice() {
            [one] => Some((p.id, *one, 0)),
            _ => None,
        })
        .collect())
}

/// The five digits of a ZIP; other codes as they are.
pub(super) fn zip(code: &str) -> &str {
    let base = code.split('-').next().unwrap_or_default();
    if base.len() == 5 && base.bytes().all(|b| b.is_ascii_digit()) { base } else { code }
}

/// Parties tried in one run of [`match_again`].
const TRIED: usize = 20_000;

/// Tries all parties without an account again, after accounts or names have come in; returns those that were mapped.
pub async fn match_again(tx: &mut Tx) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM party WHERE NOT EXISTS (SELECT 1 FROM party_account l WHERE l.party_id = party.id) ORDER BY party.id LIMIT {TRIED}"
    );
    let open: Vec<Party> = tx.all(&sql, vec![]).await?;
    let mut done = Vec::new();
    for chunk in open.chunks(1_000) {
        done.extend(map_certain(tx, chunk).await?);
    }
    Ok(done)
}
