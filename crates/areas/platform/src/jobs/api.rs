//! Long work for programs that wait for it.

use rounds_kernel::{Cursor, Error, JobId, Page, Permission, Result, Time};
use rounds_store::jobs::{Finish, JobRow, get, page};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, decode, encode};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/jobs", Permission::Administer, "Jobs, newest first", list).route(),
        Operation::get("/api/v1/jobs/{id}", Permission::Administer, "One job with its progress", one).route(),
        Operation::post("/api/v1/jobs/{id}/stop", Permission::Administer, "Stop a job after its present step", stop)
            .about("What it had finished is kept.")
            .route(),
    ]
}

/// Long work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
struct Shown {
    id: i64,
    kind: String,
    /// `queued`, `running`, `done`, `failed` or `stopped`.
    state: String,
    /// Units done.
    done: i64,
    /// Units in all, 0 if unknown.
    total: i64,
    /// What it is doing, in plain words.
    message: String,
    /// What became of it, once it has ended.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    finished_at: Option<String>,
}

fn shown(j: JobRow) -> Shown {
    Shown {
        id: j.id,
        kind: j.kind,
        state: j.state,
        done: j.done,
        total: j.total,
        message: j.message,
        report: serde_json::from_str::<Value>(&j.report).ok().filter(Value::is_object),
        created_at: Time(j.created_at).rfc3339(),
        finished_at: j.finished_at.map(|t| Time(t).rfc3339()),
    }
}

const LIST: &str = "jobs";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let before = decode(LIST, ask.after.as_deref())?.map(|c| c.id);
    let rows = page(call.db(), before, ask.size() as u64 + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |j| Cursor { key: String::new(), id: j.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    get(call.db(), JobId(id)).await?.map(shown).ok_or_else(|| Error::not_found("job"))
}

async fn stop(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    let job = get(call.db(), JobId(id)).await?.ok_or_else(|| Error::not_found("job"))?;
    if !matches!(job.state.as_str(), "queued" | "running") {
        return Err(Error::conflict("job.ended", "This job has ended already. Nothing was changed.", "Look at its report."));
    }
    let message = format!("Stopped by {}", call.actor.name);
    call.run(Finish { job: JobId(id), state: "stopped".into(), message, report: Value::Null }).await
}
