//! What compliance is computed from: a contract's terms, its facilities' sales while eligible, and their potential.

use super::model::{Bought, Kept, NextTier, Promise, contract_year, next_tiers};
use crate::sales::{self, FamilySales};
use crate::tracings;
use rounds_customers::contracts::{self, Contract, Facility};
use rounds_kernel::{Actor, Result};
use rounds_store::Query;
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet};

/// How a contract is kept.
#[derive(Debug, Clone)]
pub(super) struct Compliance {
    pub contract: Contract,
    /// First day, and the day after the last.
    pub period: (i64, i64),
    pub passed: i64,
    pub commitments: Vec<Kept>,
    pub tiers: Vec<NextTier>,
    /// Account, its name, and how the first commitment stands there.
    pub facilities: Vec<(i64, String, Vec<Kept>)>,
}

#[derive(FromQueryResult)]
struct Potential {
    account_id: i64,
    family: String,
    annual_cents: i64,
}

/// Potentials are estimated in US dollars; in other currencies a share is unknown.
async fn potentials(db: &impl Query, accounts: &BTreeSet<i64>, currency: &str) -> Result<BTreeMap<(i64, String), i64>> {
    if accounts.is_empty() || currency != "USD" {
        return Ok(BTreeMap::new());
    }
    let list = accounts.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT account_id, family, annual_cents FROM potential WHERE account_id IN ({list})");
    Ok(db.all::<Potential>(&sql, vec![]).await?.into_iter().map(|p| ((p.account_id, p.family), p.annual_cents)).collect())
}

/// Direct and indirect sales of facilities, each for the days of the period on which it was eligible.
pub(super) async fn bought(db: &impl Query, facilities: &[Facility], period: (i64, i64)) -> Result<Vec<FamilySales>> {
    let mut windows: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
    for f in facilities {
        let window = (f.valid_from.max(period.0), f.valid_to.unwrap_or(i64::MAX).min(period.1));
        if window.0 < window.1 {
            windows.entry(window).or_default().push(f.account_id);
        }
    }
    let mut out = Vec::new();
    for ((from, to), accounts) in windows {
        out.extend(sales::net_by_family(db, &accounts, from, to).await?);
        out.extend(tracings::net_by_family(db, &accounts, from, to).await?);
    }
    Ok(out)
}

/// How a contract is kept today, over its facilities within the actor's scope.
pub(super) async fn compliance(db: &impl Query, actor: &Actor, contract: Contract, today: i64) -> Result<Compliance> {
    let facilities = contracts::facilities(db, actor, contract.id).await?;
    let terms = contracts::terms(db, contract.id).await?;
    let promises = |kind: &str| -> Vec<Promise> {
        let of = terms.iter().filter(|t| t.kind == kind && t.valid_from <= today && t.valid_to.is_none_or(|e| e >= today));
        of.map(|t| Promise { family: t.family.clone(), tier: t.tier.clone(), basis: t.basis.clone(), value: t.value }).collect()
    };
    let period = contract_year(contract.starts_on, contract.ends_on, today);
    let up_to = period.1.min(today + 1);
    let sales = bought(db, &facilities, (period.0, up_to)).await?;
    let accounts: BTreeSet<i64> = facilities.iter().map(|f| f.account_id).collect();
    let potential = potentials(db, &accounts, &contract.currency).await?;
    let passed = (up_to - period.0).max(0);
    let b = Bought {
        currency: &contract.currency,
        sales: &sales,
        potential: &potential,
        accounts: &accounts,
        passed,
        // A first or last year that is cut short asks for its part of the yearly promise.
        days: 365,
    };
    let commitments: Vec<Kept> = promises("commitment").iter().map(|p| b.kept(p, None)).collect();
    let tiers = next_tiers(&b, &promises("tier"));
    let mut rows: Vec<(i64, String, Vec<Kept>)> = Vec::new();
    for f in &facilities {
        if rows.iter().all(|(a, _, _)| *a != f.account_id) {
            let kept = commitments.iter().map(|k| b.kept(&k.promise, Some(f.account_id))).collect();
            rows.push((f.account_id, f.account.clone(), kept));
        }
    }
    Ok(Compliance { period, passed, commitments, tiers, facilities: rows, contract })
}
