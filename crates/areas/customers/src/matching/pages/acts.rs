//! What a steward does: merge, call different, undo, many at once, look for pairs.

use super::super::commands::{CallDifferent, MergePair, Reopen, SwitchAuto};
use super::super::jobs::{self, MERGE_ABOVE, MatchRequest, MergeAbove};
use super::super::store::{self, PairRow};
use super::super::{BY_ITSELF, References};
use crate::identifiers::EntityKind;
use crate::lists;
use crate::merging::Unmerge;
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Error, ErrorKind, Result};
use rounds_store::jobs::Enqueue;
use rounds_web::components::Column;
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Which of the two stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MergeForm {
    survivor: String,
}

fn queue(kind: &str) -> String {
    lists::href("/matching", &[("kind", kind)])
}

pub(super) async fn merge(app: App, visitor: Visitor, flashes: Flashes, id: i64, form: MergeForm, references: References) -> WebResult {
    let pair = store::pair(app.db(), id).await?.ok_or_else(gone)?;
    let act = MergePair { pair: id, survivor: form.survivor.parse().ok(), references: references.to_vec() };
    let done = app.runner().run(&visitor.actor, act).await?;
    let text = format!("{} and {} are one now: {} rows moved.", pair.a_name, pair.b_name, done.rows);
    flashes.good_with_undo(&queue(&pair.entity_kind), text, format!("/matching/merges/{}/undo", done.merge)).await
}

/// A pair whose record went into another meanwhile is no longer there.
fn gone() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "record.not_found",
        "There is no such pair, or one of its two records was merged a moment ago. Nothing was changed.",
        "Go back to the queue and take the next pair.",
    )
}

/// Where to go afterwards: `record` for the page of the record that stays, else the queue.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UndoForm {
    to: String,
}

pub(super) async fn undo(app: App, visitor: Visitor, flashes: Flashes, id: i64, form: UndoForm, references: References) -> WebResult {
    let done = app.runner().run(&visitor.actor, Unmerge { merge: id, references: references.to_vec() }).await?;
    let to = if form.to == "record" { super::record(kind(&done.kind)?, done.survivor) } else { queue(&done.kind) };
    flashes.good(&to, format!("Taken apart again: {} rows went back.", done.rows)).await
}

pub(super) async fn different(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let pair = store::pair(app.db(), id).await?.ok_or_else(gone)?;
    app.runner().run(&visitor.actor, CallDifferent { pair: id }).await?;
    let text = format!("{} and {} are two. Nobody is asked again.", pair.a_name, pair.b_name);
    flashes.good_with_undo(&queue(&pair.entity_kind), text, format!("/matching/{id}/reopen")).await
}

pub(super) async fn reopen(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, Reopen { pair: id }).await?;
    flashes.good(&format!("/matching/{id}"), "The pair waits for a decision again.").await
}

/// What is compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RunForm {
    kind: String,
    all: String,
}

pub(super) fn kind(code: &str) -> Result<EntityKind> {
    EntityKind::parse(code).ok_or_else(|| {
        Error::invalid("match.kind", "There are no records of that kind. Nothing was changed.", "Choose accounts, people or systems.")
    })
}

pub(super) async fn run(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(form): Form<RunForm>) -> WebResult {
    let request = MatchRequest { kind: kind(&form.kind)?, all: form.all == "yes" };
    jobs::ask(app.runner(), &visitor.actor, &request).await?;
    flashes.good(&queue(request.kind.code()), "Looking for pairs. They appear here as they are written.").await
}

/// Whether pairs merge by themselves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AutoForm {
    on: String,
}

pub(super) async fn auto(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(form): Form<AutoForm>) -> WebResult {
    let on = form.on == "yes";
    app.runner().run(&visitor.actor, SwitchAuto { on }).await?;
    let percent = BY_ITSELF * 100.0;
    let text = if on {
        format!("Pairs over {percent} % merge by themselves after each run. Each can be taken apart.")
    } else {
        "Nothing is merged without a steward.".into()
    };
    flashes.good("/matching", text).await
}

/// Many at once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BulkForm {
    kind: String,
    above: String,
    step: String,
}

#[derive(Debug, askama::Template)]
#[template(path = "matching/templates/bulk.html")]
pub(super) struct BulkPage {
    shell: Shell,
    kind: &'static str,
    plural: &'static str,
    above: String,
    shown: String,
    count: usize,
    columns: Vec<Column>,
    sample: Vec<(String, String, String)>,
}

pub(super) fn view(shell: Shell, kind: EntityKind, above: f64, count: usize, sample: &[PairRow]) -> BulkPage {
    BulkPage {
        shell,
        kind: kind.code(),
        plural: kind.plural(),
        above: above.to_string(),
        shown: format!("{:.1} %", above * 100.0),
        count,
        columns: ["The older record", "The younger record", "One and the same"].iter().map(|c| Column::text(c)).collect(),
        sample: sample.iter().map(|p| (p.a_name.clone(), p.b_name.clone(), super::percent(p.probability))).collect(),
    }
}

pub(super) async fn bulk(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(form): Form<BulkForm>) -> WebResult {
    let kind = kind(&form.kind)?;
    let above: f64 = form.above.parse().ok().filter(|p| (0.5..1.0).contains(p)).ok_or_else(|| {
        Error::invalid("match.above", "The probability must lie between 0.5 and 1. Nothing was changed.", "Choose one from the list.")
    })?;
    let score = (jobs::bits(above) * 1_000.0).ceil() as i64;
    if form.step == "merge" {
        let input = serde_json::to_value(MergeAbove { kind, score }).map_err(Error::internal)?;
        let ask = Enqueue { kind: MERGE_ABOVE.into(), input_key: kind.code().into(), input };
        app.runner().run(&visitor.actor, ask).await?;
        return flashes.good(&queue(kind.code()), "Merging. Each pair can be taken apart on the page of all merges.").await;
    }
    let db = app.db();
    let ids = store::open_above(db, kind, score, i64::MAX).await?;
    let mut sample = Vec::new();
    // The least sure ones are the ones to look at.
    for id in ids.iter().rev().take(10) {
        sample.extend(store::pair(db, *id).await?);
    }
    page(&view(visitor.shell(&app, "Merge many"), kind, above, ids.len(), &sample))
}
