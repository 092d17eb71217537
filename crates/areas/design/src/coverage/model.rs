//! Links, regions and a fill's plan.

use rounds_kernel::{AccountId, Day, Role, UserId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One account's owner in one business unit and role, on the day asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageLink {
    /// The account.
    pub account: AccountId,
    /// The business unit; one shared text for all links of it.
    pub business_unit: Arc<str>,
    /// The owner's role in this coverage.
    pub role: Role,
    /// The owner.
    pub owner: UserId,
}

/// Which regions a fill gives away whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillBy {
    /// States.
    State,
    /// Hospital referral regions of the Dartmouth Atlas.
    Hrr,
}

impl FillBy {
    /// Code in tables and forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Hrr => "hrr",
        }
    }

    /// Words a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Hrr => "Referral region",
        }
    }

    /// From its code.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::State, Self::Hrr].into_iter().find(|b| b.code() == code)
    }
}

/// A region that a fill gives to one owner whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// Name as people know it: `TX`, `TX Houston`, `TX, no referral region`.
    pub name: String,
    /// Its accounts, by id.
    pub accounts: Vec<i64>,
    /// Its share of the workload, in accounts of average potential.
    pub load: f64,
}

/// What one owner gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnerShare {
    /// The owner.
    pub owner: UserId,
    /// Their name.
    pub name: String,
    /// Their regions, neighbours side by side.
    pub regions: Vec<Region>,
    /// Their workload, 1,000 being the mean of all owners.
    pub index: i64,
    /// Accounts they cover in this business unit and role today and keep.
    pub kept: usize,
}

impl OwnerShare {
    /// Number of accounts.
    pub fn accounts(&self) -> usize {
        self.regions.iter().map(|r| r.accounts.len()).sum()
    }
}

/// A fill, worked out but not applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillPlan {
    /// Shares by owner id.
    pub shares: Vec<OwnerShare>,
    /// Owners left without a region because there are more owners than regions.
    pub without: Vec<UserId>,
    /// Accounts whose owner changes.
    pub moved: usize,
    /// True when known potential weighs the accounts; false when each account counts the same.
    pub by_potential: bool,
    /// Accounts without known potential, which then count as the average.
    pub unknown_potential: usize,
    /// First day.
    pub effective_from: Day,
}

impl FillPlan {
    /// Number of accounts given away.
    pub fn accounts(&self) -> usize {
        self.shares.iter().map(OwnerShare::accounts).sum()
    }

    /// Smallest and largest workload index.
    pub fn spread(&self) -> (i64, i64) {
        let index = || self.shares.iter().map(|s| s.index);
        (index().min().unwrap_or(0), index().max().unwrap_or(0))
    }
}
