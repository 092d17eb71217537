//! Potentials and the table of them that planning asks.

use rounds_kernel::{AccountId, Day, Money};
use std::sync::Arc;

/// What one account could buy of one product family in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Potential {
    /// The account.
    pub account: AccountId,
    /// The product family.
    pub family: Arc<str>,
    /// Best estimate for a year.
    pub annual: Money,
    /// Low end of the estimate.
    pub low: Money,
    /// High end of the estimate.
    pub high: Money,
    /// As of.
    pub as_of: Day,
    /// Nobody estimated this account: it is what accounts of its country have unless something is known.
    pub default: bool,
}

/// What an account bought of a family, as a share of its potential.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// Per cent; more than a hundred when the estimate was too low.
    Of(f64),
    /// It cannot be told, and why.
    Unknown(&'static str),
}

impl Share {
    /// The share of `potential` that `bought` is; `None` bought means that the orders do not tell.
    pub fn new(potential: Option<Money>, bought: Result<i64, &'static str>) -> Self {
        match (potential, bought) {
            (None, _) => Self::Unknown("no potential is known"),
            (Some(p), _) if p.0 <= 0 => Self::Unknown("the potential is nil"),
            (_, Err(why)) => Self::Unknown(why),
            (Some(p), Ok(bought)) => Self::Of(100.0 * bought as f64 / p.0 as f64),
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Of(percent) => format!("{percent:.0} %"),
            Self::Unknown(_) => "unknown".into(),
        }
    }
}

/// Known potentials of all accounts.
#[derive(Debug, Clone, Default)]
pub struct Potentials(pub(super) Vec<Potential>);

impl Potentials {
    /// Potential of `account` for `family`; `None` when unknown.
    pub fn of(&self, account: AccountId, family: &str) -> Option<&Potential> {
        self.of_account(account).iter().find(|p| &*p.family == family)
    }

    /// All known potentials of `account`.
    pub fn of_account(&self, account: AccountId) -> &[Potential] {
        let from = self.0.partition_point(|p| p.account < account);
        let to = self.0.partition_point(|p| p.account <= account);
        self.0.get(from..to).unwrap_or_default()
    }

    /// All of them, by account and family.
    pub fn iter(&self) -> impl Iterator<Item = &Potential> {
        self.0.iter()
    }
}
