//! The list of leads and the form to capture one.

mod panel;
mod sample;

pub(super) use panel::LeadsPanel;
pub(super) use sample::samples;

use super::model::{REASONS, SOURCES, span, words};
use super::store::{self, Counts, LeadLine, Named, Show};
use super::{CaptureLead, CloseLead, ReleaseLead, TakeLead};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{AccountId, Actor, Cursor, Error, LeadId, Page, PersonId, Result, Time, UserId};
use rounds_store::RunOptions;
use rounds_web::components::{Choice, Column, Field, Filter, Pager, Stat, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page, secret};
use serde::Deserialize;
use std::collections::BTreeMap;

const PAGE: usize = 50;
/// A lead is answered within five minutes; after an hour it is late.
const FRESH_US: i64 = 5 * 60_000_000;
const LATE_US: i64 = 60 * 60_000_000;

#[derive(askama::Template)]
#[template(path = "leads/templates/list.html")]
struct ListPage {
    shell: Shell,
    stats: Vec<Stat>,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    reasons: Vec<Choice>,
    may_write: bool,
    empty: (&'static str, &'static str, &'static str),
}

struct Line {
    id: i64,
    account_id: i64,
    account: String,
    person: Option<(i64, String)>,
    source: String,
    family: String,
    note: String,
    at: String,
    shown_at: String,
    waited: String,
    tone: Tone,
    covered_by: String,
    taker: String,
    may_take: bool,
    may_close: bool,
    may_release: bool,
    end: String,
}

/// What stands around the rows of the list.
struct Frame<'a> {
    actor: &'a Actor,
    now: Time,
    show: Show,
    families: BTreeMap<String, String>,
    covering: BTreeMap<i64, Vec<(String, String)>>,
}

