//! Imports for programs: a file is sent, its job is watched, its rejected rows are read.

use super::{Ask, Importers, Incoming, JOB_KIND, RejectRow, ask, rejects_of};
use rounds_kernel::{Cursor, Error, JobId, Page, Permission, Result, Time};
use rounds_store::jobs::{JobRow, get};
use rounds_store::{FromQueryResult, Query, args};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, decode, encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes(importers: Importers) -> Vec<Route> {
    let may = Permission::WriteRecord;
    let take = move |call: Call, _: Nothing, ask: Parameters| upload(call, ask, importers.clone());
    vec![
        Operation::get("/api/v1/imports", may, "Imports, newest first", list).route(),
        Operation::post("/api/v1/imports", may, "Import a file", take)
            .about("The body is the file as it is. It is kept before the answer is sent; the same file, sent again, does nothing twice.")
            .upload(LARGEST)
            .accepted("/api/v1/imports/{id}")
            .route(),
        Operation::get("/api/v1/imports/{id}", may, "One import with its progress and report", one).route(),
        Operation::get("/api/v1/imports/{id}/rejects", may, "Rows that could not be used, with the reason", rejects).route(),
    ]
}

/// The largest file taken in one request; larger ones by the page or the command line.
const LARGEST: usize = 64 << 20;

/// A file on its way into the record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
struct Shown {
    /// Number of its job.
    id: i64,
    file: String,
    /// Kind of file.
    kind: String,
    /// `queued`, `running`, `done`, `failed` or `stopped`.
    state: String,
    /// Lines done.
    done: i64,
    /// Lines in all.
    total: i64,
    message: String,
    /// What became of the rows, once it has ended.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    finished_at: Option<String>,
}

fn shown(j: JobRow) -> Shown {
    let input: Value = serde_json::from_str(&j.input).unwrap_or_default();
    Shown {
        id: j.id,
        file: input["file"]["name"].as_str().unwrap_or_default().to_owned(),
        kind: input["importer"].as_str().unwrap_or_default().to_owned(),
        state: j.state,
        done: j.done,
        total: j.total,
        message: j.message,
        report: serde_json::from_str::<Value>(&j.report).ok().filter(Value::is_object),
        created_at: Time(j.created_at).rfc3339(),
        finished_at: j.finished_at.map(|t| Time(t).rfc3339()),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Name of the file, as the record keeps it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Kind of file; told by its header if not given.
    #[schema(max_length = 50)]
    kind: Option<String>,
    /// Work it out, report what it would do, and keep nothing.
    dry_run: Option<bool>,
}

/// A row that could not be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reject)]
struct Rejected {
    id: i64,
    /// Line in the file, the header being line 1.
    line: i64,
    code: String,
    cause: String,
    remedy: String,
    /// The row as it stands in the file.
    raw: String,
}

async fn upload(call: Call, p: Parameters, importers: Importers) -> Result<Shown> {
    let runner = call.app.runner();
    let mut file = Incoming::open(&call.actor)?;
    file.take(runner, &call.body).await?;
    let file = file.close(runner, &call.actor, &p.name).await?;
    let how = Ask { kind: p.kind, dry_run: p.dry_run == Some(true), ..Ask::default() };
    ask(runner, &call.actor, &importers, file, how).await.map(shown)
}

#[derive(FromQueryResult)]
struct JobId64 {
    id: i64,
}

const LIST: &str = "imports";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let before = decode(LIST, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let sql = "SELECT id FROM job WHERE kind = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let ids: Vec<JobId64> = call.db().all(sql, args![JOB_KIND, before, ask.size() as i64 + 1]).await?;
    let page = Page::from_fetched(ids, ask.size(), |j| Cursor { key: String::new(), id: j.id });
    let mut items = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        items.extend(get(call.db(), JobId(row.id)).await?.map(shown));
    }
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items })
}

async fn import(call: &Call, id: i64) -> Result<JobRow> {
    get(call.db(), JobId(id)).await?.filter(|j| j.kind == JOB_KIND).ok_or_else(|| Error::not_found("import"))
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    import(&call, id).await.map(shown)
}

async fn rejects(call: Call, Id(id): Id, ask: PageAsk) -> Result<Listed<Rejected>> {
    import(&call, id).await?;
    let name = format!("rejects {id}");
    let after = decode(&name, ask.after.as_deref())?.map_or(0, |c| c.id);
    let rows = rejects_of(call.db(), JobId(id), after, ask.size() as u64 + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |r| Cursor { key: String::new(), id: r.id });
    let rejected = |r: RejectRow| Rejected { id: r.id, line: r.line, code: r.code, cause: r.cause, remedy: r.remedy, raw: r.raw };
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(rejected).collect() })
}
