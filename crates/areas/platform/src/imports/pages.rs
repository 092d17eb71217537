//! Pages of imports: the list with the upload, one import with its progress, report and rejected rows.

use super::{CHUNK, ImportReport, Importers, JOB_KIND, LARGEST_UPLOAD, RejectRow, export, receive, rejects_of};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::handler::Handler;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use rounds_kernel::{Error, JobId, Permission, Result, Time};
use rounds_store::jobs::{JobRow, get};
use rounds_store::{Query as _, args};
use rounds_web::components::{Choice, Column, Fact, Field, JobState, Pager, Progress};
use rounds_web::{App, Flashes, Route, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;

/// Imports a page of the list, rejected rows a page of one import.
const PER_PAGE: usize = 25;
const REJECTS_PER_PAGE: usize = 100;

/// Routes of this capability.
pub fn routes(importers: Importers) -> Vec<Route> {
    let shown = importers.clone();
    let list = move |State(app): State<App>, visitor: Visitor, Query(ask): Query<ListAsk>| list(app, visitor, ask, shown.clone());
    let upload = move |State(app): State<App>, visitor: Visitor, flashes: Flashes, form: Multipart| {
        upload(app, visitor, flashes, form, importers.clone())
    };
    // Room for the form around the file; the file itself is measured while it is read.
    let upload = upload.layer(DefaultBodyLimit::max(LARGEST_UPLOAD + (1 << 20)));
    vec![
        Route::get("/imports", Permission::WriteRecord, list).menu("Admin", "Imports"),
        Route::post("/imports/upload", Permission::WriteRecord, upload),
        Route::get("/imports/{job}", Permission::WriteRecord, detail),
        Route::get("/imports/{job}/line", Permission::WriteRecord, live_line),
        Route::get("/imports/{job}/rejects.csv", Permission::WriteRecord, rejects_csv),
    ]
}

#[derive(Debug, askama::Template)]
#[template(path = "imports/templates/list.html")]
struct ImportsPage {
    shell: Shell,
    file: Field,
    kind: Field,
    columns: Vec<Column>,
    rows: Vec<Line>,
    pager: Pager,
}

#[derive(Debug)]
struct Line {
    id: i64,
    file: String,
    kind: String,
    state: String,
    message: String,
    asked: String,
}

/// Which imports are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ListAsk {
    before: Option<i64>,
}

fn named(job: &JobRow) -> (String, String) {
    let input: serde_json::Value = serde_json::from_str(&job.input).unwrap_or_default();
    (input["file"]["name"].as_str().unwrap_or("unnamed file").to_owned(), input["importer"].as_str().unwrap_or_default().to_owned())
}

fn report(job: &JobRow) -> Option<ImportReport> {
    // Finished jobs have a report; running ones carry it in their position.
    let position =
        || serde_json::from_str::<serde_json::Value>(&job.checkpoint).ok().and_then(|p| serde_json::from_value(p["report"].clone()).ok());
    serde_json::from_str(&job.report).ok().or_else(position)
}

fn line(job: &JobRow, importers: &Importers, zone: &str) -> Line {
    let (file, kind) = named(job);
    let title = importers.iter().find(|i| i.kind() == kind).map_or(kind, |i| i.title().to_owned());
    let message = report(job).filter(|_| job.state == "done").map_or_else(|| job.message.clone(), |r| r.summary());
    Line { id: job.id, file, kind: title, state: state(job).to_string(), message, asked: Time(job.created_at).in_zone(zone) }
}

fn state(job: &JobRow) -> JobState {
    match job.state.as_str() {
        "done" => JobState::Done,
        "failed" => JobState::Failed,
        "stopped" => JobState::Stopped,
        "running" => JobState::Running,
        _ => JobState::Waiting,
    }
}

fn list_view(shell: Shell, importers: &Importers, mut jobs: Vec<JobRow>, zone: &str) -> ImportsPage {
    let next = (jobs.len() > PER_PAGE).then(|| jobs.get(PER_PAGE - 1).map(|j| format!("/imports?before={}", j.id))).flatten();
    jobs.truncate(PER_PAGE);
    let mut kinds = vec![Choice { selected: true, ..Choice::new("", "Tell by its header") }];
    kinds.extend(importers.iter().map(|i| Choice::new(i.kind(), i.title())));
    ImportsPage {
        file: Field {
            kind: "file".into(),
            hint: "CSV with a header line, UTF-8 or Windows (CP1252), up to 64 MB.".into(),
            ..Field::text("file", "File", "")
        },
        kind: Field { options: kinds, ..Field::text("kind", "What it is", "") },
        columns: vec![
            Column::text("File"),
            Column::text("Kind"),
            Column::text("State"),
            Column::text("What became of it"),
            Column::text("Asked for"),
        ],
        pager: Pager { shown: format!("{} imports, newest first", jobs.len()), next, ..Pager::default() },
        rows: jobs.iter().map(|j| line(j, importers, zone)).collect(),
        shell,
    }
}

