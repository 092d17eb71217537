//! Pages of imports: the list with the upload, one import with its progress, report and rejected rows.

mod mapping;

use super::{
    Ask, CHUNK, ImportReport, Importers, Incoming, JOB_KIND, LARGEST_UPLOAD, LARGEST_UPLOAD_MB, Preview, RejectRow, Shown, UndoImport,
    UndoReport, export, rejects_of, store,
};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::handler::Handler;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use rounds_kernel::{Error, JobId, Permission, Result, Time};
use rounds_store::jobs::{JobRow, get};
use rounds_store::{Query as _, args};
use rounds_web::components::{Choice, Column, Fact, Field, JobState, Pager, Progress};
use rounds_web::{App, Flashes, Route, Shell, Visitor, WebResult, page, plain};
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
    let (formed, started) = (importers.clone(), importers.clone());
    let form = move |State(app): State<App>, visitor: Visitor, Path(hash): Path<String>, Query(asked): mapping::Asked| {
        mapping::form(app, visitor, hash, asked, formed.clone())
    };
    let start = move |app: State<App>, visitor: Visitor, flashes: Flashes, hash: Path<String>, fields: mapping::Fields| {
        mapping::start(app, visitor, flashes, hash, started.clone(), fields.0)
    };
    let upload = move |State(app): State<App>, visitor: Visitor, flashes: Flashes, form: Multipart| {
        upload(app, visitor, flashes, form, importers.clone())
    };
    // The file is measured while it arrives and is never in memory as a whole.
    let upload = upload.layer(DefaultBodyLimit::disable());
    vec![
        Route::get("/imports", Permission::WriteRecord, list).menu("Admin", "Imports"),
        Route::post("/imports/upload", Permission::WriteRecord, upload),
        Route::get("/imports/{job}", Permission::WriteRecord, detail),
        Route::get("/imports/{job}/line", Permission::WriteRecord, live_line),
        Route::get("/imports/files/{hash}", Permission::WriteRecord, form),
        Route::post("/imports/files/{hash}", Permission::WriteRecord, start),
        Route::get("/imports/{job}/rejects.csv", Permission::WriteRecord, rejects_csv),
        Route::get("/imports/{job}/rejected-rows.csv", Permission::WriteRecord, rejected_rows),
        Route::post("/imports/{job}/undo", Permission::WriteRecord, undo),
        Route::post("/imports/{job}/again", Permission::WriteRecord, again),
    ]
}

#[derive(Debug, askama::Template)]
#[template(path = "imports/templates/list.html")]
struct ImportsPage {
    shell: Shell,
    file: Field,
    kind: Field,
    dry_run: Field,
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

fn list_view(shell: Shell, importers: &Importers, mut jobs: Vec<JobRow>, zone: &str, largest: u64) -> ImportsPage {
    let next = (jobs.len() > PER_PAGE).then(|| jobs.get(PER_PAGE - 1).map(|j| format!("/imports?before={}", j.id))).flatten();
    jobs.truncate(PER_PAGE);
    let mut kinds = vec![Choice { selected: true, ..Choice::new("", "Tell by its header") }];
    kinds.extend(importers.iter().map(|i| Choice::new(i.kind(), i.title())));
    ImportsPage {
        file: Field {
            kind: "file".into(),
            hint: format!("CSV, TSV, XLSX or Parquet with a header, up to {}.", size_words(largest)),
            ..Field::text("file", "File", "")
        },
        // Not required: left alone, the header tells, and a browser would not send a required choice without a value.
        kind: Field { options: kinds, required: false, ..Field::text("kind", "What it is", "") },
        dry_run: Field {
            options: Choice::list(&[("no", "Import it"), ("yes", "Dry run: show what would change, keep nothing")], "no"),
            ..Field::text("dry_run", "What to do", "")
        },
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
    let largest = largest_upload(&app).await?;
    page(&list_view(visitor.shell(&app, "Imports"), &importers, jobs, &visitor.actor.zone, largest))
}

async fn upload(app: App, visitor: Visitor, flashes: Flashes, mut form: Multipart, importers: Importers) -> WebResult {
    let (mut kind, mut dry_run, mut file) = (String::new(), false, None);
    let largest = largest_upload(&app).await?;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("kind") => kind = field.text().await.map_err(broken)?,
            Some("dry_run") => dry_run = field.text().await.map_err(broken)? == "yes",
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let mut incoming = Incoming::open(&visitor.actor)?;
                while let Some(part) = field.chunk().await.map_err(broken)? {
                    incoming.take(app.runner(), &part).await?;
                    if incoming.bytes() > largest << 20 {
                        return Err(too_large(largest).into());
                    }
                }
                if !name.is_empty() {
                    file = Some(incoming.close(app.runner(), &visitor.actor, &name).await?);
                }
            }
            _ => {}
        }
    }
    let Some(file) = file else {
        return Err(Error::invalid("import.no_file", "No file was chosen. Nothing was changed.", "Choose a file and send it again.").into());
    };
    let kind = Some(kind).filter(|k| !k.is_empty());
    let Some(how) = mapping::known(app.runner(), &importers, &file, kind.as_deref()).await? else {
        let kind = kind.map_or(String::new(), |k| format!("?kind={k}"));
        return flashes
            .good(&format!("/imports/files/{}{kind}", file.hash), "The file is kept. Say which column is which, then it is read.")
            .await;
    };
    let how = Ask { dry_run, ..how };
    let job = super::ask(app.runner(), &visitor.actor, &importers, file, how).await?;
    flashes.good(&format!("/imports/{}", job.id), "The file is kept and will be read now. You may leave this page.").await
}

