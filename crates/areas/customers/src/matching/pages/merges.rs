//! `/matching/merges`: every merge, with who and when, and the way back.

use super::record;
use crate::identifiers::EntityKind;
use crate::merging::{self, MergeRow};
use axum::extract::{Query, State};
use rounds_kernel::Time;
use rounds_web::components::{Column, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;

#[derive(Debug, askama::Template)]
#[template(path = "matching/templates/merges.html")]
pub(super) struct MergesPage {
    shell: Shell,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
}

#[derive(Debug)]
struct Line {
    id: i64,
    at: String,
    shown_at: String,
    kind: String,
    survivor: (String, String),
    merged: String,
    moved: String,
    reason: String,
    undone: Option<String>,
}

/// Where the list starts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MergesAsk {
    before: Option<i64>,
}

fn line(m: &MergeRow, zone: &str) -> Line {
    let kind = EntityKind::parse(&m.entity_kind).unwrap_or(EntityKind::Account);
    let aside = if m.removed_count == 0 { String::new() } else { format!(", {} kept aside", m.removed_count) };
    Line {
        id: m.id,
        at: Time(m.at).rfc3339(),
        shown_at: Time(m.at).in_zone(zone),
        kind: kind.code().into(),
        survivor: (m.survivor_name.clone(), record(kind, m.survivor_id)),
        merged: format!("{} ({})", m.merged_name, m.merged_id),
        moved: format!("{} rows moved{aside}", m.row_count),
        reason: m.reason.clone(),
        undone: m.undone_at.map(|at| Time(at).in_zone(zone)),
    }
}

pub(super) fn view(shell: Shell, mut rows: Vec<MergeRow>, zone: &str) -> MergesPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|m| format!("/matching/merges?before={}", m.id))).flatten();
    rows.truncate(PER_PAGE);
    MergesPage {
        columns: ["When", "Kind", "Stays", "Went into it", "What moved", "Why", "Take apart"].iter().map(|c| Column::text(c)).collect(),
        pager: Pager { shown: format!("{} merges, newest first", rows.len()), next, ..Pager::default() },
        lines: rows.iter().map(|m| line(m, zone)).collect(),
        shell,
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<MergesAsk>) -> WebResult {
    let rows = merging::page(app.db(), ask.before, PER_PAGE as u64 + 1).await?;
    page(&view(visitor.shell(&app, "All merges"), rows, &visitor.actor.zone))
}
