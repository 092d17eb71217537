//! The page of jobs.

use super::model::Recurring;
use super::worker::{AskFor, last_key};
use axum::Extension;
use axum::extract::{Path, Query, State};
use rounds_kernel::{Error, JobId, Time};
use rounds_store::jobs::{Again, Finish, JobRow, get, page as jobs, page_in};
use rounds_store::settings;
use rounds_web::components::{Filter, Pager, Progress};
use rounds_web::{App, Flashes, Locale, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 25;

/// What recurs, as the routes were given it.
#[derive(Clone)]
pub(super) struct Schedule(pub Vec<Recurring>);

#[derive(askama::Template)]
#[template(path = "jobs/templates/list.html")]
struct JobsPage {
    shell: Shell,
    recurring: Vec<Due>,
    filters: Vec<Filter>,
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

fn line(job: &JobRow, locale: Locale, zone: &str) -> Line {
    let report: serde_json::Value = serde_json::from_str(&job.report).unwrap_or_default();
    let said = |field: &str| report["error"][field].as_str().unwrap_or_default().to_owned();
    let ended = matches!(job.state.as_str(), "failed" | "stopped");
    let attempts = if job.attempts > 1 { format!(", begun {} times", job.attempts) } else { String::new() };
    Line {
        id: job.id,
        progress: Progress::of(job),
        asked: format!("Asked for {}{attempts}", locale.time(Time(job.created_at), zone)),
        cause: if ended { said("cause") } else { String::new() },
        remedy: if ended { said("remedy") } else { String::new() },
        again: ended,
    }
}

const STATES: &[(&str, &str)] =
    &[("", "All"), ("queued", "Waiting"), ("running", "Running"), ("done", "Done"), ("failed", "Failed"), ("stopped", "Stopped")];

fn view(shell: Shell, (locale, zone): (Locale, &str), recurring: Vec<Due>, state: &str, mut rows: Vec<JobRow>) -> JobsPage {
    let last = rows.get(PER_PAGE - 1).filter(|_| rows.len() > PER_PAGE).map(|r| r.id);
    rows.truncate(PER_PAGE);
    JobsPage {
        shell,
        recurring,
        filters: vec![Filter::select("state", "State", STATES, state)],
        pager: Pager {
            shown: format!("{} shown, newest first", rows.len()),
            next: last.map(|id| format!("/jobs?state={state}&before={id}")),
            ..Pager::default()
        },
        jobs: rows.iter().map(|j| line(j, locale, zone)).collect(),
    }
}

#[derive(Deserialize)]
pub(super) struct JobsQuery {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

pub(super) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Extension(Schedule(all)): Extension<Schedule>,
    Query(q): Query<JobsQuery>,
) -> WebResult {
    let state = STATES.iter().map(|(code, _)| *code).find(|code| *code == q.state).unwrap_or_default();
    let limit = PER_PAGE as u64 + 1;
    let rows = if state.is_empty() { jobs(app.db(), q.before, limit).await? } else { page_in(app.db(), state, q.before, limit).await? };
    let mut recurring = Vec::new();
    for r in &all {
        let last = settings::get(app.db(), &last_key(r.kind)).await?.filter(|l| l.contains('-')).unwrap_or_else(|| "—".into());
        recurring.push(Due { kind: r.kind, what: r.title, when: r.every.settled(app.db()).await?.words(), last });
    }
    page(&view(visitor.shell(&app, "Jobs"), (visitor.locale, &visitor.actor.zone), recurring, state, rows))
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
    let draw = |rows| {
        let shown = view(Shell::sample("Jobs"), (Locale::default(), "UTC"), due(), "", rows);
        askama::Template::render(&shown).unwrap_or_default()
    };
    vec![("jobs", draw(rows)), ("jobs, none yet", draw(vec![]))]
}
