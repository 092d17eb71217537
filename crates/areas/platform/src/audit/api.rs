//! The audit log for programs.

use rounds_kernel::{Cursor, Page, Permission, Result, Time};
use rounds_store::audit::{AuditRow, page};
use rounds_web::Route;
use rounds_web::api::{Call, Listed, Nothing, Operation, PageAsk, decode, encode};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![Operation::get("/api/v1/audit", Permission::ReadAudit, "Who changed what, newest first", list).route()]
}

/// One command that was run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct Shown {
    id: i64,
    #[schema(format = "date-time")]
    at: String,
    user_id: Option<i64>,
    actor: String,
    role: String,
    command: String,
    /// What it was given, without secrets and whole batches.
    #[schema(value_type = Object)]
    input: Value,
    /// What it noted.
    notes: String,
}

fn shown(r: AuditRow) -> Shown {
    let input = serde_json::from_str::<Value>(&r.input).unwrap_or_default();
    Shown {
        id: r.id,
        at: Time(r.at).rfc3339(),
        user_id: r.user_id,
        actor: r.actor,
        role: r.role,
        command: r.command,
        input: if input.is_object() { input } else { serde_json::json!({ "value": input }) },
        notes: r.notes,
    }
}

const LIST: &str = "audit";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let before = decode(LIST, ask.after.as_deref())?.map(|c| c.id);
    let rows = page(call.db(), before, ask.size() as u64 + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |r| Cursor { key: String::new(), id: r.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(shown).collect() })
}