/// Megabytes in words.
fn size_words(megabytes: u64) -> String {
    if megabytes >= 1_024 && megabytes.is_multiple_of(1_024) { format!("{} GB", megabytes / 1_024) } else { format!("{megabytes} MB") }
}

/// The largest file taken through the browser, in megabytes.
async fn largest_upload(app: &App) -> Result<u64> {
    let set = rounds_store::settings::get(app.db(), LARGEST_UPLOAD).await?;
    Ok(set.and_then(|mb| mb.parse().ok()).unwrap_or(LARGEST_UPLOAD_MB))
}

fn too_large(megabytes: u64) -> Error {
    let cause = format!("The file is larger than {megabytes} MB. Nothing was changed.");
    Error::invalid("import.too_large", cause, "Split it into parts with the same header, or use “rounds import” on the server.")
}

/// Takes an import back.
async fn undo(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, UndoImport { job: JobId(id) }).await?;
    flashes.good(&format!("/imports/{id}"), "The import is being taken back. What stays is listed here with the reason.").await
}

/// Goes on with an import that failed or was stopped, from where it was.
async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    import_job(&app, id).await?;
    app.runner().run(&visitor.actor, rounds_store::jobs::GoOn { job: JobId(id) }).await?;
    flashes.good(&format!("/imports/{id}"), "The import goes on from where it was.").await
}

/// The rejected rows as they stand in the file, under its header: to be corrected and imported by themselves.
async fn rejected_rows(State(app): State<App>, Path(id): Path<i64>) -> WebResult {
    let job = import_job(&app, id).await?;
    let mut text = store::header_line(app.db(), &hash_of(&job)).await?;
    let mut after = 0;
    loop {
        let part = rejects_of(app.db(), JobId(id), after, CHUNK as u64).await?;
        let Some(last) = part.last() else { break };
        after = last.id;
        part.iter().for_each(|r| {
            text.push_str(&r.raw);
            text.push('\n');
        });
    }
    Ok(rounds_web::download(&format!("import-{id}-to-correct.csv"), text))
}

fn hash_of(job: &JobRow) -> String {
    let input: serde_json::Value = serde_json::from_str(&job.input).unwrap_or_default();
    input["file"]["hash"].as_str().unwrap_or_default().to_owned()
}

fn broken(e: axum::extract::multipart::MultipartError) -> Error {
    if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(LARGEST_UPLOAD_MB);
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
    /// Where the file's columns are said, to try it again or to import it.
    columns_href: String,
    columns: Vec<Column>,
    rejects: Vec<RejectRow>,
    more: Option<String>,
    preview: Option<Previewed>,
    undo: bool,
    again: bool,
    taken_back: Option<UndoReport>,
}

