//! The page of jobs.

use super::model::Recurring;
use super::queries::{Narrow, Place, Slice, kinds, page as jobs};
use super::worker::{AskFor, last_key};
use crate::imports::export;
use crate::views::{self, Views, chosen};
use axum::Extension;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_kernel::{Error, JobId, Result, Time};
use rounds_store::Db;
use rounds_store::jobs::{Again, Finish, JobRow, get};
use rounds_store::settings;
use rounds_web::components::{Filter, Pager, Progress};
use rounds_web::{App, Flashes, Locale, Shell, Visitor, WebResult, page, plain};
use serde::Deserialize;

const PER_PAGE: usize = 25;
/// Rows of one exported file.
const MOST_EXPORTED: usize = 50_000;

/// What recurs, as the routes were given it.
#[derive(Clone)]
pub(super) struct Schedule(pub Vec<Recurring>);

#[derive(askama::Template)]
#[template(path = "jobs/templates/list.html")]
struct JobsPage {
    shell: Shell,
    recurring: Vec<Due>,
    filters: Vec<Filter>,
    /// Order of the list, which stays when rows are chosen.
    sort: String,
    views: Views,
    export: String,
    jobs: Vec<Line>,
    pager: Pager,
}

struct Due {
    kind: &'static str,
    what: &'static str,
    when: String,
    last: String,
}

struct Line {
    id: i64,
    progress: Progress,
    asked: String,
    cause: String,
    remedy: String,
    again: bool,
}

/// Why a job failed or was stopped, and what to do.
fn said(job: &JobRow) -> (String, String) {
    let report: serde_json::Value = serde_json::from_str(&job.report).unwrap_or_default();
    let said = |field: &str| report["error"][field].as_str().unwrap_or_default().to_owned();
    if matches!(job.state.as_str(), "failed" | "stopped") { (said("cause"), said("remedy")) } else { Default::default() }
}

fn line(job: &JobRow, locale: Locale, zone: &str) -> Line {
    let (cause, remedy) = said(job);
    let attempts = if job.attempts > 1 { format!(", begun {} times", job.attempts) } else { String::new() };
    Line {
        id: job.id,
        progress: Progress::of(job),
        asked: format!("Asked for {}{attempts}", locale.time(Time(job.created_at), zone)),
        cause,
        remedy,
        again: matches!(job.state.as_str(), "failed" | "stopped"),
    }
}

const STATES: &[(&str, &str)] =
    &[("", "All"), ("queued", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed"), ("stopped", "Stopped")];

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct JobsQuery {
    state: String,
    kind: String,
    text: String,
    /// `oldest` for the oldest first, else the newest.
    sort: String,
    after: String,
    before: String,
}

impl JobsQuery {
    pub(super) fn narrow(&self) -> Narrow {
        let state = STATES.iter().map(|(code, _)| *code).find(|code| *code == self.state).unwrap_or_default();
        Narrow { state: state.into(), kind: self.kind.clone(), words: self.text.clone(), oldest: self.sort == "oldest", chosen: Vec::new() }
    }

    pub(super) fn place(&self) -> Place {
        Place { after: self.after.parse().ok(), before: self.before.parse().ok() }
    }

    /// `path` with what the list is narrowed to, and `extra`.
    fn address(&self, path: &str, extra: &[(&str, &str)]) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let all = [("state", &self.state), ("kind", &self.kind), ("text", &self.text), ("sort", &self.sort)];
        let set = all.into_iter().map(|(name, value)| (name, value.as_str())).chain(extra.iter().copied());
        set.filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
            pairs.append_pair(name, value);
        });
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn filters(&self, kinds: &[String], recurring: &[Due]) -> Vec<Filter> {
        let words: Vec<String> = kinds.iter().map(|k| kind_words(k, recurring)).collect();
        let mut pairs = vec![("", "All")];
        pairs.extend(kinds.iter().map(String::as_str).zip(words.iter().map(String::as_str)));
        vec![
            Filter {
                value: self.text.clone(),
                placeholder: "in what it does or ended with".into(),
                ..Filter::select("text", "Words", &[], "")
            },
            Filter::select("state", "State", STATES, &self.state),
            Filter::select("kind", "Kind", &pairs, &self.kind),
            Filter::select("sort", "Order", &[("", "Newest first"), ("oldest", "Oldest first")], &self.sort),
        ]
    }
}

