//! Everything about a person, and the requests.

use super::model::Registry;
use rounds_kernel::{Actor, PersonId, Result, Time};
use rounds_store::{Db, FromQueryResult, Query, args};
use sea_orm::JsonValue;
use serde::Serialize;

/// One place with its rows.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Table or place.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// The rows.
    pub rows: Vec<JsonValue>,
}

/// Everything kept about one person.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// Whose.
    pub person: i64,
    /// When it was put together.
    pub made_at: String,
    /// All places.
    pub places: Vec<Section>,
}

/// Puts together everything kept about `person`.
///
/// # Errors
/// `record.not_found` outside the actor's scope.
pub async fn export(db: &Db, actor: &Actor, registry: &Registry, person: PersonId, now: Time) -> Result<Export> {
    rounds_customers::scope::see_person(db, actor, person).await?;
    let mut places = Vec::new();
    for place in registry.iter() {
        places.push(Section { name: place.name(), title: place.title(), rows: place.export(db, person).await? });
    }
    Ok(Export { person: person.0, made_at: now.rfc3339(), places })
}

/// A request.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct RequestRow {
    pub id: i64,
    pub person_id: i64,
    pub person: Option<String>,
    pub kind: String,
    pub reason: String,
    pub requested_by: Option<i64>,
    pub requested_name: String,
    pub requested_at: i64,
    pub due_at: i64,
    pub settled: Option<String>,
    pub settled_name: Option<String>,
    pub settled_at: Option<i64>,
    pub evidence: String,
}

const COLUMNS: &str = "r.id, r.person_id, p.name AS person, r.kind, r.reason, r.requested_by, r.requested_name, r.requested_at, r.due_at, r.settled, \
    r.settled_name, r.settled_at, r.evidence";

/// One by id.
pub(super) async fn request(db: &impl Query, id: i64) -> Result<Option<RequestRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM data_request r LEFT JOIN person p ON p.id = r.person_id WHERE r.id = $1"), args![id]).await
}

/// SQL condition on requests: of people within the actor's scope.
fn seen(actor: &Actor) -> String {
    rounds_customers::scope::people(actor).replace("person.id", "r.person_id")
}

/// Requests of people within scope before an id, newest first.
pub(super) async fn request_page(db: &impl Query, actor: &Actor, before: i64, limit: i64) -> Result<Vec<RequestRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM data_request r LEFT JOIN person p ON p.id = r.person_id WHERE r.id < $1 AND {} ORDER BY r.id DESC LIMIT $2",
        seen(actor)
    );
    db.all(&sql, args![before, limit]).await
}

/// Requests of people within scope, open ones first, then the newest.
pub(super) async fn requests(db: &impl Query, actor: &Actor) -> Result<Vec<RequestRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM data_request r LEFT JOIN person p ON p.id = r.person_id WHERE {} \
         ORDER BY CASE WHEN r.settled_at IS NULL THEN 0 ELSE 1 END, r.id DESC LIMIT 200",
        seen(actor)
    );
    db.all(&sql, vec![]).await
}
