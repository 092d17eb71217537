//! People: the stakeholders at accounts.
//!
//! Public: [`Person`], [`PersonRow`], [`ImportPeople`], [`upsert`], [`ids`], [`get`]. Routes: `/people`, `/people/{id}`.
//! Tables: [`TABLES`].

mod commands;
mod model;
mod store;

pub use commands::ImportPeople;
pub use model::{Person, PersonRow};
pub use store::{get, ids, migrations, upsert};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["person"];
