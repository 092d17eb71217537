//! Live parts of pages: server-sent events from the outbox.

use crate::components::Progress;
use crate::route::Route;
use crate::visitor::Visitor;
use crate::{App, WebResult};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use rounds_kernel::{Error, JobId, Permission};
use rounds_store::{jobs, outbox};
use std::convert::Infallible;
use std::time::Duration;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/live/{topic}", Permission::SignedIn, live)]
}

/// Messages on one topic as they come. A user hears about jobs, and about their own and their team's queue.
async fn live(State(app): State<App>, visitor: Visitor, Path(topic): Path<String>) -> WebResult<Response> {
    if !may_hear(&visitor, &topic) {
        return Err(Error::not_found("live topic").into());
    }
    let from = outbox::head(app.db()).await?;
    Ok(Sse::new(stream(app, topic, from)).keep_alive(KeepAlive::default()).into_response())
}

fn may_hear(visitor: &Visitor, topic: &str) -> bool {
    match topic.split_once('.') {
        Some(("job", id)) => id.parse::<i64>().is_ok() && visitor.actor.may(Permission::WriteRecord),
        Some(("queue", id)) => id.parse().is_ok_and(|u| visitor.actor.sees_user(rounds_kernel::UserId(u))),
        _ => false,
    }
}

fn stream(app: App, topic: String, from: i64) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold((app, topic, from, Vec::<outbox::Message>::new()), |(app, topic, mut last, mut waiting)| async move {
        while waiting.is_empty() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            // A failed read is tried again at the next tick; the page keeps its last state.
            waiting = outbox::since(app.db(), last, &topic).await.unwrap_or_default();
            waiting.reverse();
        }
        let message = waiting.pop()?;
        last = message.id;
        let event = event(&app, &topic, &message).await;
        Some((Ok(event), (app, topic, last, waiting)))
    })
}

/// A job's message is its line drawn anew, which takes the old one's place; the last one ends the stream. Other topics tell the
/// page what changed.
async fn event(app: &App, topic: &str, message: &outbox::Message) -> Event {
    let event = Event::default().id(message.id.to_string());
    let Some(id) = topic.strip_prefix("job.").and_then(|id| id.parse().ok()) else { return event.data(&message.body) };
    let Ok(Some(job)) = jobs::get(app.db(), JobId(id)).await else { return event.event("done").data("gone") };
    if !matches!(job.state.as_str(), "queued" | "running") {
        return event.event("done").data(&job.state);
    }
    let line = ProgressLine { job: Progress::of(&job) };
    event.data(line.render().unwrap_or_default().replace(['\r', '\n'], " "))
}

#[derive(askama::Template)]
#[template(source = "{% import \"components.html\" as ui %}{{ ui::progress_line(job, \"\") }}", ext = "html")]
struct ProgressLine {
    job: Progress,
}
