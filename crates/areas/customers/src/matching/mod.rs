//! Matching: which records may be one, found by record linkage (`rounds_decide::link`), and the queue in which stewards decide.
//!
//! Public: [`ask`] and [`works`] (the jobs), [`MatchRequest`], [`MergePair`], [`CallDifferent`], [`Reopen`], [`open_counts`].
//! Routes: `/matching`, `/matching.csv`, `/matching/{id}`, `/matching/compare`, `/matching/merges` and the acts on them ([`routes`]), all
//! for stewards. [`MergedPanel`] stands on the pages of records that others went into.
//! Jobs: `match` (looks for pairs), `match-merge` (merges all pairs above a probability). Tables: [`TABLES`].

mod api;
mod commands;
mod inputs;
mod jobs;
mod model;
mod pages;
mod store;

pub use commands::{CallDifferent, MergePair, Reopen, SwitchAuto};
pub use jobs::{MATCH, MERGE_ABOVE, MatchRequest, MergeAbove, ask, works};
pub use model::{BY_ITSELF, Band, CERTAIN, Evidence, POSSIBLE, PairState};
pub use pages::{MergedPanel, samples};
pub use store::{PairRow, migrations, open_above, open_counts, pair};
pub(crate) use store::{merged, taken_apart};

use crate::merging::Reference;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["match_pair", "match_model"];

/// All areas' references, shared by the handlers.
pub(crate) type References = Arc<[Reference]>;

/// Routes of this capability; `references` are all areas', for merging.
pub fn routes(references: Vec<Reference>) -> Vec<Route> {
    let references: References = references.into();
    let mut all = api::routes(references.clone());
    all.extend(pages::routes(references));
    all
}

const STEWARD: Permission = Permission::Steward;
