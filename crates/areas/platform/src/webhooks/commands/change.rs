//! Changing and removing a subscription.

use super::super::model::address;
use super::super::store;
use super::topics;
use rounds_kernel::{Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Changes what is given and leaves the rest.
#[derive(Debug, Default, Serialize)]
pub struct ChangeWebhook {
    /// Which.
    pub webhook: i64,
    /// Where to.
    pub url: Option<String>,
    /// Codes of topics.
    pub topics: Option<Vec<String>>,
    /// On or off. Messages that come while it is off are sent when it is on again, unless it stays off.
    pub active: Option<bool>,
    /// Allows this computer as an address, for development.
    pub loopback: bool,
}

impl Command for ChangeWebhook {
    const NAME: &'static str = "platform.change_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let now = store::get(tx, self.webhook).await?;
        let url = match &self.url {
            Some(url) => address(url, self.loopback)?.to_string(),
            None => now.url,
        };
        let topics = match &self.topics {
            Some(asked) => topics(asked)?,
            None => now.topics,
        };
        let active = self.active.unwrap_or(now.active);
        // Switched on again, it starts with a clean sheet.
        let (stopped, failing) = if active { (None, None) } else { (now.stopped, now.failing_since) };
        let sql = "UPDATE webhook SET url = $2, topics = $3, active = $4, stopped = $5, failing_since = $6 WHERE id = $1";
        tx.execute(sql, args![self.webhook, url, topics, active, stopped, failing]).await.map(|_| ())
    }
}

/// Ends a subscription. What was delivered stays on record; what waits is not sent.
#[derive(Debug, Serialize)]
pub struct RemoveWebhook {
    /// Which.
    pub webhook: i64,
}

impl Command for RemoveWebhook {
    const NAME: &'static str = "platform.remove_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::get(tx, self.webhook).await?;
        let now = tx.now.0;
        // Nothing of the secret is kept for an endpoint that is not ours any more.
        let sql = "UPDATE webhook SET active = FALSE, removed_at = $2, secret = '', old_secret = NULL WHERE id = $1";
        tx.execute(sql, args![self.webhook, now]).await.map(|_| ())
    }
}
