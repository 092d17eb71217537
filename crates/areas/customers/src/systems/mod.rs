//! Systems: health systems (integrated delivery networks), the owners of accounts.
//!
//! Public: [`System`], [`SystemRow`], [`ImportSystems`], [`upsert`], [`ids`]. Routes: `/systems`, `/systems/{id}`. Tables: [`TABLES`].

mod commands;
mod model;
mod store;

pub use commands::ImportSystems;
pub use model::{System, SystemRow};
pub use store::{get, ids, migrations, upsert};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["health_system"];
