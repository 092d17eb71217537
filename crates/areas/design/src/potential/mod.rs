//! What an account could buy of a product family in a year, ours and others'. Money stands per account and family, never at a person.
//!
//! No row means unknown: a state of its own, shown as such, never a silent zero.
//!
//! Public: [`Potential`], [`Potentials`], [`all`] (bulk, for planning), [`of_account`], [`ImportPotential`], [`PotentialPanel`]. Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{ImportPotential, PotentialRow};
pub use model::{Potential, Potentials};
pub use pages::{PotentialPanel, samples};
pub use queries::{all, of_account};
pub use store::migrations;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["potential"];
