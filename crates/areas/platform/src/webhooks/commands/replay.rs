//! Sending once more, and a test.

use super::super::store;
use rounds_kernel::{Error, Permission, Result, Time};
use rounds_store::{Command, Query, Tx, args};
use serde::Serialize;
use serde_json::json;

/// Puts deliveries into the line once more, as new ones: at most 1,000.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// Which subscription.
    pub webhook: i64,
    /// First message.
    pub from: i64,
    /// Last message.
    pub to: i64,
    /// Only those whose attempts are used up.
    pub dead_only: bool,
}

impl Command for Replay {
    const NAME: &'static str = "platform.replay_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        store::get(tx, self.webhook).await?;
        store::again(tx, self.webhook, (self.from, self.to), self.dead_only).await
    }
}

/// Sends a message that says that it is a test.
#[derive(Debug, Serialize)]
pub struct SendTest {
    /// Which subscription.
    pub webhook: i64,
}

impl Command for SendTest {
    const NAME: &'static str = "platform.test_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let w = store::get(tx, self.webhook).await?;
        if !w.active {
            return Err(Error::conflict("webhook.off", "This webhook is switched off. Nothing was sent.", "Switch it on first."));
        }
        let now = tx.now.0;
        // Tests stand below the outbox's numbers, so that they never meet a message.
        let last = tx.number("SELECT MIN(message_id) FROM webhook_delivery WHERE webhook_id = $1", args![w.id]).await?;
        let payload = json!({ "type": "test", "timestamp": Time(now).rfc3339(), "data": { "text": "A test from Rounds." } });
        let into = &["webhook_id", "message_id", "round", "topic", "body", "state", "attempts", "next_at", "created_at", "answer"];
        let row = args![w.id, last.min(0) - 1, 0i64, "test", payload.to_string(), "waiting", 0i64, now, now, ""];
        tx.insert("webhook_delivery", into, row).await
    }
}
