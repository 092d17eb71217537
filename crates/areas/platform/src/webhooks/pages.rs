//! Pages of webhooks.

use super::model::{DeliveryRow, TOPICS, WebhookRow, new_secret};
use super::{ChangeWebhook, MakeWebhook, RemoveWebhook, Replay, RotateSecret, SendTest, store};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{Result, Time};
use rounds_store::{Db, settings};
use rounds_web::components::{Choice, Column, Field, Pager};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;

/// Setting that allows deliveries to this computer, for development.
pub const LOOPBACK: &str = "webhooks.loopback";

/// Whether deliveries may go to this computer.
pub(super) async fn loopback(db: &Db) -> Result<bool> {
    Ok(settings::get(db, LOOPBACK).await?.as_deref() == Some("yes"))
}

#[derive(askama::Template)]
#[template(path = "webhooks/templates/list.html")]
struct ListPage {
    shell: Shell,
    webhooks: Vec<Line>,
    columns: Vec<Column>,
    fields: Vec<Field>,
    topics: Vec<(&'static str, &'static str)>,
    pager: Pager,
}

struct Line {
    id: i64,
    url: String,
    topics: String,
    user: String,
    since: String,
    state: &'static str,
    tone: &'static str,
    stopped: String,
    active: bool,
}

impl Line {
    /// Address of one of its acts.
    fn to(&self, act: &str) -> String {
        format!("/webhooks/{}/{act}", self.id)
    }
}

fn line(w: &WebhookRow, zone: &str) -> Line {
    let (state, tone) = match (w.active, w.failing_since) {
        (false, _) => ("Off", "plain"),
        (true, Some(_)) => ("Failing", "warn"),
        (true, None) => ("On", "good"),
    };
    Line {
        id: w.id,
        url: w.url.clone(),
        topics: w.topics().join(", "),
        user: w.user_name.clone(),
        since: Time(w.created_at).in_zone(zone),
        state,
        tone,
        stopped: w.stopped.clone().unwrap_or_default(),
        active: w.active,
    }
}

fn list_view(shell: Shell, mut rows: Vec<WebhookRow>, zone: &str) -> ListPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|w| format!("/webhooks?before={}", w.id))).flatten();
    rows.truncate(PER_PAGE);
    let mut choices: Vec<Choice> = TOPICS.iter().map(|(code, words)| Choice::new(*code, *words)).collect();
    choices.push(Choice::new("all", "All of these"));
    ListPage {
        shell,
        columns: ["Address", "Topics", "Told as", "Since", "State"].iter().map(|c| Column::text(c)).collect(),
        fields: vec![
            Field { kind: "url".into(), hint: "HTTPS, reachable from the internet.".into(), ..Field::text("url", "Address", "") },
            Field { options: choices, ..Field::text("topic", "Topic", "") },
        ],
        topics: TOPICS.to_vec(),
        pager: Pager { shown: format!("{} shown, newest first", rows.len()), next, ..Pager::default() },
        webhooks: rows.iter().map(|w| line(w, zone)).collect(),
    }
}

#[derive(askama::Template)]
#[template(path = "webhooks/templates/detail.html")]
struct DetailPage {
    shell: Shell,
    webhook: Line,
    /// A secret made just now.
    secret: Option<String>,
    deliveries: Vec<Sent>,
    columns: Vec<Column>,
    pager: Pager,
}

struct Sent {
    message: i64,
    topic: String,
    state: &'static str,
    tone: &'static str,
    attempts: i64,
    status: String,
    latency: String,
    at: String,
    answer: String,
    may_replay: bool,
}

fn sent(d: &DeliveryRow, zone: &str) -> Sent {
    let (state, tone) = match d.state.as_str() {
        "done" => ("Delivered", "good"),
        "dead" => ("Given up", "bad"),
        "skipped" => ("Outside the owner's scope", "plain"),
        _ if d.attempts > 0 => ("To be tried again", "warn"),
        _ => ("Waiting", "plain"),
    };
    Sent {
        message: d.message_id,
        topic: d.topic.clone(),
        state,
        tone,
        attempts: d.attempts,
        status: d.status.map_or_else(|| "—".into(), |s| s.to_string()),
        latency: d.latency_ms.map_or_else(|| "—".into(), |ms| format!("{ms} ms")),
        at: Time(d.last_at.unwrap_or(d.created_at)).in_zone(zone),
        answer: d.answer.clone(),
        may_replay: matches!(d.state.as_str(), "done" | "dead"),
    }
}

fn detail_view(shell: Shell, w: &WebhookRow, mut rows: Vec<DeliveryRow>, secret: Option<String>, zone: &str) -> DetailPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|d| format!("/webhooks/{}?before={}", w.id, d.id))).flatten();
    rows.truncate(PER_PAGE);
    let mut columns: Vec<Column> = ["When", "Topic", "State"].iter().map(|c| Column::text(c)).collect();
    columns.extend(["Attempts", "Status", "Took"].iter().map(|c| Column::number(c)));
    columns.extend([Column::text("Answer"), Column::text("")]);
    DetailPage {
        shell,
        webhook: line(w, zone),
        secret,
        columns,
        pager: Pager { shown: format!("{} shown, newest first", rows.len()), next, ..Pager::default() },
        deliveries: rows.iter().map(|d| sent(d, zone)).collect(),
    }
}

