//! Systems whose accounts several owners share.

use super::{Account, Window, ranked};
use crate::trial::model::{Figures, NewRow};
use rounds_customers::affiliations::{LinkKind, current};
use rounds_kernel::Result;
use rounds_store::{Db, FromQueryResult, Query, args};
use std::collections::{BTreeMap, HashMap};

#[derive(FromQueryResult)]
struct Held {
    account_id: i64,
    owner_id: i64,
}

#[derive(FromQueryResult)]
struct System {
    id: i64,
    name: String,
    city: String,
    state: String,
}

/// Share of a system's accounts that one owner must have for the system to be contained.
const CONTAINED: f64 = 0.9;

/// Systems of two accounts or more that no one owner contains.
pub(super) async fn borders(db: &Db, window: Window, accounts: &[Account], figures: &mut Figures) -> Result<Vec<NewRow>> {
    let owner = owners(db, window, figures).await?;
    let ids: Vec<i64> = accounts.iter().map(|a| a.id).collect();
    let mut members: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for some in ids.chunks(5_000) {
        let mut links: Vec<(i64, Vec<i64>)> = current(db, LinkKind::AccountSystem, some).await?.into_iter().collect();
        links.sort();
        links.into_iter().filter_map(|(account, systems)| Some((account, *systems.first()?))).for_each(|(account, system)| {
            members.entry(system).or_default().push(account);
        });
    }
    let systems: Vec<System> = db.all("SELECT id, name, city, state FROM health_system", vec![]).await?;
    let mut rows = Vec::new();
    for system in &systems {
        let Some(accounts) = members.get(&system.id).filter(|m| m.len() > 1) else { continue };
        let mut by: BTreeMap<i64, usize> = BTreeMap::new();
        accounts.iter().filter_map(|a| owner.get(a)).for_each(|o| *by.entry(*o).or_default() += 1);
        let Some(&most) = by.values().max() else { continue };
        figures.shared_systems += 1;
        let share = most as f64 / accounts.len() as f64;
        if share >= CONTAINED {
            figures.contained += 1;
            continue;
        }
        rows.push(NewRow {
            finding: "borders".into(),
            rank: accounts.len() as i64 * 1_000 + by.len() as i64,
            account: accounts.first().copied(),
            what: system.name.clone(),
            sub: [system.city.as_str(), system.state.as_str()].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(", "),
            href: format!("/systems/{}", system.id),
            detail: format!("{} accounts, {:.0} % with one owner", accounts.len(), 100.0 * share),
            n: by.len() as i64,
            ..NewRow::default()
        });
    }
    Ok(ranked(rows))
}

/// Owner of each account: of the role with most accounts in the territory file, or without one whoever contacts it most.
async fn owners(db: &Db, window: Window, figures: &mut Figures) -> Result<HashMap<i64, i64>> {
    let role =
        db.text("SELECT role FROM coverage WHERE valid_to IS NULL GROUP BY role ORDER BY COUNT(*) DESC, role LIMIT 1", vec![]).await?;
    if let Some(role) = role {
        figures.owners_from = "the territory file".into();
        let sql = "SELECT account_id, MIN(owner_id) AS owner_id FROM coverage WHERE valid_to IS NULL AND role = $1 GROUP BY account_id";
        let held: Vec<Held> = db.all(sql, args![role]).await?;
        return Ok(held.into_iter().map(|h| (h.account_id, h.owner_id)).collect());
    }
    figures.owners_from = "who contacts the account most".into();
    let sql = "SELECT account_id, user_id AS owner_id FROM fact WHERE kind = 'contact' AND account_id IS NOT NULL AND user_id IS NOT NULL \
               AND occurred_at >= $1 GROUP BY account_id, user_id ORDER BY account_id, COUNT(*), user_id";
    let held: Vec<Held> = db.all(sql, args![window.since()]).await?;
    // The last of an account's owners is the one with most contacts.
    Ok(held.into_iter().map(|h| (h.account_id, h.owner_id)).collect())
}
