//! Giving a clearance back.

use super::super::{Holding, store};
use rounds_kernel::Result;
use rounds_store::Tx;

/// Gives back what `holding` names, because the contact will not be made; false if nothing was open. The caller has checked that
/// the actor may act on it.
pub async fn release(tx: &mut Tx, holding: Holding) -> Result<bool> {
    Ok(store::release(tx, holding).await? > 0)
}
