//! Dated links for programs: of a person to accounts, of an account to systems and people.

use super::{Close, LinkKind, Open, Post};
use crate::lists::{Keyset, listed};
use crate::scope;
use rounds_kernel::{AccountId, Cursor, Day, Permission, PersonId, Result, SystemId};
use rounds_platform::scope as coverage;
use rounds_store::FromQueryResult;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// What is linked to what, by its code.
    KindCode = "AffiliationKind": LinkKind;
}

/// Operations of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/accounts/{id}/affiliations", Permission::ReadRecord, "Links of an account, past and present", of_account)
            .about("To the systems it is or was part of, and of the people who work or worked there.")
            .route(),
        Operation::get("/api/v1/people/{id}/affiliations", Permission::ReadRecord, "Where a person works and worked", of_person).route(),
        Operation::get("/api/v1/systems/{id}/affiliations", Permission::ReadRecord, "Links of a system, past and present", of_system)
            .about("Of its accounts and of systems within it, and to systems and groups that it is part of.")
            .route(),
        Operation::post("/api/v1/affiliations", Permission::WriteRecord, "Open a link", open)
            .about(
                "Held by hand: it stands against every source until a person changes it. Circles and overlaps are refused with the reason.",
            )
            .route(),
        Operation::post("/api/v1/affiliations/end", Permission::WriteRecord, "End a link", end)
            .about("On its first day it never held.")
            .route(),
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

async fn of_system(call: Call, Id(id): Id, ask: PageAsk) -> Result<Listed<Shown>> {
    scope::see_system(call.db(), &call.actor, SystemId(id)).await?;
    // Of its accounts, as far as the caller sees them.
    let within = coverage::accounts(&call.actor, "child_id");
    let both = format!(
        "((parent_kind = 'system' AND parent_id = {id} AND (child_kind <> 'account' OR {within})) OR (child_kind = 'system' AND child_id = {id}))"
    );
    page(&call, &links(vec![both]), &ask).await
}

/// A link to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAffiliation)]
struct New {
    kind: KindCode,
    /// The record below: the account of a system, the person at an account.
    #[schema(minimum = 1)]
    child_id: i64,
    /// The record above.
    #[schema(minimum = 1)]
    parent_id: i64,
    /// First day.
    #[schema(format = "date")]
    from: String,
    /// Day from which it no longer held, for one of the past.
    #[schema(format = "date")]
    to: Option<String>,
    /// Takes the place of what holds on these days.
    #[serde(default)]
    replaces: bool,
    /// Why, and where it is known from.
    #[schema(min_length = 3, max_length = 200, pattern = "^[A-Za-z0-9 .,-]*[A-Za-z0-9]{3}[A-Za-z0-9 .,-]*$")]
    reason: String,
}

/// Number of the change, by which it can be undone on the record's page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AffiliationEdit)]
struct Edited {
    edit: i64,
}

async fn open(call: Call, _: Nothing, new: New) -> Result<Edited> {
    let command = Open {
        kind: new.kind.0.code().into(),
        child: new.child_id,
        parent: new.parent_id,
        from: Day::parse(&new.from)?,
        to: new.to.map(|d| Day::parse(&d)).transpose()?,
        replaces: new.replaces,
        post: Post::default(),
        confidence: 1.0,
        reason: new.reason,
    };
    Ok(Edited { edit: call.run_as_it_stands(command).await? })
}

/// A link to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AffiliationEnd)]
struct Ended {
    kind: KindCode,
    /// The record below.
    #[schema(minimum = 1)]
    child_id: i64,
    /// The record above.
    #[schema(minimum = 1)]
    parent_id: i64,
    /// Day from which it no longer holds.
    #[schema(format = "date")]
    day: String,
    /// Why, and where it is known from.
    #[schema(min_length = 3, max_length = 200, pattern = "^[A-Za-z0-9 .,-]*[A-Za-z0-9]{3}[A-Za-z0-9 .,-]*$")]
    reason: String,
}

async fn end(call: Call, _: Nothing, ended: Ended) -> Result<Edited> {
    let command = Close {
        kind: ended.kind.0.code().into(),
        child: ended.child_id,
        parent: ended.parent_id,
        day: Day::parse(&ended.day)?,
        reason: ended.reason,
    };
    Ok(Edited { edit: call.run_as_it_stands(command).await? })
}