/// What a dry run would change, as shown.
#[derive(Debug)]
struct Previewed {
    facts: Vec<Fact>,
    created: Vec<Shown>,
    changed: Vec<Shown>,
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
    let undo = store::undo_of(app.db(), JobId(id)).await?;
    page(&detail_view(visitor.shell(&app, &title), &job, rejects, undo))
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

fn detail_view(shell: Shell, job: &JobRow, mut rejects: Vec<RejectRow>, undo: Option<JobRow>) -> ImportPage {
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
        columns_href: format!("/imports/files/{}?kind={}", hash_of(job), report.kind),
        columns: vec![
            Column::number("Line"),
            Column::text("What is wrong"),
            Column::text("What to do"),
            Column::text("Row in the file"),
            Column::text("Code"),
        ],
        rejects,
        more,
        preview: report.preview.map(previewed),
        undo: undo.is_none() && job.finished_at.is_some() && job.state != "failed" && !dry(job) && report.created + report.updated > 0,
        again: matches!(job.state.as_str(), "failed" | "stopped") && undo.is_none(),
        taken_back: undo.map(|u| serde_json::from_str(&u.report).ok().unwrap_or_default()),
    }
}

fn dry(job: &JobRow) -> bool {
    serde_json::from_str::<serde_json::Value>(&job.input).is_ok_and(|i| i["dry_run"] == true)
}

fn previewed(p: Preview) -> Previewed {
    let facts = [
        ("Entries that would be new", p.creates),
        ("Entries that would change", p.changes),
        ("Entries that would go", p.removals),
        ("Entries on timelines", p.facts),
    ];
    let with_all = |(i, (l, n)): (usize, (&str, u64))| {
        let fact = Fact::new(l, n.to_string());
        if i == 0 { fact.note("a row makes several: the record, its links, its numbers, and what the source said") } else { fact }
    };
    // The record's own number is not known before it is kept.
    let read = |all: Vec<Shown>| -> Vec<Shown> {
        let fields = |s: &Shown| s.fields.iter().filter(|f| f.0 != "id").map(|f| (plain::name(&f.0), f.1.clone(), f.2.clone())).collect();
        all.into_iter().map(|s| Shown { fields: fields(&s), ..s }).collect()
    };
    Previewed { facts: facts.into_iter().enumerate().map(with_all).collect(), created: read(p.created), changed: read(p.changed) }
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
    Ok(rounds_web::download(&format!("import-{id}-rejected.csv"), text))
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

const DRY: &str = r#"{"kind":"accounts","file":"f.csv","read":2,"created":1,"updated":1,"unchanged":0,"rejected":0,"notes":[],"rejects":[],
    "preview":{"creates":1,"changes":1,"removals":0,"facts":0,"created":[{"place":"account","name":"Mercy","fields":[["name","","Mercy"]]}],
    "changed":[{"place":"account","name":"St. <b>Brigid</b>","fields":[["phone","602 555 0100","602 555 0101"]]}]}}"#;

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
    let draw =
        |job: &JobRow, rejects| askama::Template::render(&detail_view(Shell::sample("Import"), job, rejects, None)).unwrap_or_default();
    let list =
        |jobs| askama::Template::render(&list_view(Shell::sample("Imports"), &none, jobs, "UTC", LARGEST_UPLOAD_MB)).unwrap_or_default();
    let mut all = vec![
        ("imports", list(vec![sample_job("running", "null"), sample_job("done", report)])),
        ("imports, none yet", list(Vec::new())),
        ("import, running", draw(&sample_job("running", "null"), Vec::new())),
        (
            "import, done",
            draw(&sample_job("done", report), vec![reject(7, "CHSP1,1014F,<script>alert(1)</script>"), reject(9, "CHSP2,1015F,B")]),
        ),
        ("import, dry run", draw(&sample_job("done", DRY), Vec::new())),
        ("import, failed", draw(&sample_job("failed", error), Vec::new())),
    ];
    all.extend(mapping::samples());
    all
}
