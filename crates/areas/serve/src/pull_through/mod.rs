//! Pull-through: what is used with a device, per device and month.
//!
//! The catalogue says which consumables are used with an article; orders of the account (files of the ERP and the company's own order
//! lines) say how many were bought, in base units; the installed base says how many such devices stood there in each month. Units
//! that the catalogue does not explain are left out and counted.
//!
//! Public: [`PullThroughPanel`] (on a device's page). Owns no tables.

mod model;
mod pages;
mod queries;

pub use pages::PullThroughPanel;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
