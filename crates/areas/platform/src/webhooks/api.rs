//! Webhooks for programs.

use super::model::{DeliveryRow, TOPICS, WebhookRow, new_secret};
use super::{ChangeWebhook, MakeWebhook, RemoveWebhook, Replay, RotateSecret, SendTest, store};
use rounds_kernel::{Cursor, Page, Permission, Result, Time};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, PartialSchema, SchemaOrRef, decode, encode, one_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::Administer;
    vec![
        Operation::get("/api/v1/webhooks", may, "Webhooks, newest first", list).route(),
        Operation::get("/api/v1/webhooks/{id}", may, "One webhook", one).route(),
        Operation::post("/api/v1/webhooks", may, "Subscribe an address to topics", make)
            .about(
                "The answer holds the secret that signs (Standard Webhooks): it is shown this once. Told is what the calling user may see.",
            )
            .created("/api/v1/webhooks/{id}")
            .route(),
        Operation::patch("/api/v1/webhooks/{id}", may, "Change a webhook", change).about("What is absent stays.").route(),
        Operation::delete("/api/v1/webhooks/{id}", may, "End a webhook", remove).route(),
        Operation::post("/api/v1/webhooks/{id}/rotate", may, "Give a webhook a new secret", rotate)
            .about("For a day, messages carry both signatures.")
            .route(),
        Operation::post("/api/v1/webhooks/{id}/test", may, "Send a test", test).route(),
        Operation::post("/api/v1/webhooks/{id}/replay", may, "Send messages once more", replay)
            .about("At most 1,000 at once, each under the id it had.")
            .route(),
        Operation::get("/api/v1/webhooks/{id}/deliveries", may, "What was delivered, newest first", deliveries).route(),
    ]
}

/// A code of [`TOPICS`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Topic(String);

impl PartialSchema for Topic {
    fn schema() -> SchemaOrRef {
        one_of(TOPICS.iter().map(|(code, _)| *code))
    }
}

impl ToSchema for Topic {
    fn name() -> std::borrow::Cow<'static, str> {
        "Topic".into()
    }
}

/// A subscription, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
struct Shown {
    id: i64,
    url: String,
    topics: Vec<Topic>,
    /// In whose name it is told.
    user_id: i64,
    active: bool,
    /// Why it was switched off, if it switched itself off.
    stopped: Option<String>,
    #[schema(format = "date-time")]
    created_at: String,
}

fn shown(w: WebhookRow) -> Shown {
    Shown {
        id: w.id,
        topics: w.topics().into_iter().map(Topic).collect(),
        url: w.url,
        user_id: w.user_id,
        active: w.active,
        stopped: w.stopped,
        created_at: Time(w.created_at).rfc3339(),
    }
}

/// A secret, shown once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
struct Secret {
    id: i64,
    /// Shown this once.
    secret: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// Where to: HTTPS to a public name.
    #[schema(
        max_length = 300,
        pattern = "^(https://([a-z0-9]+(-[a-z0-9]+)*[.])+[a-z]{2,20}|http://(127[.]0[.]0[.]1|localhost))(:[1-9][0-9]{0,3})?(/[A-Za-z0-9_.~/-]*)?$"
    )]
    url: String,
    #[schema(min_items = 1, max_items = 10)]
    topics: Vec<Topic>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Where to: HTTPS to a public name.
    #[schema(
        nullable = false,
        max_length = 300,
        pattern = "^(https://([a-z0-9]+(-[a-z0-9]+)*[.])+[a-z]{2,20}|http://(127[.]0[.]0[.]1|localhost))(:[1-9][0-9]{0,3})?(/[A-Za-z0-9_.~/-]*)?$"
    )]
    url: Option<String>,
    #[schema(nullable = false, min_items = 1, max_items = 10)]
    topics: Option<Vec<Topic>>,
    #[schema(nullable = false)]
    active: Option<bool>,
}

/// A message on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
struct Delivered {
    id: i64,
    /// Number of the message; negative for tests.
    message: i64,
    /// How often it was put into the line again.
    round: i64,
    topic: String,
    /// `waiting`, `done` or `dead`.
    state: String,
    attempts: i64,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    last_at: Option<String>,
    /// When it is tried next, while it waits.
    #[schema(format = "date-time")]
    next_at: Option<String>,
    /// HTTP status of the last answer.
    status: Option<i64>,
    latency_ms: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    answer: String,
}

fn delivered(d: DeliveryRow) -> Delivered {
    Delivered {
        id: d.id,
        next_at: (d.state == "waiting").then(|| Time(d.next_at).rfc3339()),
        message: d.message_id,
        round: d.round,
        topic: d.topic,
        state: d.state,
        attempts: d.attempts,
        created_at: Time(d.created_at).rfc3339(),
        last_at: d.last_at.map(|t| Time(t).rfc3339()),
        status: d.status,
        latency_ms: d.latency_ms,
        answer: d.answer,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Range {
    /// First message.
    from: i64,
    /// Last message.
    to: i64,
    /// Only those whose attempts are used up.
    #[serde(default)]
    dead_only: bool,
}

/// How many were put into the line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replayed)]
struct Replayed {
    deliveries: u64,
}

const LIST: &str = "webhooks";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let before = decode(LIST, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let rows = store::page(call.db(), before, ask.size() + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |w| Cursor { key: String::new(), id: w.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    Ok(shown(store::get(call.db(), id).await?))
}

async fn make(call: Call, _: Nothing, new: New) -> Result<Secret> {
    let (secret, loopback) = (new_secret()?, super::pages::loopback(call.db()).await?);
    let topics = new.topics.into_iter().map(|t| t.0).collect();
    let id = call.run(MakeWebhook { url: new.url, topics, loopback, secret: secret.clone() }).await?;
    Ok(Secret { id, secret })
}

async fn change(call: Call, Id(webhook): Id, c: Change) -> Result<Shown> {
    let now = shown(store::get(call.db(), webhook).await?);
    call.unchanged(&now)?;
    let loopback = super::pages::loopback(call.db()).await?;
    let topics = c.topics.map(|ts| ts.into_iter().map(|t| t.0).collect());
    call.run(ChangeWebhook { webhook, url: c.url, topics, active: c.active, loopback }).await?;
    Ok(shown(store::get(call.db(), webhook).await?))
}

async fn remove(call: Call, Id(webhook): Id, _: Nothing) -> Result<()> {
    call.run(RemoveWebhook { webhook }).await
}

async fn rotate(call: Call, Id(webhook): Id, _: Nothing) -> Result<Secret> {
    let secret = new_secret()?;
    call.run(RotateSecret { webhook, secret: secret.clone() }).await?;
    Ok(Secret { id: webhook, secret })
}

async fn test(call: Call, Id(webhook): Id, _: Nothing) -> Result<()> {
    call.run(SendTest { webhook }).await.map(|_| ())
}

async fn replay(call: Call, Id(webhook): Id, r: Range) -> Result<Replayed> {
    let deliveries = call.run(Replay { webhook, from: r.from, to: r.to, dead_only: r.dead_only }).await?;
    Ok(Replayed { deliveries })
}

async fn deliveries(call: Call, Id(webhook): Id, ask: PageAsk) -> Result<Listed<Delivered>> {
    store::get(call.db(), webhook).await?;
    let name = format!("deliveries {webhook}");
    let before = decode(&name, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let rows = store::deliveries(call.db(), webhook, before, ask.size() + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |d| Cursor { key: String::new(), id: d.id });
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(delivered).collect() })
}