async fn list(app: App, visitor: Visitor, ask: ListAsk, importers: Importers) -> WebResult {
    let sql = "SELECT id, kind, input, input_key, state, checkpoint, done, total, message, report, user_id, created_at, beat_at, finished_at, attempts \
               FROM job WHERE kind = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let jobs = app.db().all(sql, args![JOB_KIND, ask.before.unwrap_or(i64::MAX), PER_PAGE as i64 + 1]).await?;
    page(&list_view(visitor.shell(&app, "Imports"), &importers, jobs, &visitor.actor.zone))
}

async fn upload(app: App, visitor: Visitor, flashes: Flashes, mut form: Multipart, importers: Importers) -> WebResult {
    let (mut kind, mut file) = (String::new(), None);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("kind") => kind = field.text().await.map_err(broken)?,
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let mut bytes = Vec::new();
                while let Some(part) = field.chunk().await.map_err(broken)? {
                    bytes.extend_from_slice(&part);
                    if bytes.len() > LARGEST_UPLOAD {
                        return Err(too_large().into());
                    }
                }
                file = Some((name, bytes));
            }
            _ => {}
        }
    }
    let Some((name, bytes)) = file.filter(|(name, _)| !name.is_empty()) else {
        return Err(Error::invalid("import.no_file", "No file was chosen. Nothing was changed.", "Choose a file and send it again.").into());
    };
    let kind = Some(kind.as_str()).filter(|k| !k.is_empty());
    let job = receive(app.runner(), &visitor.actor, &importers, kind, &name, &bytes).await?;
    flashes.good(&format!("/imports/{}", job.id), "The file is kept and will be read now. You may leave this page.").await
}

fn too_large() -> Error {
    let cause = "The file is larger than 64 MB. Nothing was changed.";
    Error::invalid("import.too_large", cause, "Split it into parts with the same header, or use “rounds import” on the server.")
}

fn broken(e: axum::extract::multipart::MultipartError) -> Error {
    if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Error::invalid(
        "import.upload_broken",
        format!("The upload ended early or is damaged: {}. Nothing was changed.", e.body_text()),
        "Send it again.",
    )
}

#[derive(Debug, askama::Template)]
#[template(path = "imports/templates/detail.html")]
struct ImportPage {
    shell: Shell,
    job: i64,
    file: String,
    live: Progress,
    ended: bool,
    failure: Option<Error>,
    facts: Vec<Fact>,
    notes: Vec<Fact>,
    columns: Vec<Column>,
    rejects: Vec<RejectRow>,
    more: Option<String>,
}

/// Which rejected rows are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DetailAsk {
    after: i64,
}

async fn import_job(app: &App, id: i64) -> Result<JobRow> {
    get(app.db(), JobId(id)).await?.filter(|j| j.kind == JOB_KIND).ok_or_else(|| Error::not_found("import"))
}

async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<DetailAsk>) -> WebResult {
    let job = import_job(&app, id).await?;
    let rejects = rejects_of(app.db(), JobId(id), ask.after, REJECTS_PER_PAGE as u64 + 1).await?;
    let title = format!("Import of {}", named(&job).0);
    page(&detail_view(visitor.shell(&app, &title), &job, rejects))
}

fn live(job: &JobRow) -> Progress {
    let open = matches!(job.state.as_str(), "queued" | "running");
    Progress {
        label: named(job).0,
        text: if open {
            job.message.clone()
        } else {
            report(job).filter(|_| job.state == "done").map_or_else(|| job.message.clone(), |r| r.summary())
        },
        done: job.done.max(0) as u64,
        total: job.total.max(0) as u64,
        state: state(job),
        stream: open.then(|| format!("/imports/{}/line", job.id)),
        stop_href: open.then(|| format!("/jobs/{}/stop", job.id)),
    }
}

fn detail_view(shell: Shell, job: &JobRow, mut rejects: Vec<RejectRow>) -> ImportPage {
    let more = (rejects.len() > REJECTS_PER_PAGE)
        .then(|| rejects.get(REJECTS_PER_PAGE - 1).map(|r| format!("/imports/{}?after={}", job.id, r.id)))
        .flatten();
    rejects.truncate(REJECTS_PER_PAGE);
    let report = report(job).unwrap_or_default();
    let failure = serde_json::from_str::<serde_json::Value>(&job.report).ok().and_then(|v| serde_json::from_value(v["error"].clone()).ok());
    let counts = [
        ("Rows read", report.read),
        ("New", report.created),
        ("Changed", report.updated),
        ("Unchanged", report.unchanged),
        ("Rejected", report.rejected),
    ];
    let notes = report
        .notes
        .iter()
        .map(|n| Fact::new(format!("{} ×", n.count), n.text.clone()).note(format!("{}, first on line {}", n.code, n.first_line)));
    ImportPage {
        shell,
        job: job.id,
        file: named(job).0,
        live: live(job),
        ended: job.finished_at.is_some(),
        failure,
        facts: counts.into_iter().map(|(label, n)| Fact::new(label, n.to_string())).collect(),
        notes: notes.collect(),
        columns: vec![
            Column::number("Line"),
            Column::text("What is wrong"),
            Column::text("What to do"),
            Column::text("Row in the file"),
            Column::text("Code"),
        ],
        rejects,
        more,
    }
}

