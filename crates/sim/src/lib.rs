//! A simulated market with known truth: for the demo, for tests, for trying policies before people meet them.
//!
//! Everything is drawn from one seed. Each account, person and product family has a random stream of its own
//! ([`rounds_kernel::Rng::stream`]), so adding an account or a person changes no other one's names, wishes and permissions;
//! only who covers an account follows from the whole market, because the team is sized to it.
//!
//! | step | module | what it makes |
//! |---|---|---|
//! | market | [`Market`] | systems, accounts (own, or imported ones handed in), size of each account |
//! | people | `people` | roles, specialties, channel preferences, permissions |
//! | team | `team` | reps, key account managers, managers; who covers which account |
//! | history | `contacts`, `orders` | 12 months of contacts and order lines by the formula of [`truth`] |
//! | around the orders | `commerce` | catalogue, invoices, contracts, equipment, tracings, as files ([`Market::commerce`]) |
//!
//! Memory: the market keeps one head per account (about 300 bytes) and the team; people and history are made account by
//! account on request ([`Market::people`], [`Market::history`], [`Market::bundles`]) and belong to the caller.
//!
//! All rows carry the source [`SOURCE`]. Names of people, accounts and places are invented.

mod calendar;
mod commerce;
mod config;
mod contacts;
mod market;
mod names;
mod orders;
mod people;
mod places;
mod portfolio;
mod potential;
mod response;
mod rows;
mod site;
mod team;
pub mod truth;

pub use commerce::CommerceFile;
pub use config::Config;
pub use market::{Bundle, History, Market, Place};
pub use names::person as person_name;
pub use people::Crowd;
pub use rows::{
    AccountRow, AccountSystemRow, ContactRow, CoverageRow, ExistingAccount, LeadRow, OrderRow, PermissionRow, PersonRow, PotentialRow,
    PreferenceRow, ProductRow, SystemRow, UserRow,
};

/// Source of every simulated row.
pub const SOURCE: &str = "simulation";
