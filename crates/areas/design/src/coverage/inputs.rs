//! What a fill reads, and the plan it makes of it.

use super::FillAlignment;
use super::check::check;
use super::model::{FillBy, FillPlan, OwnerShare, Region};
use super::plan::{cut, give, state_order};
use super::queries::owner_by_account;
use rounds_kernel::{Error, Result, UserId};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct AccountRow {
    id: i64,
    state: String,
    country: String,
    hrr: Option<i64>,
    hrr_name: Option<String>,
}

#[derive(FromQueryResult)]
struct OwnerRow {
    id: i64,
    name: String,
}

#[derive(FromQueryResult)]
struct WeightRow {
    account_id: i64,
    cents: i64,
}

/// Works a fill out without applying it.
///
/// # Errors
/// `design.fill_…` codes when the request makes no sense, nobody has the role, or there are no accounts.
pub async fn propose(db: &impl Query, fill: &FillAlignment) -> Result<FillPlan> {
    validate(fill)?;
    let accounts = db.all::<AccountRow>("SELECT id, state, country, hrr, hrr_name FROM account ORDER BY id", vec![]).await?;
    let owners =
        db.all::<OwnerRow>("SELECT id, name FROM app_user WHERE role = $1 AND active ORDER BY id", args![fill.role.code()]).await?;
    if accounts.is_empty() {
        return Err(Error::conflict("design.fill_no_accounts", "There are no accounts to cover.", "Import accounts first."));
    }
    if owners.is_empty() {
        return Err(Error::conflict(
            "design.fill_no_owners",
            format!("No active user has the role {}.", fill.role.label()),
            "Create users with this role first.",
        ));
    }
    let ids: Vec<i64> = accounts.iter().map(|a| a.id).collect();
    let weights = weights(db, &fill.business_unit, &ids).await?;
    let regions = regions(&accounts, fill.by, &weights);
    let today = owner_by_account(db, &fill.business_unit, fill.role, fill.effective_from).await?;
    let mut plan = assemble(regions, &owners, &today);
    plan.by_potential = weights.by_potential;
    plan.unknown_potential = weights.unknown;
    plan.effective_from = fill.effective_from;
    check(&plan, &ids)?;
    Ok(plan)
}

fn validate(fill: &FillAlignment) -> Result<()> {
    let short = |text: &str, longest: usize| !text.trim().is_empty() && text.chars().count() <= longest;
    if !short(&fill.name, 120) {
        return Err(Error::invalid(
            "design.fill_name",
            "The name is empty or longer than 120 characters.",
            "Give the alignment a short name, e.g. “Ortho field 2026”.",
        ));
    }
    if !short(&fill.business_unit, 80) {
        return Err(Error::invalid(
            "design.fill_business_unit",
            "The business unit is empty or longer than 80 characters.",
            "Name it as in the product list.",
        ));
    }
    if !fill.role.covers() {
        return Err(Error::invalid(
            "design.fill_role",
            format!("{} is no role that covers accounts.", fill.role.label()),
            "Choose a role that works a queue.",
        ));
    }
    Ok(())
}

/// How much work each account is, in accounts of average potential.
pub(super) struct Weights {
    of: BTreeMap<i64, f64>,
    /// True when known potential decides; false when each account counts the same.
    pub by_potential: bool,
    /// Accounts that count as the average because their potential is unknown.
    pub unknown: usize,
}

impl Weights {
    /// Each account counts the same.
    pub fn even() -> Self {
        Self { of: BTreeMap::new(), by_potential: false, unknown: 0 }
    }

    /// Weight of one account.
    pub fn of(&self, account: i64) -> f64 {
        self.of.get(&account).copied().unwrap_or(1.0)
    }
}

/// Potential of the business unit's families weighs an account when it is known for at least half of the accounts; an account
/// without it then counts as the average, and the plan says how many do. Otherwise each account counts the same.
pub(super) async fn weights(db: &impl Query, business_unit: &str, accounts: &[i64]) -> Result<Weights> {
    let sql = "SELECT account_id, CAST(SUM(annual_cents) AS BIGINT) AS cents FROM potential \
               WHERE family IN (SELECT family FROM product WHERE business_unit = $1) GROUP BY account_id ORDER BY account_id";
    let known: BTreeMap<i64, i64> =
        db.all::<WeightRow>(sql, args![business_unit]).await?.into_iter().map(|w| (w.account_id, w.cents)).collect();
    let of_known: Vec<i64> = accounts.iter().filter_map(|a| known.get(a).copied()).collect();
    let total: f64 = of_known.iter().map(|c| *c as f64).sum();
    if of_known.len() * 2 < accounts.len() || total <= 0.0 {
        return Ok(Weights::even());
    }
    let mean = total / of_known.len() as f64;
    let of = accounts.iter().filter_map(|a| known.get(a).map(|c| (*a, *c as f64 / mean))).collect();
    Ok(Weights { of, by_potential: true, unknown: accounts.len() - of_known.len() })
}

