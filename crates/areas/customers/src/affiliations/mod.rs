//! Affiliations: dated links, of a person to an account and of an account to its system. A link without an end is current.
//!
//! Public: [`link`] and [`end`] (the rules of moving), [`Affiliation`], [`of_child`], [`AccountSystemRow`], [`ImportAffiliations`].
//! Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod store;

pub use commands::ImportAffiliations;
pub use model::{AccountSystemRow, Affiliation, Link, LinkKind};
pub use store::{current, end, link, migrations, of_child, upsert};

pub use api::routes;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["affiliation"];
