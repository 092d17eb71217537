//! Handlers of the acts on an action. Each goes back to the queue with a message and, where it can be taken back, an undo.

use crate::next_best_action::commands::{Accept, Dismiss, RecordOutcome, Reopen};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{ActionId, Error, Outcome};
use rounds_store::{Command, RunOptions};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

/// What every act's form sends besides its own fields.
#[derive(Deserialize)]
pub(in super::super) struct Act {
    #[serde(default)]
    form_key: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    note: String,
}

/// Runs the command once for the form it came from: a double click is one act.
async fn once<C: Command>(app: &App, visitor: &Visitor, key: String, command: C) -> Result<C::Out, Error> {
    let idempotency_key = (!key.is_empty()).then_some(key);
    Ok(app.runner().run_with(&visitor.actor, command, RunOptions { idempotency_key, dry_run: false }).await?.out)
}

pub(in super::super) async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Act>,
) -> WebResult {
    let person = once(&app, &visitor, f.form_key, Accept { action: ActionId(id) }).await?;
    flashes.good_with_undo(&format!("/queue#action-{id}"), format!("Accepted: {person}."), format!("/actions/{id}/reopen")).await
}

pub(in super::super) async fn dismiss(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Act>,
) -> WebResult {
    let person = once(&app, &visitor, f.form_key, Dismiss { action: ActionId(id), reason: f.reason, note: f.note }).await?;
    flashes.good_with_undo("/queue", format!("Dismissed: {person}."), format!("/actions/{id}/reopen")).await
}

pub(in super::super) async fn outcome(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Act>,
) -> WebResult {
    let outcome = Outcome::parse(&f.outcome).ok_or_else(|| {
        Error::invalid("engage.outcome", "An outcome is needed. Nothing was changed.", "Choose what happened from the list.")
    })?;
    let person = once(&app, &visitor, f.form_key, RecordOutcome { action: ActionId(id), outcome, note: f.note }).await?;
    flashes.good("/queue", format!("Recorded for {person}: {}. It stands on their timeline.", outcome.label().to_lowercase())).await
}

pub(in super::super) async fn reopen(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let person = app.runner().run(&visitor.actor, Reopen { action: ActionId(id) }).await?;
    flashes.good(&format!("/queue#action-{id}"), format!("{person} is back in the queue.")).await
}
