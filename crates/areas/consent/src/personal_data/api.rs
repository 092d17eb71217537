//! Personal data for programs: everything kept about a person, requests for it, and erasure.

use super::queries::{RequestRow, request_page};
use super::{AskErasure, AskForData, ConfirmErasure, RefuseRequest, Registry, export};
use rounds_kernel::{Cursor, Error, Page, Permission, PersonId, Result, Time};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, decode, encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes(registry: Registry) -> Vec<Route> {
    let may = Permission::ProtectData;
    let (read, erase) = (registry.clone(), registry);
    let copy = move |call: Call, id: Id, _: Nothing| one(call, id, read.clone());
    let confirm = move |call: Call, id: Id, how: Alone| confirmed(call, id, how, erase.clone());
    let at = "/api/v1/personal-data-requests";
    vec![
        Operation::get("/api/v1/people/{id}/data", may, "Everything kept about a person", copy).route(),
        Operation::get(at, may, "Requests for a copy or for erasure, newest first", list).route(),
        Operation::post("/api/v1/people/{id}/data-requests", may, "A person asks for a copy of their data", ask)
            .about("One that is open already is given again.")
            .created(at)
            .route(),
        Operation::post("/api/v1/people/{id}/erasure", may, "Ask for a person's erasure", ask_erasure)
            .about("Another user confirms it; until then nothing is erased.")
            .created(at)
            .route(),
        Operation::post("/api/v1/personal-data-requests/{id}/confirm", may, "Erase what was asked for", confirm)
            .about("Words go, counts and sums stay. Whoever asked confirms only with a reason for doing it alone (409 otherwise).")
            .route(),
        Operation::post("/api/v1/personal-data-requests/{id}/settle", may, "Answer or refuse a request", settle).route(),
    ]
}

/// One place with its rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalDataPlace)]
struct Place {
    name: String,
    /// What it is.
    title: String,
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
}

/// Everything kept about a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalData)]
struct Shown {
    person: i64,
    #[schema(format = "date-time")]
    made_at: String,
    places: Vec<Place>,
}

async fn one(call: Call, Id(id): Id, registry: Registry) -> Result<Shown> {
    let all = export(call.db(), &call.actor, &registry, PersonId(id), call.now).await?;
    let place = |s: super::Section| Place { name: s.name.into(), title: s.title.into(), rows: s.rows };
    Ok(Shown { person: all.person, made_at: all.made_at, places: all.places.into_iter().map(place).collect() })
}

/// A request of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalDataRequest)]
struct Asked {
    id: i64,
    person_id: i64,
    /// `copy` or `erase`.
    kind: String,
    reason: String,
    requested_by: String,
    #[schema(format = "date-time")]
    requested_at: String,
    #[schema(format = "date-time")]
    due_at: String,
    /// `answered`, `refused` or `erased`; absent while it is open.
    settled: Option<String>,
    settled_by: Option<String>,
    #[schema(format = "date-time")]
    settled_at: Option<String>,
}

fn asked(r: RequestRow) -> Asked {
    Asked {
        id: r.id,
        person_id: r.person_id,
        kind: r.kind,
        reason: r.reason,
        requested_by: r.requested_name,
        requested_at: Time(r.requested_at).rfc3339(),
        due_at: Time(r.due_at).rfc3339(),
        settled: r.settled,
        settled_by: r.settled_name,
        settled_at: r.settled_at.map(|t| Time(t).rfc3339()),
    }
}

const LIST: &str = "personal-data-requests";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Asked>> {
    let before = decode(LIST, ask.after.as_deref())?.map_or(i64::MAX, |c| c.id);
    let rows = request_page(call.db(), &call.actor, before, ask.size() as i64 + 1).await?;
    let page = Page::from_fetched(rows, ask.size(), |r| Cursor { key: String::new(), id: r.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(asked).collect() })
}

/// The request's number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewPersonalDataRequest)]
struct Made {
    id: i64,
}

async fn ask(call: Call, Id(id): Id, _: Nothing) -> Result<Made> {
    if !call.may(Permission::WritePermission) {
        return Err(Error::forbidden(Permission::WritePermission.label()));
    }
    Ok(Made { id: call.run(AskForData { person: PersonId(id) }).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Who asked, when and how.
    #[schema(max_length = 500, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    reason: String,
}

async fn ask_erasure(call: Call, Id(id): Id, why: Why) -> Result<Made> {
    Ok(Made { id: call.run(AskErasure { person: PersonId(id), reason: why.reason }).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Alone {
    /// Where nobody else can confirm: why the same user does, in a sentence.
    #[serde(default)]
    #[schema(max_length = 500)]
    alone: String,
}

/// What became of an erasure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erased)]
struct Erased {
    /// Rows that were changed.
    rows: u64,
}

async fn confirmed(call: Call, Id(id): Id, how: Alone, registry: Registry) -> Result<Erased> {
    Ok(Erased { rows: call.run(ConfirmErasure { id, alone: how.alone, registry }).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settled {
    /// True when a copy was handed over, false when the request is refused.
    answered: bool,
    /// What was told to the person, and why.
    #[schema(max_length = 500, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    why: String,
}

async fn settle(call: Call, Id(id): Id, how: Settled) -> Result<()> {
    call.run(RefuseRequest { id, answered: how.answered, why: how.why }).await
}
