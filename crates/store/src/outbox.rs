//! What live pages and subscribers are told, written in the same transaction as the change itself.

use crate::query::Query;
use crate::{Tx, args};
use rounds_kernel::Result;
use sea_orm::FromQueryResult;

/// One message.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Message {
    /// Id, in order.
    pub id: i64,
    /// Topic, e.g. `queue.12` or `job.3`.
    pub topic: String,
    /// JSON body.
    pub body: String,
}

pub(crate) async fn append(tx: &mut Tx, topic: &str, body: serde_json::Value) -> Result<()> {
    let at = tx.now.0;
    tx.execute("INSERT INTO outbox (at, topic, body) VALUES ($1, $2, $3)", args![at, topic, body.to_string()]).await.map(|_| ())
}

/// Messages after `id` on `topic`, oldest first, at most 100.
pub async fn since(db: &impl Query, id: i64, topic: &str) -> Result<Vec<Message>> {
    db.all("SELECT id, topic, body FROM outbox WHERE topic = $1 AND id > $2 ORDER BY id LIMIT 100", args![topic, id]).await
}

/// Id of the newest message, from where a new listener starts.
pub async fn head(db: &impl Query) -> Result<i64> {
    db.number("SELECT MAX(id) FROM outbox", vec![]).await
}
