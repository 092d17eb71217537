//! What the solver gives back.

use serde::{Deserialize, Serialize};

/// A plan, its proof and what it cost to find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// The options taken (locked ones included), strictly rising.
    pub chosen: Vec<u32>,
    /// Sum of the values of the options taken.
    pub objective: f64,
    /// No plan that respects all limits and covers every customer and account at least as well as this one is worth
    /// more: the Lagrangian dual at `prices`, with the minimums lowered by `shortfalls`.
    pub bound: f64,
    /// `(bound - objective) / |bound|`; 0 if both are 0.
    pub gap: f64,
    /// The prices that prove the bound.
    pub prices: Prices,
    /// Coverage minimums the plan misses, customers first, then accounts, by rising index.
    pub shortfalls: Vec<Shortfall>,
    /// Limits that the locked-in options alone exceed. Such a limit counts as used up, and raised to what is locked.
    pub overlocks: Vec<Overlock>,
    /// Use of each resource, in its units.
    pub used: Vec<f64>,
    /// What the solver did.
    pub stats: Stats,
}

/// Prices (dual values) of the limits: what one more unit would be worth, all ≥ 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// By resource, value per unit.
    pub resource: Vec<f64>,
    /// By account, value per contact under the account's cap; empty if there are no accounts.
    pub account_cap: Vec<f64>,
    /// By account, what the last contact demanded by the account's minimum costs; empty if there are no accounts.
    pub account_min: Vec<f64>,
    /// Customer and what the last contact demanded by its minimum costs, where that is above 0; by rising customer.
    pub customer_min: Vec<(u32, f64)>,
}

/// Whose limit or minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Party {
    /// A customer, by index.
    Customer(u32),
    /// An account, by index.
    Account(u32),
    /// A resource, by index.
    Resource(u32),
    /// A subgroup of options of one customer.
    Subgroup {
        /// The customer's index.
        customer: u32,
        /// The subgroup's code.
        code: u8,
    },
}

/// A coverage minimum that the plan misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// The customer or account.
    pub party: Party,
    /// Contacts missing to its minimum.
    pub missing: u32,
    /// True if no plan could have given more within this customer's or account's own options and caps; false if
    /// capacity was short (or went to other minimums).
    pub structural: bool,
}

/// A limit that the locked-in options exceed by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Overlock {
    /// Whose limit.
    pub party: Party,
    /// What the locked-in options use (minutes, contacts).
    pub used: f64,
    /// The limit.
    pub limit: f64,
}

/// What the solver did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Price rounds over a sample of the customers.
    pub sample_rounds: u32,
    /// Price rounds over all customers.
    pub full_rounds: u32,
    /// Price rounds over the customers whose choice was still open.
    pub core_rounds: u32,
    /// Groups (accounts, or customers without one) whose choice was still open when the plan was made whole.
    pub core_groups: u32,
    /// Knapsacks solved, one a resource and pass.
    pub knapsacks: u32,
    /// Knapsacks that hit their limit of states, and so may not be exact.
    pub truncated: u32,
    /// Options dropped because a resource was over its capacity after the knapsacks.
    pub repairs: u32,
    /// Options added to unused capacity at the end.
    pub fills: u32,
}
