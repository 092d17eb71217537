//! Timelines for programs: the facts as they are.

use crate::lists::{Keyset, listed};
use crate::scope;
use rounds_kernel::{AccountId, Cursor, Permission, PersonId, Result, SystemId, Time};
use rounds_platform::scope as coverage;
use rounds_store::facts::{COLUMNS, FactRow};
use rounds_web::Route;
use rounds_web::api::{Call, ChannelCode, Id, Listed, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub fn routes() -> Vec<Route> {
    let about = "Newest first. Facts that the caller may not read (orders, contracts, others' accounts) are left out.";
    vec![
        Operation::get("/api/v1/accounts/{id}/timeline", Permission::ReadRecord, "What happened with an account", of_account)
            .about(about)
            .route(),
        Operation::get("/api/v1/people/{id}/timeline", Permission::ReadRecord, "What happened with a person", of_person)
            .about(about)
            .route(),
        Operation::get("/api/v1/systems/{id}/timeline", Permission::ReadRecord, "What happened with a system", of_system)
            .about(about)
            .route(),
    ]
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fact)]
struct Shown {
    id: i64,
    kind: String,
    #[schema(format = "date-time")]
    occurred_at: String,
    #[schema(format = "date-time")]
    recorded_at: String,
    account_id: Option<i64>,
    person_id: Option<i64>,
    system_id: Option<i64>,
    channel: Option<String>,
    /// The user who acted towards the customer.
    user_id: Option<i64>,
    /// Where it comes from; `simulation` marks what is made up.
    source: String,
    /// Everything else, by kind; `text` in plain words.
    #[schema(value_type = Object)]
    body: serde_json::Value,
}

fn shown(f: FactRow) -> Shown {
    Shown {
        id: f.id,
        kind: f.kind,
        occurred_at: Time(f.occurred_at).rfc3339(),
        recorded_at: Time(f.recorded_at).rfc3339(),
        account_id: f.account_id,
        person_id: f.person_id,
        system_id: f.system_id,
        channel: f.channel,
        user_id: f.user_id,
        source: f.source,
        body: if f.body.is_object() { f.body } else { serde_json::json!({}) },
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Only contacts in this channel.
    channel: Option<ChannelCode>,
    /// Only facts of this kind, e.g. `contact`.
    #[schema(max_length = 50)]
    kind: Option<String>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

/// What the caller may not read of a timeline.
fn hidden(call: &Call) -> String {
    super::queries::not_hidden(&call.actor)
}

async fn facts(call: &Call, column: &str, id: i64, ask: Ask) -> Result<Listed<Shown>> {
    let mut list = Keyset {
        columns: COLUMNS.into(),
        from: "fact".into(),
        conditions: vec![format!("{column} = {id}{}", hidden(call))],
        args: Vec::new(),
        key: "occurred_at".into(),
        numeric: true,
        descending: true,
        id: "id".into(),
    };
    if column != "account_id" {
        list.conditions.push(format!("(account_id IS NULL OR {})", coverage::accounts(&call.actor, "account_id")));
    }
    if let Some(channel) = ask.channel {
        list.filter("channel = {}", channel.0.code());
    }
    if let Some(kind) = ask.kind {
        list.filter("kind = {}", kind);
    }
    let cursor = |f: &FactRow| Cursor { key: f.occurred_at.to_string(), id: f.id };
    let size = PageAsk { limit: ask.limit, after: None }.size();
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, shown).await
}

async fn of_account(call: Call, Id(id): Id, ask: Ask) -> Result<Listed<Shown>> {
    scope::see_account(call.db(), &call.actor, AccountId(id)).await?;
    facts(&call, "account_id", id, ask).await
}

async fn of_person(call: Call, Id(id): Id, ask: Ask) -> Result<Listed<Shown>> {
    scope::see_person(call.db(), &call.actor, PersonId(id)).await?;
    facts(&call, "person_id", id, ask).await
}

async fn of_system(call: Call, Id(id): Id, ask: Ask) -> Result<Listed<Shown>> {
    scope::see_system(call.db(), &call.actor, SystemId(id)).await?;
    facts(&call, "system_id", id, ask).await
}
