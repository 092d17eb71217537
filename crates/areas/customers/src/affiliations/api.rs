//! Dated links for programs: of a person to accounts, of an account to systems and people.

use crate::lists::{Keyset, listed};
use crate::scope;
use rounds_kernel::{AccountId, Cursor, Day, Permission, PersonId, Result};
use rounds_platform::scope as coverage;
use rounds_store::FromQueryResult;
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Operation, PageAsk};
use serde::Serialize;
use utoipa::ToSchema;

/// Operations of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/accounts/{id}/affiliations", Permission::ReadRecord, "Links of an account, past and present", of_account)
            .about("To the systems it is or was part of, and of the people who work or worked there.")
            .route(),
        Operation::get("/api/v1/people/{id}/affiliations", Permission::ReadRecord, "Where a person works and worked", of_person).route(),
    ]
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    child_kind: String,
    child_id: i64,
    parent_kind: String,
    parent_id: i64,
    relation: String,
    valid_from: i64,
    valid_to: Option<i64>,
    source: String,
    confidence: f64,
}

/// A dated link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Affiliation)]
struct Shown {
    id: i64,
    /// `account` or `person`.
    child_kind: String,
    child_id: i64,
    /// `system` or `account`.
    parent_kind: String,
    parent_id: i64,
    relation: String,
    /// First day.
    #[schema(format = "date")]
    valid_from: String,
    /// Day from which it no longer holds; absent while it does.
    #[schema(format = "date")]
    valid_to: Option<String>,
    source: String,
    /// How sure it is, 0 to 1.
    confidence: f64,
}

fn shown(r: Row) -> Shown {
    let day = |d: i64| Day(d as i32).to_string();
    Shown {
        id: r.id,
        child_kind: r.child_kind,
        child_id: r.child_id,
        parent_kind: r.parent_kind,
        parent_id: r.parent_id,
        relation: r.relation,
        valid_from: day(r.valid_from),
        valid_to: r.valid_to.map(day),
        source: r.source,
        confidence: r.confidence,
    }
}

fn links(conditions: Vec<String>) -> Keyset {
    Keyset {
        columns: "id, child_kind, child_id, parent_kind, parent_id, relation, valid_from, valid_to, source, confidence".into(),
        from: "affiliation".into(),
        conditions,
        args: Vec::new(),
        key: "valid_from".into(),
        numeric: true,
        descending: true,
        id: "id".into(),
    }
}

async fn page(call: &Call, list: &Keyset, ask: &PageAsk) -> Result<Listed<Shown>> {
    let cursor = |r: &Row| Cursor { key: r.valid_from.to_string(), id: r.id };
    listed(call.db(), list, (ask.size(), ask.after.as_deref()), cursor, shown).await
}

async fn of_account(call: Call, Id(id): Id, ask: PageAsk) -> Result<Listed<Shown>> {
    scope::see_account(call.db(), &call.actor, AccountId(id)).await?;
    let both = format!("((child_kind = 'account' AND child_id = {id}) OR (parent_kind = 'account' AND parent_id = {id}))");
    page(&call, &links(vec![both]), &ask).await
}

async fn of_person(call: Call, Id(id): Id, ask: PageAsk) -> Result<Listed<Shown>> {
    scope::see_person(call.db(), &call.actor, PersonId(id)).await?;
    // Where else they work is told only as far as the caller sees those accounts.
    let within = coverage::accounts(&call.actor, "parent_id");
    page(&call, &links(vec![format!("child_kind = 'person' AND parent_kind = 'account' AND child_id = {id}"), within]), &ask).await
}
