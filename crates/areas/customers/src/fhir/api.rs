//! FHIR for programs: the directory page by page, and a Bundle or NDJSON into the record.

use super::queries::page;
use super::{FhirReport, named, receive};
use rounds_kernel::{Cursor, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Listed, Nothing, Operation, PageAsk, decode, encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let about = "FHIR R4 after the National Directory profiles: Organization, Location, Practitioner, PractitionerRole and \
                 OrganizationAffiliation, within the caller's scope. A page may hold a few more resources than asked for: what belongs \
                 to one record is not parted.";
    vec![
        Operation::get("/api/v1/fhir", Permission::ReadRecord, "The record as a provider directory", list).about(about).route(),
        Operation::post("/api/v1/fhir", Permission::WriteRecord, "Import a provider directory", take)
            .about("The body is a Bundle, NDJSON or one resource. What cannot be used is told and stops nothing else.")
            .upload(LARGEST)
            .route(),
    ]
}

/// The largest file taken in one request.
const LARGEST: usize = 64 << 20;

/// A resource of FHIR R4.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FhirResource, value_type = Object)]
struct Resource(Value);

const LIST: &str = "fhir";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Resource>> {
    let mut at = decode(LIST, ask.after.as_deref())?.unwrap_or(Cursor { key: String::new(), id: 0 });
    let mut items = Vec::new();
    while items.len() < ask.size() {
        let stage = usize::try_from(at.id).unwrap_or(usize::MAX);
        let Some((found, last)) = page(call.db(), &call.actor, stage, &at.key, ask.size() - items.len()).await? else {
            return Ok(Listed { items, next: None });
        };
        items.extend(found.into_iter().map(Resource));
        at = match last {
            Some(key) => Cursor { key, id: at.id },
            None => Cursor { key: String::new(), id: at.id + 1 },
        };
    }
    Ok(Listed { next: Some(encode(LIST, &at)), items })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// Where it comes from, for what the resources do not say themselves; `fhir` if not given.
    #[schema(max_length = 40)]
    source: Option<String>,
}

/// A resource that could not be used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FhirIssue)]
struct Refused {
    /// Its type and id.
    resource: String,
    code: String,
    cause: String,
    remedy: String,
}

/// What became of a directory.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FhirReport)]
struct Told {
    /// Resources read, by type.
    read: BTreeMap<String, u64>,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// Resources of types that are no part of a provider directory, by type.
    ignored: BTreeMap<String, u64>,
    rejected: u64,
    /// The first thousand that could not be used.
    issues: Vec<Refused>,
}

fn told(r: FhirReport) -> Told {
    let refused = |i: super::Issue| Refused { resource: i.resource, code: i.code, cause: i.cause, remedy: i.remedy };
    Told {
        read: r.read,
        created: r.created,
        updated: r.updated,
        unchanged: r.unchanged,
        ignored: r.ignored,
        rejected: r.rejected,
        issues: r.issues.into_iter().map(refused).collect(),
    }
}

async fn take(call: Call, _: Nothing, p: Parameters) -> Result<Told> {
    let source = named(p.source.as_deref().unwrap_or_default());
    receive(call.app.runner(), &call.actor, &call.body, &source).await.map(told)
}
