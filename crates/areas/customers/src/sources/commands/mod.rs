//! What changes which source is believed.

mod by_hand;
mod rules;

pub use by_hand::{FollowSources, SetByHand};
pub use rules::SetRule;
pub(super) use rules::SettleStep;

use crate::identifiers::EntityKind;
use crate::{accounts, people, systems};
use rounds_kernel::Result;
use rounds_store::Tx;

/// Lets the sources of these records decide anew.
async fn settle(tx: &mut Tx, kind: EntityKind, ids: &[i64]) -> Result<u64> {
    match kind {
        EntityKind::System => systems::settle(tx, ids).await,
        EntityKind::Account => accounts::settle(tx, ids).await,
        EntityKind::Person => people::settle(tx, ids).await,
    }
}
