//! A new subscription.

use super::super::model::{SEALED_FOR, address};
use super::topics;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, args, outbox};
use rounds_web::secret::seal;
use serde::Serialize;

/// Subscribes an address to topics, from the next message on. It is told what the subscribing user may see.
#[derive(Debug, Serialize)]
pub struct MakeWebhook {
    /// Where to.
    pub url: String,
    /// Codes of topics.
    pub topics: Vec<String>,
    /// Allows this computer as an address, for development.
    pub loopback: bool,
    /// The secret that signs, as made; kept sealed.
    #[serde(skip)]
    pub secret: String,
}

impl Command for MakeWebhook {
    const NAME: &'static str = "platform.make_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let Some(user) = tx.actor.user else {
            return Err(Error::invalid("webhook.no_user", "A webhook belongs to a user. Nothing was saved.", "Sign in as a user."));
        };
        let url = address(&self.url, self.loopback)?.to_string();
        let topics = topics(&self.topics)?;
        let sealed = seal(&tx.keys, SEALED_FOR, &self.secret)?;
        let (now, head) = (tx.now.0, outbox::head(tx).await?);
        let into = &["user_id", "url", "topics", "secret", "active", "position", "created_at"];
        tx.insert("webhook", into, args![user.0, url, topics, sealed, true, head, now]).await
    }
}
