//! Search: keeps systems, accounts and people findable by name, each with the users who may find them.
//!
//! Public: [`index_systems`], [`index_accounts`], [`index_people`] (called by imports), [`reindex`] and [`reindex_all`] (called
//! when coverage changes). Routes: `/search`. The index itself belongs to the store.

mod store;

pub use store::{index_accounts, index_people, index_systems, reindex, reindex_all};

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
