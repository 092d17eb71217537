//! The audit log: who changed what and when.
//!
//! Routes: `/audit`. Reads the store's table; owns none.

mod api;

use axum::extract::{Query, State};
use rounds_kernel::{Permission, Time};
use rounds_store::audit::{AuditRow, page as entries};
use rounds_web::components::{Column, Pager};
use rounds_web::{App, Route, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Tables this capability owns: none, the runner writes the log.
pub const TABLES: &[&str] = &[];

const PER_PAGE: usize = 50;

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.push(Route::get("/audit", Permission::Administer, list).menu("Admin", "Audit log"));
    all
}

#[derive(askama::Template)]
#[template(path = "audit/templates/list.html")]
struct AuditPage {
    shell: Shell,
    entries: Vec<Entry>,
    columns: Vec<Column>,
    pager: Pager,
}

struct Entry {
    iso: String,
    at: String,
    actor: String,
    role: String,
    command: String,
    input: String,
    notes: String,
}

fn view(shell: Shell, zone: &str, mut rows: Vec<AuditRow>) -> AuditPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|r| format!("/audit?before={}", r.id))).flatten();
    rows.truncate(PER_PAGE);
    let entries = rows
        .into_iter()
        .map(|r| Entry {
            iso: Time(r.at).rfc3339(),
            at: Time(r.at).in_zone(zone),
            actor: r.actor,
            role: r.role,
            command: r.command,
            input: r.input,
            notes: r.notes,
        })
        .collect::<Vec<_>>();
    let pager = Pager { shown: format!("{} shown, newest first", entries.len()), next, ..Pager::default() };
    AuditPage { shell, entries, columns: ["When", "Who", "Command", "Input", "Notes"].iter().map(|c| Column::text(c)).collect(), pager }
}

#[derive(Deserialize)]
struct AuditQuery {
    before: Option<i64>,
}

async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<AuditQuery>) -> WebResult {
    let rows = entries(app.db(), q.before, PER_PAGE as u64 + 1).await?;
    page(&view(visitor.shell(&app, "Audit log"), &visitor.actor.zone, rows))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let row = AuditRow {
        id: 7,
        at: 1_795_000_000_000_000,
        user_id: Some(2),
        actor: "Ines Kowalski".into(),
        role: "remote_rep".into(),
        command: "engage.accept".into(),
        input: "{\"action\":12}".into(),
        notes: String::new(),
    };
    vec![("audit", askama::Template::render(&view(Shell::sample("Audit log"), "UTC", vec![row])).unwrap_or_default())]
}
