//! Sources: what each source says of every field of systems, accounts and people, and which of them is believed (survivorship).
//!
//! Public: [`Entry`] and [`Book`] (used by every upsert), [`add_aliases`] (any source's key to the record), [`of`], [`rules`], [`choose`],
//! [`word_of`]. Tables: [`TABLES`].

mod model;
mod store;

pub use model::{BY_HAND, Chosen, Entry, FieldName, FieldRule, Rule, Rules, Said, SourceRecord, choose, fields};
pub use store::{Book, Owner, Past, add_aliases, by_keys, history, migrations, of, rules, word_of};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["source_record", "source_history", "survivorship"];
