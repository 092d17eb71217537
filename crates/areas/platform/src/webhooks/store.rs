//! Tables of subscriptions and deliveries. What a delivery went through is technical state, kept without audit entries; what people
//! do to subscriptions are commands.

use super::model::{DeliveryRow, WebhookRow};
use rounds_kernel::{Error, Result, Time};
use rounds_store::{Db, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_110600_platform_webhook",
            up: "
CREATE TABLE webhook (
  id {id}, user_id BIGINT NOT NULL, url TEXT NOT NULL, topics TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT, old_until BIGINT,
  active BOOLEAN NOT NULL, stopped TEXT, failing_since BIGINT, position BIGINT NOT NULL, created_at BIGINT NOT NULL, removed_at BIGINT);
CREATE TABLE webhook_delivery (
  id {id}, webhook_id BIGINT NOT NULL, message_id BIGINT NOT NULL, round BIGINT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL,
  state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, created_at BIGINT NOT NULL, last_at BIGINT, status BIGINT,
  latency_ms BIGINT, answer TEXT NOT NULL, UNIQUE (webhook_id, message_id, round));
CREATE INDEX webhook_delivery_due ON webhook_delivery (state, next_at);
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, id);
",
        }
        .boxed(),
    ]
}

const SELECT: &str = "SELECT w.id, w.user_id, u.name AS user_name, w.url, w.topics, w.secret, w.old_secret, w.old_until, w.active, w.stopped, \
    w.failing_since, w.position, w.created_at FROM webhook w JOIN app_user u ON u.id = w.user_id";

/// Subscriptions before `before`, newest first.
pub(super) async fn page(db: &impl Query, before: i64, limit: usize) -> Result<Vec<WebhookRow>> {
    let sql = format!("{SELECT} WHERE w.id < $1 AND w.removed_at IS NULL ORDER BY w.id DESC LIMIT $2");
    db.all(&sql, args![before, limit as i64]).await
}

/// Subscriptions that are told of new messages.
pub(super) async fn active(db: &impl Query) -> Result<Vec<WebhookRow>> {
    db.all(&format!("{SELECT} WHERE w.active = TRUE AND w.removed_at IS NULL ORDER BY w.id"), vec![]).await
}

/// One subscription.
pub(super) async fn get(db: &impl Query, id: i64) -> Result<WebhookRow> {
    let row = db.one(&format!("{SELECT} WHERE w.id = $1 AND w.removed_at IS NULL"), args![id]).await?;
    row.ok_or_else(|| Error::not_found("webhook"))
}

const DELIVERY: &str =
    "id, webhook_id, message_id, round, topic, body, state, attempts, next_at, created_at, last_at, status, latency_ms, answer";

