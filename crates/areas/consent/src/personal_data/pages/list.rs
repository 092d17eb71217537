//! `/personal-data`: who asked for what, until when it is answered, and how it was settled.

use super::super::model::Registry;
use super::super::queries::{RequestRow, requests};
use super::super::{AskErasure, ConfirmErasure, RefuseRequest};
use axum::extract::{Form, Path, State};
use rounds_kernel::{PersonId, Time, UserId};
use rounds_web::components::{Chip, Column, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "personal_data/templates/list.html")]
struct ListPage {
    shell: Shell,
    csrf: String,
    columns: Vec<Column>,
    lines: Vec<Line>,
}

struct Line {
    id: i64,
    person: i64,
    name: String,
    kind: &'static str,
    erase: bool,
    reason: String,
    asked: String,
    chip: Chip,
    open: bool,
    /// The visitor asked for it and may confirm it only alone.
    mine: bool,
    settled: String,
}

fn line(r: RequestRow, me: Option<UserId>, now: Time) -> Line {
    let erase = r.kind == "erase";
    let open = r.settled_at.is_none();
    let chip = match (r.settled.as_deref(), Time(r.due_at) < now) {
        (None, true) => Chip::new("overdue", Tone::Bad),
        (None, false) => Chip::new(format!("due {}", Time(r.due_at).day()), Tone::Warn),
        (Some("erased"), _) => Chip::new("erased", Tone::Good),
        (Some("answered"), _) => Chip::new("answered", Tone::Good),
        (Some(_), _) => Chip::new("refused", Tone::Plain),
    };
    let by = r.settled_name.unwrap_or_default();
    let settled = r
        .settled_at
        .map_or(String::new(), |t| format!("{by}, {}{}", Time(t).day(), if erase { String::new() } else { format!(": {}", r.evidence) }));
    Line {
        id: r.id,
        person: r.person_id,
        name: r.person.unwrap_or_else(|| format!("no. {}", r.person_id)),
        kind: if erase { "Erasure" } else { "Copy of their data" },
        erase,
        reason: r.reason,
        asked: format!("{}, {}", r.requested_name, Time(r.requested_at).day()),
        chip,
        open,
        mine: r.requested_by == me.map(|u| u.0),
        settled,
    }
}

fn view(shell: Shell, csrf: &str, rows: Vec<RequestRow>, me: Option<UserId>, now: Time) -> ListPage {
    ListPage {
        shell,
        csrf: csrf.to_owned(),
        columns: ["Person", "Asked for", "Why", "By", "State", "Settled", ""].map(Column::text).to_vec(),
        lines: rows.into_iter().map(|r| line(r, me, now)).collect(),
    }
}

pub(in super::super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let rows = requests(app.db(), &visitor.actor).await?;
    page(&view(visitor.shell(&app, "Personal data"), &visitor.csrf, rows, visitor.actor.user, visitor.now))
}

/// Why an erasure is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Reason {
    reason: String,
}

pub(in super::super) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Reason>,
) -> WebResult {
    app.runner().run(&visitor.actor, AskErasure { person: PersonId(id), reason: f.reason }).await?;
    flashes.good("/personal-data", "The erasure is asked for. A colleague confirms it here.").await
}

/// What the confirming form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Confirmation {
    alone: String,
}

pub(in super::super) async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Confirmation>,
    registry: Registry,
) -> WebResult {
    let changed = app.runner().run(&visitor.actor, ConfirmErasure { id, alone: f.alone, registry }).await?;
    flashes.good("/personal-data", format!("Erased: {changed} rows. Counts and sums stay as they were.")).await
}

/// What the settling form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Settlement {
    answered: String,
    why: String,
}

pub(in super::super) async fn refuse(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Settlement>,
) -> WebResult {
    app.runner().run(&visitor.actor, RefuseRequest { id, answered: f.answered == "yes", why: f.why }).await?;
    flashes.good("/personal-data", "The request is settled.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let now = Time(1_795_444_000_000_000);
    let row = |id: i64, kind: &str, settled: Option<&str>| RequestRow {
        id,
        person_id: 31,
        person: Some("Dr. Aoife <b>Meyer</b>".into()),
        kind: kind.into(),
        reason: "asked in a letter of 3 November".into(),
        requested_by: Some(id),
        requested_name: "Olga Ops".into(),
        requested_at: now.plus_days(-20).0,
        due_at: now.plus_days(if id == 2 { -1 } else { 10 }).0,
        settled: settled.map(str::to_owned),
        settled_name: settled.map(|_| "Adam Admin".into()),
        settled_at: settled.map(|_| now.0),
        evidence: "sent by registered mail".into(),
    };
    let rows = vec![row(1, "erase", None), row(2, "copy", None), row(3, "copy", Some("answered")), row(4, "erase", Some("erased"))];
    let full = view(Shell::sample("Personal data"), "sample", rows, Some(UserId(1)), now);
    let empty = view(Shell::sample("Personal data"), "sample", Vec::new(), None, now);
    let draw = |v: &ListPage| askama::Template::render(v).unwrap_or_default();
    vec![("personal-data", draw(&full)), ("personal-data-empty", draw(&empty))]
}
