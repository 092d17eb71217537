//! What merges records and takes them apart again.

mod follow;
mod merge;
mod unmerge;

pub use follow::FollowMerges;
pub use merge::{Merge, Merged};
pub use unmerge::{Unmerge, Unmerged};

use crate::identifiers::EntityKind;
use rounds_kernel::{AccountId, FactKind, NewFact, PersonId, SystemId, Time};

/// A fact about a merge on the timeline of a record.
fn told(kind: EntityKind, id: i64, at: Time, text: String) -> NewFact {
    let fact = NewFact { body: serde_json::json!({ "text": text }), ..NewFact::new(FactKind::Merge, at, "rounds") };
    match kind {
        EntityKind::System => NewFact { system: Some(SystemId(id)), ..fact },
        EntityKind::Account => NewFact { account: Some(AccountId(id)), ..fact },
        EntityKind::Person => NewFact { person: Some(PersonId(id)), ..fact },
    }
}