#[derive(askama::Template)]
#[template(path = "imports/templates/line.html")]
struct LiveLine {
    live: Progress,
    csrf: String,
}

/// The progress line, drawn again as it changes; the last message is named `done`.
async fn live_line(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult<Response> {
    import_job(&app, id).await?;
    let events = futures::stream::unfold((app, visitor.csrf, String::new(), false), move |(app, csrf, last, ended)| async move {
        if ended {
            return None;
        }
        loop {
            tokio::time::sleep(Duration::from_millis(400)).await;
            // A failed read is tried again at the next tick.
            let Ok(job) = import_job(&app, id).await else { continue };
            if job.finished_at.is_some() {
                return Some((Ok::<_, Infallible>(Event::default().event("done").data("done")), (app, csrf, last, true)));
            }
            let view = LiveLine { live: live(&job), csrf: csrf.clone() };
            let html = askama::Template::render(&view).unwrap_or_default();
            if html != last {
                return Some((Ok(Event::default().data(html.clone())), (app, csrf, html, false)));
            }
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// All rejected rows as CSV, with their text, so that they can be put right and imported again.
async fn rejects_csv(State(app): State<App>, Path(id): Path<i64>) -> WebResult {
    import_job(&app, id).await?;
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let part = rejects_of(app.db(), JobId(id), after, CHUNK as u64).await?;
        let Some(last) = part.last() else { break };
        after = last.id;
        rows.extend(part.into_iter().map(|r| vec![r.line.to_string(), r.code, r.cause, r.remedy, r.raw]));
    }
    let text = export::csv(&["line", "code", "cause", "remedy", "row"], rows);
    let name = format!("attachment; filename=\"import-{id}-rejected.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], text).into_response())
}

fn sample_job(state: &str, report: &str) -> JobRow {
    let ended = matches!(state, "done" | "failed");
    JobRow {
        id: 3,
        kind: JOB_KIND.into(),
        input: r#"{"importer":"ahrq-hospitals","file":{"name":"chsp-<b>hospital</b>-linkage-2018.csv"}}"#.into(),
        input_key: "k".into(),
        state: state.into(),
        checkpoint: "null".into(),
        done: 3_000,
        total: 6_743,
        message: "Hospitals: line 3,001 read".into(),
        report: report.into(),
        user_id: None,
        created_at: 1_795_000_000_000_000,
        beat_at: 0,
        finished_at: ended.then_some(1_795_000_001_000_000),
        attempts: 1,
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let report = r#"{"kind":"ahrq-hospitals","file":"f.csv","read":6742,"created":6740,"updated":0,"unchanged":0,"rejected":2,
        "notes":[{"code":"import.zero_restored","text":"numbers had lost their leading zero, which was put back","count":12,"first_line":40}],"rejects":[]}"#;
    let error = r#"{"error":{"kind":"Invalid","code":"import.columns_missing","cause":"The file lacks columns: ccn.","remedy":"Use the file as published."}}"#;
    let reject = |line, raw: &str| RejectRow {
        id: line,
        line,
        code: "import.ccn_unclear".into(),
        cause: "“1014F” is no CMS certification number.".into(),
        remedy: "Look the hospital's number up and write it as text, with its leading zeros.".into(),
        raw: raw.into(),
    };
    let none: Importers = std::sync::Arc::new(Vec::new());
    let draw = |job: &JobRow, rejects| askama::Template::render(&detail_view(Shell::sample("Import"), job, rejects)).unwrap_or_default();
    let list = |jobs| askama::Template::render(&list_view(Shell::sample("Imports"), &none, jobs, "UTC")).unwrap_or_default();
    vec![
        ("imports", list(vec![sample_job("running", "null"), sample_job("done", report)])),
        ("imports, none yet", list(Vec::new())),
        ("import, running", draw(&sample_job("running", "null"), Vec::new())),
        (
            "import, done",
            draw(&sample_job("done", report), vec![reject(7, "CHSP1,1014F,<script>alert(1)</script>"), reject(9, "CHSP2,1015F,B")]),
        ),
        ("import, failed", draw(&sample_job("failed", error), Vec::new())),
    ]
}