/// Deliveries of a subscription before `before`, newest first.
pub(super) async fn deliveries(db: &impl Query, webhook: i64, before: i64, limit: usize) -> Result<Vec<DeliveryRow>> {
    let sql = format!("SELECT {DELIVERY} FROM webhook_delivery WHERE webhook_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    db.all(&sql, args![webhook, before, limit as i64]).await
}

/// Deliveries that are due, in the order of their endpoints: none of a subscription whose earlier one still waits for its next attempt.
pub(super) async fn due(db: &impl Query, now: Time, limit: usize) -> Result<Vec<DeliveryRow>> {
    let columns = DELIVERY.split(", ").map(|c| format!("d.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE d.state = 'waiting' AND d.next_at <= $1 \
         AND w.active = TRUE AND w.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id \
         AND e.state = 'waiting' AND e.id < d.id AND e.next_at > $1) ORDER BY d.id LIMIT $2"
    );
    db.all(&sql, args![now.0, limit as i64]).await
}

/// A message of the outbox.
#[derive(Debug, FromQueryResult)]
pub(super) struct Message {
    pub id: i64,
    pub at: i64,
    pub topic: String,
    pub body: String,
}

/// Messages after the subscription's position that have no delivery yet. Numbers are given before their transaction commits, so a smaller one may
/// appear after a larger: the position follows only at a distance, see [`settle`], and what was delivered is known by its delivery.
pub(super) async fn new_messages(db: &impl Query, w: &WebhookRow, limit: usize) -> Result<Vec<Message>> {
    let (mut conditions, mut values) = (Vec::new(), args![w.position, w.id, limit as i64]);
    for topic in w.topics() {
        values.push(topic.clone().into());
        values.push(format!("{topic}.%").into());
        conditions.push(format!("o.topic = ${} OR o.topic LIKE ${}", values.len() - 1, values.len()));
    }
    if conditions.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.id, o.at, o.topic, o.body FROM outbox o WHERE o.id > $1 AND ({}) AND NOT EXISTS (SELECT 1 FROM webhook_delivery d \
         WHERE d.webhook_id = $2 AND d.message_id = o.id AND d.round = 0) ORDER BY o.id LIMIT $3",
        conditions.join(" OR ")
    );
    db.all(&sql, values).await
}

/// Transactions are over after this long: messages older than it have their delivery, or never will.
const SETTLED_US: i64 = 15 * 60_000_000;

/// Moves the position to the last message that is old enough to have no younger brother with a smaller number.
pub(super) async fn settle(db: &Db, w: &WebhookRow, now: Time) -> Result<()> {
    let sql = "SELECT MAX(id) FROM outbox WHERE id > $1 AND at < $2";
    let settled = db.number(sql, args![w.position, now.0 - SETTLED_US]).await?;
    if settled > w.position {
        db.housekeep("UPDATE webhook SET position = $2 WHERE id = $1 AND position < $2", args![w.id, settled]).await?;
    }
    Ok(())
}

/// Keeps a delivery for a message; one that is there already stays the only one. `skipped` ones are never sent: their owner may not see them.
pub(super) async fn keep(db: &Db, w: i64, m: &Message, payload: &str, state: &str, now: Time) -> Result<()> {
    let sql = "INSERT INTO webhook_delivery (webhook_id, message_id, round, topic, body, state, attempts, next_at, created_at, answer) \
               VALUES ($1, $2, 0, $3, $4, $5, 0, $6, $6, '') ON CONFLICT (webhook_id, message_id, round) DO NOTHING";
    db.housekeep(sql, args![w, m.id, m.topic.clone(), payload, state, now.0]).await.map(|_| ())
}

/// How an attempt went.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempt {
    pub status: Option<i64>,
    pub latency_ms: i64,
    pub answer: String,
}

/// Writes down an attempt: done, to be tried again at `next`, or dead.
pub(super) async fn tried(db: &Db, d: &DeliveryRow, a: &Attempt, state: &str, next: i64, now: Time) -> Result<()> {
    let sql = "UPDATE webhook_delivery SET state = $2, attempts = $3, next_at = $4, last_at = $5, status = $6, latency_ms = $7, answer = $8 \
               WHERE id = $1 AND state = 'waiting' AND attempts = $9";
    let values = args![d.id, state, d.attempts + 1, next, now.0, a.status, a.latency_ms, a.answer.clone(), d.attempts];
    db.housekeep(sql, values).await?;
    let failing = if state == "done" { None } else { Some(now.0) };
    let sql = "UPDATE webhook SET failing_since = CASE WHEN $3 = 1 THEN NULL ELSE COALESCE(failing_since, $2) END WHERE id = $1";
    db.housekeep(sql, args![d.webhook_id, failing.unwrap_or(0), i64::from(failing.is_none())]).await.map(|_| ())
}

/// Puts deliveries into the line once more, as a round of their own: `from` to `to` by message, or only the dead ones.
pub(super) async fn again(tx: &mut Tx, webhook: i64, (from, to): (i64, i64), dead_only: bool) -> Result<u64> {
    let now = tx.now.0;
    let state = if dead_only { "AND d.state = 'dead'" } else { "AND d.state <> 'skipped'" };
    let sql = format!(
        "INSERT INTO webhook_delivery (webhook_id, message_id, round, topic, body, state, attempts, next_at, created_at, answer) \
         SELECT d.webhook_id, d.message_id, d.round + 1, d.topic, d.body, 'waiting', 0, CAST($4 AS BIGINT), CAST($4 AS BIGINT), '' \
         FROM webhook_delivery d \
         WHERE d.webhook_id = $1 AND d.message_id >= $2 AND d.message_id <= $3 {state} AND d.round = (SELECT MAX(e.round) FROM webhook_delivery e \
         WHERE e.webhook_id = d.webhook_id AND e.message_id = d.message_id) ORDER BY d.message_id LIMIT 1000"
    );
    tx.execute(&sql, args![webhook, from, to, now]).await
}