/// A kind of job in words: what recurs has its title, others are named by what they do.
fn kind_words(kind: &str, recurring: &[Due]) -> String {
    if let Some(due) = recurring.iter().find(|r| r.kind == kind) {
        return due.what.to_owned();
    }
    let words = plain::name(&kind.replace('-', " "));
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn view(shell: Shell, (locale, zone): (Locale, &str), q: &JobsQuery, recurring: Vec<Due>, kinds: &[String], slice: &Slice) -> JobsPage {
    let order = if q.narrow().oldest { "oldest" } else { "newest" };
    JobsPage {
        shell,
        filters: q.filters(kinds, &recurring),
        recurring,
        sort: q.sort.clone(),
        views: Views::default(),
        export: q.address("/jobs.csv", &[]),
        pager: Pager {
            shown: format!("{} shown, {order} first", slice.rows.len()),
            previous: slice.previous.map(|id| q.address("/jobs", &[("before", &id.to_string())])),
            next: slice.next.map(|id| q.address("/jobs", &[("after", &id.to_string())])),
        },
        jobs: slice.rows.iter().map(|j| line(j, locale, zone)).collect(),
    }
}

pub(super) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Extension(Schedule(all)): Extension<Schedule>,
    Query(q): Query<JobsQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let db = app.db();
    let slice = jobs(db, &q.narrow(), q.place(), PER_PAGE).await?;
    let mut recurring = Vec::new();
    for r in &all {
        let last = settings::get(db, &last_key(r.kind)).await?.filter(|l| l.contains('-')).unwrap_or_else(|| "—".into());
        recurring.push(Due { kind: r.kind, what: r.title, when: r.every.settled(db).await?.words(), last });
    }
    let views = views::of(db, &visitor, "/jobs", query.as_deref()).await?;
    let (shell, kinds) = (visitor.shell(&app, "Jobs"), kinds(db).await?);
    page(&JobsPage { views, ..view(shell, (visitor.locale, &visitor.actor.zone), &q, recurring, &kinds, &slice) })
}

/// Heads of the file.
pub(super) const HEAD: &[&str] =
    &["Job Id", "Kind", "State", "Message", "Done", "Total", "Begun", "Asked At", "Ended At", "Cause", "Remedy"];

/// Rows of the file: all that `narrow` leaves.
pub(super) async fn exported(db: &Db, narrow: &Narrow) -> Result<Vec<Vec<String>>> {
    let slice = jobs(db, narrow, Place::default(), MOST_EXPORTED).await?;
    let rows = slice.rows.into_iter().map(|j| {
        let (cause, remedy) = said(&j);
        vec![
            j.id.to_string(),
            j.kind,
            j.state,
            j.message,
            j.done.to_string(),
            j.total.to_string(),
            j.attempts.to_string(),
            Time(j.created_at).rfc3339(),
            j.finished_at.map_or(String::new(), |t| Time(t).rfc3339()),
            cause,
            remedy,
        ]
    });
    Ok(rows.collect())
}

pub(super) async fn csv(State(app): State<App>, Query(q): Query<JobsQuery>, RawQuery(query): RawQuery) -> WebResult {
    let narrow = Narrow { chosen: chosen(query.as_deref()), ..q.narrow() };
    Ok(rounds_web::download("jobs.csv", export::csv(HEAD, exported(app.db(), &narrow).await?)))
}

pub(super) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Extension(Schedule(all)): Extension<Schedule>,
    Path(kind): Path<String>,
) -> WebResult {
    let found = all.iter().find(|r| r.kind == kind).ok_or_else(|| Error::not_found("recurring work"))?;
    let span = visitor.now.day().to_string();
    app.runner().run(&visitor.actor, AskFor { kind: found.kind.into(), span }).await?;
    flashes.good("/jobs", format!("{}: asked for, the worker begins in a moment.", found.title)).await
}

pub(super) async fn stop(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let job = get(app.db(), JobId(id)).await?.ok_or_else(|| Error::not_found("job"))?;
    if !matches!(job.state.as_str(), "queued" | "running") {
        return Err(Error::conflict("job.ended", "This job has ended already. Nothing was changed.", "Look at its report.").into());
    }
    let message = format!("Stopped by {}", visitor.actor.name);
    let finish = Finish { job: JobId(id), state: "stopped".into(), message, report: serde_json::Value::Null };
    app.runner().run(&visitor.actor, finish).await?;
    flashes.good("/imports", "The job stops after its present step. What it had finished is kept.").await
}

pub(super) async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, Again { job: JobId(id), anew: false }).await?;
    flashes.good("/jobs", "The job goes on from where it was.").await
}

pub(super) async fn anew(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, Again { job: JobId(id), anew: true }).await?;
    flashes.good("/jobs", "The job begins anew.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let job = |id, state: &str, done, message: &str| JobRow {
        id,
        kind: "import".into(),
        input: "{}".into(),
        input_key: "k".into(),
        state: state.into(),
        checkpoint: "null".into(),
        done,
        total: 6_742,
        message: message.into(),
        report: "{\"error\":{\"cause\":\"The file has no column “ccn” <b>.\",\"remedy\":\"Add it.\"}}".into(),
        user_id: None,
        created_at: 1_795_000_000_000_000,
        beat_at: 0,
        finished_at: None,
        attempts: 2,
    };
    let rows = vec![
        job(3, "running", 3_000, "Hospitals: line 3,001"),
        job(2, "failed", 10, "The file has no column “ccn”"),
        job(1, "done", 6_742, "Done"),
    ];
    let due = || vec![Due { kind: "backup", what: "Nightly backup", when: "every day from 02:00 UTC".into(), last: "2026-11-22".into() }];
    let draw = |q: &JobsQuery, rows| {
        let slice = Slice { rows, previous: None, next: Some(1) };
        let kinds = ["backup".to_owned(), "coverage-search".to_owned()];
        let shown = view(Shell::sample("Jobs"), (Locale::default(), "UTC"), q, due(), &kinds, &slice);
        askama::Template::render(&shown).unwrap_or_default()
    };
    let searched = JobsQuery { text: "<b>".into(), sort: "oldest".into(), ..JobsQuery::default() };
    vec![("jobs", draw(&JobsQuery::default(), rows)), ("jobs, none yet", draw(&searched, vec![]))]
}
