//! Copies of the embedded database: made while people work, checked, restored; every night if the settings say where.
//!
//! With PostgreSQL its own tools do this (`pg_dump`, `pg_restore`; see the guide). Public: [`make`], [`restore`], [`Made`],
//! [`BackupWork`]. Tables: none.

mod jobs;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use jobs::{BackupWork, KIND};
pub use model::Made;
pub use store::{make, restore};

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
