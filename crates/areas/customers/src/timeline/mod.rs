//! Timeline: everything that happened with an account or a person, all roles and channels, newest first.
//!
//! Public: [`load`], [`Timeline`], [`Ask`]. It reads the fact log, which all areas write, and shows no money beside a person: orders
//! lie on accounts, and are left out for roles that may not read them. Owns no tables.

mod api;
mod model;
mod queries;

pub use model::{Ask, Timeline};
pub use queries::load;

pub use api::routes;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
