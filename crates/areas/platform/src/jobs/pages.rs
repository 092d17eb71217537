//! The page of jobs.

use axum::extract::{Path, Query, State};
use rounds_kernel::{Error, JobId, Time};
use rounds_store::jobs::{Finish, JobRow, get, page as jobs};
use rounds_web::components::{Pager, Progress};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 25;

#[derive(askama::Template)]
#[template(path = "jobs/templates/list.html")]
struct JobsPage {
    shell: Shell,
    jobs: Vec<(Progress, String)>,
    pager: Pager,
}

fn line(job: &JobRow, zone: &str) -> (Progress, String) {
    (Progress::of(job), format!("Asked for {}", Time(job.created_at).in_zone(zone)))
}

fn view(shell: Shell, zone: &str, mut rows: Vec<JobRow>) -> JobsPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|r| format!("/jobs?before={}", r.id))).flatten();
    rows.truncate(PER_PAGE);
    let pager = Pager { shown: format!("{} shown, newest first", rows.len()), next, ..Pager::default() };
    JobsPage { shell, jobs: rows.iter().map(|j| line(j, zone)).collect(), pager }
}

#[derive(Deserialize)]
pub(super) struct JobsQuery {
    before: Option<i64>,
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<JobsQuery>) -> WebResult {
    let rows = jobs(app.db(), q.before, PER_PAGE as u64 + 1).await?;
    page(&view(visitor.shell(&app, "Jobs"), &visitor.actor.zone, rows))
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
        report: "null".into(),
        user_id: None,
        created_at: 1_795_000_000_000_000,
        beat_at: 0,
        finished_at: None,
        attempts: 1,
    };
    let rows = vec![
        job(3, "running", 3_000, "Hospitals: line 3,001"),
        job(2, "failed", 10, "The file has no column “ccn”"),
        job(1, "done", 6_742, "Done"),
    ];
    vec![
        ("jobs", askama::Template::render(&view(Shell::sample("Jobs"), "UTC", rows)).unwrap_or_default()),
        ("jobs, none yet", askama::Template::render(&view(Shell::sample("Jobs"), "UTC", vec![])).unwrap_or_default()),
    ]
}
