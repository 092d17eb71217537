//! What the line of views posts.

use super::commands::{DropView, SaveView};
use super::model::lasting;
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

/// What saving sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    path: String,
    query: String,
    name: String,
    shared: String,
}

pub(super) async fn save(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<Sent>) -> WebResult {
    let query = lasting(&f.query);
    let back = if query.is_empty() { f.path.clone() } else { format!("{}?{query}", f.path) };
    let command = SaveView { path: f.path, query, name: f.name, shared: !f.shared.is_empty() };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good(&back, "The view is saved.").await
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

pub(super) async fn drop_view(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Query(q): Query<To>,
) -> WebResult {
    app.runner().run(&visitor.actor, DropView { view: id }).await?;
    flashes.good(&q.to, "The view is gone; the list is as it was.").await
}
