//! A key's successor: the old one works a while longer, so that programs can be switched without a gap.

use super::super::store;
use super::INTO;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Makes a key with the same rights and life; the old one ends after the overlap.
#[derive(Debug, Serialize)]
pub struct RotateKey {
    /// The old key.
    pub key: i64,
    /// Hours for which the old one still works.
    pub overlap_hours: i64,
    /// The new token's first digits.
    pub prefix: String,
    /// The new token's hash.
    #[serde(skip)]
    pub hash: String,
}

impl Command for RotateKey {
    const NAME: &'static str = "platform.rotate_key";
    const PERMISSION: Permission = Permission::Administer;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let old = store::get(tx, self.key).await?;
        let now = tx.now;
        if !old.in_force(now) {
            return Err(Error::conflict("key.ended", "This key has ended already. Nothing was changed.", "Make a new one."));
        }
        let overlap = now.plus_minutes(self.overlap_hours.clamp(0, 168) * 60).0;
        tx.execute("UPDATE api_key SET expires_at = $2 WHERE id = $1 AND expires_at > $2", args![old.id, overlap]).await?;
        let by = tx.actor.user.map(|u| u.0);
        let ends = now.0 + (old.expires_at - old.created_at);
        let row = args![old.user_id, old.name, self.prefix, self.hash, old.permissions, old.own_only, now.0, by, ends];
        tx.insert("api_key", INTO, row).await
    }
}
