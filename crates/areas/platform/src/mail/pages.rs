//! The pages of mails, for administrators.

use super::commands::SendAgain;
use super::model::MailState;
use super::store::{MailRow, by_id, page as mails};
use crate::setup::{self, Smtp};
use axum::extract::{Path, Query, State};
use rounds_kernel::{Error, Time};
use rounds_web::components::{Chip, Column, Fact, Filter, Pager, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;

#[derive(askama::Template)]
#[template(path = "mail/templates/list.html")]
struct MailsPage {
    shell: Shell,
    server: bool,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    mails: Vec<Line>,
    pager: Pager,
}

struct Line {
    id: i64,
    to: String,
    subject: String,
    at: String,
    iso: String,
    state: Chip,
    note: String,
}

#[derive(askama::Template)]
#[template(path = "mail/templates/detail.html")]
struct MailPage {
    shell: Shell,
    id: i64,
    subject: String,
    facts: Vec<Fact>,
    text: String,
    again: bool,
}

fn chip(row: &MailRow) -> Chip {
    let state = MailState::parse(&row.state).unwrap_or(MailState::Waiting);
    let tone = match state {
        MailState::Sent => Tone::Good,
        MailState::Dead => Tone::Bad,
        MailState::Waiting if row.attempts > 0 => Tone::Warn,
        _ => Tone::Plain,
    };
    Chip::new(state.label(), tone)
}

fn list_view(shell: Shell, zone: &str, server: bool, state: &str, mut rows: Vec<MailRow>) -> MailsPage {
    let last = rows.get(PER_PAGE - 1).filter(|_| rows.len() > PER_PAGE).map(|r| r.id);
    rows.truncate(PER_PAGE);
    let pairs: Vec<(&str, &str)> = std::iter::once(("", "All")).chain(MailState::ALL.iter().map(|s| (s.code(), s.label()))).collect();
    let line = |r: &MailRow| Line {
        id: r.id,
        to: r.recipient.clone(),
        subject: r.subject.clone(),
        at: Time(r.created_at).in_zone(zone),
        iso: Time(r.created_at).rfc3339(),
        state: chip(r),
        note: r.last_error.clone(),
    };
    MailsPage {
        shell,
        server,
        filters: vec![Filter::select("state", "State", &pairs, state)],
        columns: ["Written", "To", "Subject", "State"].iter().map(|c| Column::text(c)).collect(),
        mails: rows.iter().map(line).collect(),
        pager: Pager {
            shown: format!("{} shown, newest first", rows.len()),
            next: last.map(|id| format!("/mail?state={state}&before={id}")),
            ..Pager::default()
        },
    }
}

fn detail_view(shell: Shell, zone: &str, row: &MailRow) -> MailPage {
    let fact = |label: &str, value: String| Fact { label: label.into(), value, ..Fact::default() };
    let state = MailState::parse(&row.state).unwrap_or(MailState::Waiting);
    let mut facts = vec![
        fact("To", row.recipient.clone()),
        fact("Written", Time(row.created_at).in_zone(zone)),
        fact("State", state.label().into()),
        fact("Attempts", row.attempts.to_string()),
    ];
    facts.extend(row.sent_at.map(|t| fact("Sent", Time(t).in_zone(zone))));
    if !row.last_error.is_empty() {
        facts.push(fact("The mail server said", row.last_error.clone()));
        if state == MailState::Waiting {
            facts.push(fact("Tried again", Time(row.due_at).in_zone(zone)));
        }
    }
    let gone = row.body.is_empty() && state == MailState::Sent;
    let text = if gone { "The text held a link that signs someone in; it was thrown away once sent.".into() } else { row.body.clone() };
    let again = state == MailState::Dead || (state == MailState::Waiting && row.attempts > 0);
    MailPage { shell, id: row.id, subject: row.subject.clone(), facts, text, again }
}

#[derive(Deserialize)]
pub(super) struct MailQuery {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<MailQuery>) -> WebResult {
    let server = setup::load::<Smtp>(app.db()).await?.ready().is_some();
    let state = MailState::parse(&q.state);
    let rows = mails(app.db(), state, q.before, PER_PAGE + 1).await?;
    page(&list_view(visitor.shell(&app, "Mail"), &visitor.actor.zone, server, state.map_or("", MailState::code), rows))
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let row = by_id(app.db(), id).await?.ok_or_else(|| Error::not_found("mail"))?;
    page(&detail_view(visitor.shell(&app, "Mail"), &visitor.actor.zone, &row))
}

pub(super) async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, SendAgain { mail: id }).await?;
    flashes.good("/mail", "The mail is tried again now.").await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let row = |id, state: MailState, attempts, error: &str| MailRow {
        id,
        recipient: "ines@demo.example".into(),
        subject: "Choose a new password <b>".into(),
        body: "Hello Ines,\n\nopen this link within an hour.".into(),
        html: None,
        headers: "[]".into(),
        message_id: "<1@rounds>".into(),
        state: state.code().into(),
        attempts,
        due_at: 1_795_000_060_000_000,
        last_error: error.into(),
        created_at: 1_795_000_000_000_000,
        sent_at: (state == MailState::Sent).then_some(1_795_000_002_000_000),
    };
    let rows = vec![
        row(3, MailState::Waiting, 1, "connection refused"),
        row(2, MailState::Dead, 8, "550 no such mailbox"),
        row(1, MailState::Sent, 1, ""),
    ];
    let draw = |t: MailsPage| askama::Template::render(&t).unwrap_or_default();
    vec![
        ("mail", draw(list_view(Shell::sample("Mail"), "UTC", true, "", rows.clone()))),
        ("mail, no server", draw(list_view(Shell::sample("Mail"), "UTC", false, "dead", Vec::new()))),
        ("one mail", askama::Template::render(&detail_view(Shell::sample("Mail"), "UTC", &rows[0])).unwrap_or_default()),
    ]
}
