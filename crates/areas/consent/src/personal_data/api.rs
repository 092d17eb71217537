//! Everything kept about a person, for programs.

use super::{Registry, export};
use rounds_kernel::{Permission, PersonId, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Nothing, Operation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes(registry: Registry) -> Vec<Route> {
    let handler = move |call: Call, id: Id, _: Nothing| one(call, id, registry.clone());
    let summary = "Everything kept about a person";
    vec![Operation::get("/api/v1/people/{id}/data", Permission::ProtectData, summary, handler).route()]
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
