//! A new secret; for a while messages are signed by both.

use super::super::model::SEALED_FOR;
use super::super::store;
use rounds_kernel::{Permission, Result};
use rounds_store::{Command, Tx, args};
use rounds_web::secret::seal;
use serde::Serialize;

/// Hours during which messages carry both signatures.
const OVERLAP_MINUTES: i64 = 24 * 60;

/// Gives a subscription a new secret.
#[derive(Debug, Serialize)]
pub struct RotateSecret {
    /// Which.
    pub webhook: i64,
    /// The secret as made.
    #[serde(skip)]
    pub secret: String,
}

impl Command for RotateSecret {
    const NAME: &'static str = "platform.rotate_webhook_secret";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::get(tx, self.webhook).await?;
        let sealed = seal(&tx.keys, SEALED_FOR, &self.secret)?;
        let until = tx.now.plus_minutes(OVERLAP_MINUTES).0;
        let sql = "UPDATE webhook SET old_secret = secret, old_until = $2, secret = $3 WHERE id = $1";
        tx.execute(sql, args![self.webhook, until, sealed]).await.map(|_| ())
    }
}