/// Regions in their row. An account without referral region stands with the others of its state that have none.
fn regions(accounts: &[AccountRow], by: FillBy, weights: &Weights) -> Vec<Region> {
    type Key = ((usize, String), i64, String);
    let home = home_states(accounts);
    let key = |a: &AccountRow| -> Key {
        match (by, a.hrr) {
            (FillBy::State, _) => (state_order(&a.country, &a.state), 0, place(a)),
            (FillBy::Hrr, Some(hrr)) => {
                let name = a.hrr_name.as_deref().map_or_else(|| format!("Region {hrr}"), str::to_owned);
                let order = home.get(&hrr).cloned().unwrap_or_else(|| state_order(&a.country, &a.state));
                // The number tells regions of one name apart.
                (order, hrr, format!("{name} ({hrr})"))
            }
            (FillBy::Hrr, None) => (state_order(&a.country, &a.state), i64::MAX, format!("{}, no referral region", place(a))),
        }
    };
    // Names may differ in spelling between rows of one region: the order key without the name decides what is one region.
    let mut rows: BTreeMap<((usize, String), i64), Region> = BTreeMap::new();
    for a in accounts {
        let (order, number, name) = key(a);
        let region = rows.entry((order, number)).or_insert_with(|| Region { name, accounts: Vec::new(), load: 0.0 });
        region.accounts.push(a.id);
        region.load += weights.of(a.id);
    }
    rows.into_values().collect()
}

fn place(a: &AccountRow) -> String {
    let state = if a.state.is_empty() { "no state" } else { a.state.as_str() };
    if a.country == "US" { state.to_owned() } else { format!("{} {state}", a.country) }
}

/// A referral region may reach over a border: it stands where most of its accounts are.
fn home_states(accounts: &[AccountRow]) -> BTreeMap<i64, (usize, String)> {
    let mut counts: BTreeMap<i64, BTreeMap<(usize, String), usize>> = BTreeMap::new();
    for a in accounts {
        if let Some(hrr) = a.hrr {
            *counts.entry(hrr).or_default().entry(state_order(&a.country, &a.state)).or_default() += 1;
        }
    }
    let most = |states: BTreeMap<(usize, String), usize>| {
        states.into_iter().min_by_key(|(order, n)| (std::cmp::Reverse(*n), order.clone())).map(|s| s.0)
    };
    counts.into_iter().filter_map(|(hrr, states)| most(states).map(|order| (hrr, order))).collect()
}

fn assemble(regions: Vec<Region>, owners: &[OwnerRow], today: &BTreeMap<i64, i64>) -> FillPlan {
    let loads: Vec<f64> = regions.iter().map(|r| r.load).collect();
    let ends = cut(&loads, owners.len());
    let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
    let runs: Vec<&[Region]> = starts.iter().zip(&ends).map(|(i, j)| &regions[*i..*j]).collect();
    let ids: Vec<i64> = owners.iter().map(|o| o.id).collect();
    let given = give(&runs, &ids, today);
    let mean = loads.iter().sum::<f64>() / runs.len().max(1) as f64;
    let mut moved = 0;
    let mut shares: Vec<OwnerShare> = runs
        .iter()
        .zip(&given)
        .map(|(run, o)| {
            let owner = &owners[*o];
            let accounts = || run.iter().flat_map(|r| &r.accounts);
            let kept = accounts().filter(|a| today.get(*a) == Some(&owner.id)).count();
            moved += accounts().filter(|a| today.get(*a).is_some_and(|t| *t != owner.id)).count();
            let load: f64 = run.iter().map(|r| r.load).sum();
            let index = if mean > 0.0 { (1_000.0 * load / mean).round() as i64 } else { 0 };
            OwnerShare { owner: UserId(owner.id), name: owner.name.clone(), regions: run.to_vec(), index, kept }
        })
        .collect();
    shares.sort_by_key(|s| s.owner);
    let without = ids.iter().map(|id| UserId(*id)).filter(|id| !shares.iter().any(|s| s.owner == *id)).collect();
    FillPlan { shares, without, moved, by_potential: false, unknown_potential: 0, effective_from: rounds_kernel::Day(0) }
}