fn line(l: &LeadLine, f: &Frame<'_>) -> Line {
    let end = l.taken_at.or(l.closed_at).unwrap_or(f.now.0);
    let waited = end - l.captured_at;
    let unit = l.family.as_ref().and_then(|n| f.families.get(n));
    let covers = f.covering.get(&l.account_id).map_or(&[][..], Vec::as_slice);
    let mut names: Vec<&str> =
        covers.iter().filter(|(u, _)| unit.is_none_or(|want| want == u || u == "all")).map(|(_, n)| n.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let open = l.closed_at.is_none();
    let mine = l.taken_by.is_none_or(|t| f.actor.sees_user(UserId(t)));
    Line {
        id: l.id,
        account_id: l.account_id,
        account: l.account.clone(),
        person: l.person_id.zip(l.person.clone()),
        source: words(SOURCES, &l.source),
        family: l.family.clone().unwrap_or_else(|| "not said".into()),
        note: l.note.clone(),
        at: Time(l.captured_at).rfc3339(),
        shown_at: Time(l.captured_at).in_zone(&f.actor.zone),
        waited: span(waited),
        tone: if waited <= FRESH_US {
            Tone::Good
        } else if waited <= LATE_US {
            Tone::Warn
        } else {
            Tone::Bad
        },
        covered_by: if names.is_empty() { "nobody".into() } else { names.join(", ") },
        taker: l.taker.clone().unwrap_or_default(),
        may_take: open && l.taken_by.is_none() && f.actor.user.is_some(),
        may_close: open && mine,
        may_release: open && l.taken_by.is_some() && mine,
        end: l.close_reason.as_deref().map_or(String::new(), |r| words(REASONS, r)),
    }
}

fn stats(c: &Counts) -> Vec<Stat> {
    let late = if c.late > 0 {
        (format!("{} for more than an hour", c.late), Tone::Bad)
    } else {
        ("none for more than an hour".into(), Tone::Good)
    };
    vec![
        Stat::new("Waiting", c.waiting.to_string(), "/leads").note(late.0, late.1),
        Stat::new("Taken, not closed", c.taken.to_string(), "/leads?show=taken"),
    ]
}

fn view(shell: Shell, frame: &Frame<'_>, counts: &Counts, rows: &Page<LeadLine>, account: Option<i64>) -> ListPage {
    let code = ["waiting", "taken", "closed"][frame.show as usize];
    let narrowed = account.map_or(String::new(), |a| format!("&account={a}"));
    let next = rows.next.as_ref().map(|c| format!("/leads?show={code}{narrowed}&after={}", c.encode()));
    let shown = format!("{} leads{}", rows.rows.len(), if next.is_some() { ", more follow" } else { "" });
    let clock = if frame.show == Show::Waiting { "Waiting" } else { "Waited" };
    ListPage {
        shell,
        stats: stats(counts),
        filters: vec![Filter::select("show", "Show", &[("waiting", "Waiting"), ("taken", "Taken"), ("closed", "Closed")], code)],
        columns: [clock, "Who", "Asked about", "Source", "Covered by", "State"].iter().map(|c| Column::text(c)).collect(),
        lines: rows.rows.iter().map(|l| line(l, frame)).collect(),
        pager: Pager { shown, previous: None, next },
        reasons: Choice::list(REASONS, ""),
        may_write: frame.actor.may(rounds_kernel::Permission::WriteDemand),
        empty: match frame.show {
            Show::Waiting => {
                ("Nobody waits", "All leads within your reach are taken or closed.", "A new sign of interest appears here at once.")
            }
            Show::Taken => ("No lead is being worked on", "Nobody within your reach holds an open lead.", "Take one from those who wait."),
            Show::Closed => (
                "No lead was closed yet",
                "Leads appear here with the reason they were closed for.",
                "Close a lead once it has led somewhere, or nowhere.",
            ),
        },
    }
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    account: String,
    after: Option<String>,
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>) -> WebResult {
    let (db, show) = (app.db(), Show::parse(&q.show));
    let after = q.after.as_deref().and_then(Cursor::decode);
    let account = q.account.parse().ok();
    let rows = store::page(db, &visitor.actor, show, account, after.as_ref(), PAGE).await?;
    let mut accounts: Vec<i64> = rows.rows.iter().map(|l| l.account_id).collect();
    accounts.dedup();
    let covering = store::covering(db, &accounts, i64::from(visitor.now.day().0)).await?;
    let counts = store::counts(db, &visitor.actor, Time(visitor.now.0 - LATE_US)).await?;
    let frame = Frame { actor: &visitor.actor, now: visitor.now, show, families: store::families(db).await?, covering };
    page(&view(visitor.shell(&app, "Leads"), &frame, &counts, &rows, account))
}

#[derive(askama::Template)]
#[template(path = "leads/templates/form.html")]
struct FormPage {
    shell: Shell,
    account: Option<(i64, String)>,
    fields: Vec<Field>,
    form_key: String,
}

fn select(name: &str, label: &str, pairs: &[(&str, &str)], required: bool) -> Field {
    Field { name: name.into(), label: label.into(), required, options: Choice::list(pairs, ""), ..Field::default() }
}

fn form_view(
    shell: Shell,
    account: Option<&Named>,
    people: &[Named],
    families: &[String],
    chosen: Option<i64>,
    form_key: String,
) -> FormPage {
    let mut fields = Vec::new();
    if account.is_none() {
        let hint = "The whole name or the key, as the account's page shows it.".into();
        fields.push(Field { hint, ..Field::text("account_name", "Account", "") });
    }
    if !people.is_empty() {
        let mut person = select("person", "Who showed interest", &[("", "not known")], false);
        person
            .options
            .extend(people.iter().map(|p| Choice { selected: Some(p.id) == chosen, ..Choice::new(p.id.to_string(), p.name.clone()) }));
        fields.push(person);
    }
    fields.push(select("source", "How they showed it", SOURCES, true));
    let mut family = select("family", "Asked about", &[("", "not said")], false);
    family.options.extend(families.iter().map(|f| Choice::new(f.clone(), f.clone())));
    fields.push(family);
    let hint = "What they said, in their words. No patient data.".into();
    fields.push(Field { rows: 3, required: false, hint, ..Field::text("note", "Note", "") });
    FormPage { shell, account: account.map(|a| (a.id, a.name.clone())), fields, form_key }
}

#[derive(Deserialize)]
pub(super) struct FormQuery {
    account: Option<i64>,
    person: Option<i64>,
}

pub(super) async fn form(State(app): State<App>, visitor: Visitor, Query(q): Query<FormQuery>) -> WebResult {
    let db = app.db();
    let (account, people) = match q.account {
        Some(id) => (Some(store::account(db, &visitor.actor, AccountId(id)).await?), store::people_at(db, AccountId(id)).await?),
        None => (None, Vec::new()),
    };
    let families: Vec<String> = store::families(db).await?.into_keys().collect();
    let shell = visitor.shell(&app, "Capture a lead");
    page(&form_view(shell, account.as_ref(), &people, &families, q.person, secret::token()?))
}

#[derive(Deserialize)]
pub(super) struct Captured {
    account: Option<i64>,
    #[serde(default)]
    account_name: String,
    #[serde(default)]
    person: String,
    source: String,
    #[serde(default)]
    family: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    form_key: String,
}

/// The account of the form: by id, or the only one within scope with this key or name.
async fn account_of(app: &App, visitor: &Visitor, f: &Captured) -> Result<AccountId> {
    if let Some(id) = f.account {
        return Ok(AccountId(id));
    }
    let name = f.account_name.trim();
    let found = store::accounts_named(app.db(), &visitor.actor, name).await?;
    match found.as_slice() {
        [one] => Ok(AccountId(one.id)),
        [] => Err(Error::invalid(
            "lead.account_unknown",
            format!("No account within your reach is called “{name}”. Nothing was saved."),
            "Search for the account, open it, and capture the lead from there.",
        )),
        _ => Err(Error::invalid(
            "lead.account_ambiguous",
            format!("Several accounts are called “{name}”. Nothing was saved."),
            "Open the right one and capture the lead from there, or give its key.",
        )),
    }
}

pub(super) async fn capture(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<Captured>) -> WebResult {
    let account = account_of(&app, &visitor, &f).await?;
    let person = match f.person.trim() {
        "" => None,
        id => Some(PersonId(id.parse().map_err(|_| Error::not_found("person"))?)),
    };
    let family = (!f.family.is_empty()).then_some(f.family);
    let command = CaptureLead { account, person, source: f.source, family, note: f.note };
    let options = RunOptions { idempotency_key: (!f.form_key.is_empty()).then_some(f.form_key), dry_run: false };
    app.runner().run_with(&visitor.actor, command, options).await?;
    flashes.good("/leads", "The lead is captured; its clock runs.").await
}

pub(super) async fn take(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, TakeLead { lead: LeadId(id) }).await?;
    flashes.good_with_undo("/leads?show=taken", "The lead is yours.", format!("/leads/{id}/release")).await
}

pub(super) async fn release(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, ReleaseLead { lead: LeadId(id) }).await?;
    flashes.good("/leads", "The lead waits again.").await
}

#[derive(Deserialize)]
pub(super) struct Closing {
    reason: String,
}

pub(super) async fn close(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Closing>,
) -> WebResult {
    let said = words(REASONS, &f.reason).to_lowercase();
    app.runner().run(&visitor.actor, CloseLead { lead: LeadId(id), reason: f.reason }).await?;
    flashes.good("/leads", format!("Closed: {said}.")).await
}
