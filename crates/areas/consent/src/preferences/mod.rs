//! How gladly a person is met through each channel: a propensity from 0 to 1 per channel, independent of the others.
//!
//! No row means unknown, which is not the same as 0.
//!
//! Public: [`Preferences`], [`all`], [`ImportPreferences`]. Tables: [`TABLES`].

mod commands;
mod queries;
mod store;

pub use commands::{ImportPreferences, PreferenceRow};
pub use queries::{Preferences, all};
pub use store::migrations;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["preference"];
