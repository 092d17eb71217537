//! Identifiers: the numbers and keys by which others know our systems, accounts and people.
//!
//! Public: [`ccn`] (Medicare's hospital number, with its lost zeros), [`put`], [`owners`], [`held_by`], [`of`] and
//! [`keys`] (source keys to ids). Tables: [`TABLES`].

mod api;
mod model;
mod store;

pub use model::{CCN, CHSP_HOSPITAL, CHSP_SYSTEM, Ccn, EntityKind, NewIdentifier, ccn};
pub use store::{Held, held_by, keys, migrations, of, owners, put};

pub use api::routes;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["identifier"];
