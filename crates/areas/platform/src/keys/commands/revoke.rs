//! The end of a key, at once.

use super::super::store;
use rounds_kernel::{Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Ends a key; its row stays, so that the audit log can name it.
#[derive(Debug, Serialize)]
pub struct RevokeKey {
    /// The key.
    pub key: i64,
}

impl Command for RevokeKey {
    const NAME: &'static str = "platform.revoke_key";
    const PERMISSION: Permission = Permission::Administer;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let key = store::get(tx, self.key).await?;
        let now = tx.now.0;
        tx.execute("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", args![self.key, now]).await?;
        Ok(key.name)
    }
}
