//! Accounts: the places that buy and use products.
//!
//! Public: [`Account`], [`AccountRow`], [`ImportAccounts`], [`upsert`], [`place`], [`ids`], [`get`], [`zone_of_state`].
//! Routes: `/accounts`, `/accounts.csv`, `/accounts/{id}`. Tables: [`TABLES`].

mod commands;
mod model;
mod store;

pub use commands::ImportAccounts;
pub use model::{Account, AccountRow, zone_of_state};
pub use store::{get, ids, migrations, place, upsert};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["account"];
