//! Sources: what each source says of every field of systems, accounts and people, and which of them is believed (survivorship).
//!
//! Public: [`Entry`] and [`Book`] (used by every upsert), [`add_aliases`] (any source's key to the record), [`of`], [`rules`], [`choose`],
//! [`word_of`], [`SetByHand`], [`FollowSources`], [`SetRule`], [`preview`], [`conflicts`], [`counts`], [`SourcesPanel`].
//! Routes: `/sources/{kind}/{id}` (why a record says what it says), `/survivorship` (which source wins; stewards).
//! Jobs: `survivorship` ([`SettleWork`]). Tables: [`TABLES`].

mod commands;
mod jobs;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{FollowSources, SetByHand, SetRule};
pub use jobs::{SETTLE, SettleWork};
pub use model::{BY_HAND, Chosen, Entry, FieldName, FieldRule, Record, Rule, Rules, Said, SourceRecord, choose, fields};
pub(crate) use pages::words as in_words;
pub use pages::{SourcesPanel, samples};
pub use queries::{Change, Conflicts, Preview, conflicts, field_changes, preview, settled};
pub use store::{Book, Owner, Past, SourceCount, add_aliases, by_ids, by_keys, counts, history, migrations, of, rules, several, word_of};

use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["source_record", "source_history", "survivorship"];

/// Records a step of long work.
const STEP: i64 = 500;

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    pages::routes()
}