#[derive(Deserialize)]
pub(super) struct Ask {
    before: Option<i64>,
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> WebResult {
    let rows = store::page(app.db(), ask.before.unwrap_or(i64::MAX), PER_PAGE + 1).await?;
    page(&list_view(visitor.shell(&app, "Webhooks"), rows, &visitor.actor.zone))
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<Ask>) -> WebResult {
    shown(&app, &visitor, id, ask.before, None).await
}

async fn shown(app: &App, visitor: &Visitor, id: i64, before: Option<i64>, secret: Option<String>) -> WebResult {
    let w = store::get(app.db(), id).await?;
    let rows = store::deliveries(app.db(), id, before.unwrap_or(i64::MAX), PER_PAGE + 1).await?;
    page(&detail_view(visitor.shell(app, "Webhook"), &w, rows, secret, &visitor.actor.zone))
}

#[derive(Deserialize)]
pub(super) struct New {
    url: String,
    topic: String,
}

pub(super) async fn make(State(app): State<App>, visitor: Visitor, Form(f): Form<New>) -> WebResult {
    let topics = if f.topic == "all" { TOPICS.iter().map(|(t, _)| (*t).to_owned()).collect() } else { vec![f.topic] };
    let (secret, loopback) = (new_secret()?, loopback(app.db()).await?);
    let id = app.runner().run(&visitor.actor, MakeWebhook { url: f.url, topics, loopback, secret: secret.clone() }).await?;
    shown(&app, &visitor, id, None, Some(secret)).await
}

#[derive(Deserialize)]
pub(super) struct Switch {
    active: bool,
}

pub(super) async fn switch(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(webhook): Path<i64>,
    Form(f): Form<Switch>,
) -> WebResult {
    let loopback = loopback(app.db()).await?;
    app.runner().run(&visitor.actor, ChangeWebhook { webhook, active: Some(f.active), loopback, ..ChangeWebhook::default() }).await?;
    flashes.good(&format!("/webhooks/{webhook}"), format!("The webhook is switched {}.", if f.active { "on" } else { "off" })).await
}

pub(super) async fn test(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(webhook): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, SendTest { webhook }).await?;
    flashes.good(&format!("/webhooks/{webhook}"), "A test is on its way; reload to see how it went.").await
}

pub(super) async fn rotate(State(app): State<App>, visitor: Visitor, Path(webhook): Path<i64>) -> WebResult {
    let secret = new_secret()?;
    app.runner().run(&visitor.actor, RotateSecret { webhook, secret: secret.clone() }).await?;
    shown(&app, &visitor, webhook, None, Some(secret)).await
}

/// One message, or without one all that were given up.
#[derive(Deserialize)]
pub(super) struct Again {
    message: Option<i64>,
}

pub(super) async fn replay(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(webhook): Path<i64>,
    Form(f): Form<Again>,
) -> WebResult {
    let (from, to) = f.message.map_or((i64::MIN, i64::MAX), |m| (m, m));
    let put = app.runner().run(&visitor.actor, Replay { webhook, from, to, dead_only: f.message.is_none() }).await?;
    flashes.good(&format!("/webhooks/{webhook}"), format!("{put} put into the line again.")).await
}

pub(super) async fn remove(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(webhook): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, RemoveWebhook { webhook }).await?;
    flashes.good("/webhooks", "The webhook is ended; nothing more is sent to it.").await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let hook = |id, active: bool| WebhookRow {
        id,
        user_id: 1,
        user_name: "Henrik <b>Dahl</b>".into(),
        url: "https://hooks.company.example/rounds?<script>".into(),
        topics: "leads,job".into(),
        secret: String::new(),
        old_secret: None,
        old_until: None,
        active,
        stopped: (!active).then(|| "Every delivery failed for two days.".into()),
        failing_since: None,
        position: 1,
        created_at: 1_795_444_000_000_000,
    };
    let delivery = |id, state: &str, status: Option<i64>| DeliveryRow {
        id,
        webhook_id: 1,
        message_id: id,
        round: 0,
        topic: "leads".into(),
        body: "{}".into(),
        state: state.into(),
        attempts: i64::from(status.is_some()),
        next_at: 0,
        created_at: 1_795_444_000_000_000,
        last_at: None,
        status,
        latency_ms: status.map(|_| 41),
        answer: "<script>alert(1)</script>".into(),
    };
    let list = |rows| askama::Template::render(&list_view(Shell::sample("Webhooks"), rows, "UTC")).unwrap_or_default();
    let one = |w: &WebhookRow, rows, secret: Option<&str>| {
        let view = detail_view(Shell::sample("Webhook"), w, rows, secret.map(str::to_owned), "UTC");
        askama::Template::render(&view).unwrap_or_default()
    };
    let rows = || vec![delivery(3, "waiting", None), delivery(2, "done", Some(204)), delivery(1, "dead", Some(500))];
    vec![
        ("webhooks", list(vec![hook(2, true), hook(1, false)])),
        ("webhooks, none yet", list(Vec::new())),
        ("webhook", one(&hook(1, true), rows(), None)),
        ("webhook, just made", one(&hook(1, true), Vec::new(), Some("whsec_…"))),
        ("webhook, stopped", one(&hook(1, false), rows(), None)),
    ]
}
