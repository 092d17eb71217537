//! Verifies a fill's plan again from the accounts, sharing no code with the cutting.

use super::model::FillPlan;
use rounds_kernel::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Each account exactly once, each region whole and once, each owner once and with at least one region.
///
/// # Errors
/// An internal error that names the first broken rule: nothing is written then.
pub(super) fn check(plan: &FillPlan, accounts: &[i64]) -> Result<()> {
    let mut owners = BTreeSet::new();
    let mut regions = BTreeSet::new();
    let mut seen: BTreeMap<i64, u32> = BTreeMap::new();
    let broken = |rule: &str| Err(Error::internal(format!("the fill broke its own rule: {rule}")));
    for share in &plan.shares {
        if !owners.insert(share.owner) || share.regions.is_empty() {
            return broken("an owner stands once, with a region");
        }
        for region in &share.regions {
            if !regions.insert(region.name.as_str()) {
                return broken("a region is given whole");
            }
            region.accounts.iter().for_each(|a| *seen.entry(*a).or_default() += 1);
        }
    }
    if plan.without.iter().any(|o| owners.contains(o)) {
        return broken("who has no region has no share");
    }
    let all: BTreeSet<i64> = accounts.iter().copied().collect();
    if seen.values().any(|n| *n != 1) || seen.len() != all.len() || !seen.keys().all(|a| all.contains(a)) {
        return broken("every account has exactly one owner");
    }
    Ok(())
}
