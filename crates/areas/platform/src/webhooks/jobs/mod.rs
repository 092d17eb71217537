//! The work behind the pages: finding new messages, sending what is due.

mod guard;
mod send;

pub use guard::Guard;
#[cfg(test)]
pub(super) use guard::public;

use super::model::{DeliveryRow, WebhookRow, pause};
use super::store::{self, Attempt, Message};
use crate::scope;
use crate::users::actor_of;
use rounds_kernel::{Actor, Permission, Result, Scope, Time, UserId};
use rounds_store::{Command, Db, FromQueryResult, Query, Runner, Tx, args};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Messages and deliveries taken at once.
const STEP: usize = 200;
/// An endpoint that has failed for so long when a delivery dies is switched off.
const PATIENCE_DAYS: i64 = 2;

/// SQL that selects the ids of all records of a kind which an owner may hear of; `None` for a kind that nobody may.
pub type Sight = fn(&Actor, kind: &str) -> Option<String>;

/// Delivers for as long as the server runs.
pub async fn deliver(runner: Runner, guard: Guard, sight: Sight) {
    loop {
        if let Err(e) = deliver_once(&runner, &guard, sight).await {
            tracing::warn!(code = e.code, cause = e.cause, "webhooks were not delivered; it is tried again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Keeps deliveries for new messages and sends all that are due; says how many attempts were made.
///
/// # Errors
/// When the record cannot be read or written. A failed endpoint is no error: its delivery waits for the next attempt.
pub async fn deliver_once(runner: &Runner, guard: &Guard, sight: Sight) -> Result<usize> {
    let db = &runner.db;
    for w in store::active(db).await? {
        fan_out(db, &w, sight, runner.now()).await?;
    }
    let mut lines: BTreeMap<i64, Vec<DeliveryRow>> = BTreeMap::new();
    for d in store::due(db, runner.now(), STEP).await? {
        lines.entry(d.webhook_id).or_default().push(d);
    }
    // Endpoints side by side, each in its order: a slow one keeps nobody else waiting.
    let done = futures::future::join_all(lines.into_iter().map(|(w, line)| endpoint(runner, guard, w, line))).await;
    done.into_iter().sum()
}

async fn fan_out(db: &Db, w: &WebhookRow, sight: Sight, now: Time) -> Result<()> {
    let owner = match actor_of(db, UserId(w.user_id)).await {
        Ok(owner) => owner,
        // Nobody is told in the name of a user who is switched off.
        Err(e) if e.code == "user.gone" => return Ok(()),
        Err(e) => return Err(e),
    };
    for m in store::new_messages(db, w, STEP).await? {
        let mut data: Value = serde_json::from_str(&m.body).unwrap_or_default();
        let told = visible(db, &owner, &m, &data).await? && narrowed(db, &owner, sight, &mut data).await?;
        let state = if told { "waiting" } else { "skipped" };
        let payload = json!({ "type": m.topic, "timestamp": Time(m.at).rfc3339(), "data": data });
        store::keep(db, w.id, &m, &payload.to_string(), state, now).await?;
    }
    store::settle(db, w, now).await
}

/// Whether the subscription's owner may see what a message tells.
async fn visible(db: &Db, owner: &Actor, m: &Message, data: &Value) -> Result<bool> {
    let (topic, of) = m.topic.split_once('.').unwrap_or((&m.topic, ""));
    let permission = match topic {
        "queue" => Permission::SignedIn,
        "job" => Permission::Administer,
        "leads" => Permission::ReadDemand,
        _ => Permission::ReadRecord,
    };
    if !owner.may(permission) {
        return Ok(false);
    }
    if topic == "queue" {
        return Ok(of.parse().is_ok_and(|user| owner.sees_user(UserId(user))));
    }
    match data["account"].as_i64() {
        Some(account) => scope::sees(db, owner, account).await,
        None => Ok(owner.scope == Scope::All || data["ids"].is_array()),
    }
}

#[derive(FromQueryResult)]
struct Seen {
    id: i64,
}

/// Leaves of a message's list of records those that the owner may see; false when none is left.
async fn narrowed(db: &Db, owner: &Actor, sight: Sight, data: &mut Value) -> Result<bool> {
    let Some(ids) = data["ids"].as_array().filter(|_| owner.scope != Scope::All) else { return Ok(true) };
    let Some(all) = sight(owner, data["kind"].as_str().unwrap_or_default()) else { return Ok(false) };
    let list: Vec<String> = ids.iter().filter_map(|id| id.as_i64().map(|id| id.to_string())).collect();
    if list.is_empty() {
        return Ok(false);
    }
    let sql = format!("SELECT one.id FROM ({all}) one WHERE one.id IN ({}) ORDER BY one.id", list.join(", "));
    let seen: Vec<i64> = db.all::<Seen>(&sql, vec![]).await?.into_iter().map(|s| s.id).collect();
    let any = !seen.is_empty();
    data["ids"] = json!(seen);
    Ok(any)
}

/// Sends an endpoint's line in its order, up to the first that fails.
async fn endpoint(runner: &Runner, guard: &Guard, webhook: i64, line: Vec<DeliveryRow>) -> Result<usize> {
    let w = store::get(&runner.db, webhook).await?;
    let mut made = 0;
    for d in line {
        let attempt = send::send(guard, &w, &d, runner.keys(), runner.now()).await;
        made += 1;
        if !settled(runner, &w, &d, &attempt).await? {
            break;
        }
    }
    Ok(made)
}

/// Writes an attempt down; true if it went well.
async fn settled(runner: &Runner, w: &WebhookRow, d: &DeliveryRow, a: &Attempt) -> Result<bool> {
    let now = runner.now();
    let good = a.status.is_some_and(|s| (200..300).contains(&s));
    let next = pause(d.id, d.attempts + 1).map(|wait| now.0 + wait);
    let gone = a.status == Some(410);
    let (state, at) = match (good, next) {
        (true, _) => ("done", now.0),
        (false, Some(at)) if !gone => ("waiting", at),
        (false, _) => ("dead", now.0),
    };
    store::tried(&runner.db, d, a, state, at, now).await?;
    let tired = state == "dead" && w.failing_since.is_some_and(|since| since < now.plus_days(-PATIENCE_DAYS).0);
    if gone || tired {
        let reason = if gone { "The endpoint says that it is gone (410)." } else { "Every delivery failed for two days." };
        runner.run(&Actor::program("webhooks"), StopWebhook { webhook: w.id, reason: reason.into() }).await?;
    }
    Ok(good)
}

/// Switches a subscription off whose endpoint does not answer.
#[derive(Debug, Serialize)]
struct StopWebhook {
    webhook: i64,
    reason: String,
}

impl Command for StopWebhook {
    const NAME: &'static str = "platform.stop_webhook";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let sql = "UPDATE webhook SET active = FALSE, stopped = $2 WHERE id = $1 AND active = TRUE";
        tx.execute(sql, args![self.webhook, self.reason]).await.map(|_| ())
    }
}
