//! Looking records up by any number they bear.

use super::queries::{Reads, lookup};
use rounds_kernel::{Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Nothing, Operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub fn routes() -> Vec<Route> {
    let about = "Records within the caller's scope that bear the number, in any of the forms in which it may be written, or as the key of their source; \
                 also products, devices, contracts and tenders by theirs, where the caller may read them.";
    vec![Operation::get("/api/v1/identifiers", Permission::ReadRecord, "Look up by a number", look_up).about(about).route()]
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdentifierHit)]
struct Hit {
    scheme: String,
    value: String,
    /// `system`, `account`, `person`, `product`, `device`, `contract` or `tender`.
    kind: String,
    /// Number of the record within its kind.
    id: i64,
    /// Name of the record.
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdentifierHits)]
struct Hits {
    items: Vec<Hit>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The number.
    #[schema(min_length = 1, max_length = 100)]
    value: String,
    /// Only in this scheme, e.g. `ccn`, `npi`, `gln`; `key` for keys of sources.
    #[schema(max_length = 50)]
    scheme: Option<String>,
}

async fn look_up(call: Call, _: Nothing, ask: Ask) -> Result<Hits> {
    let found = lookup(call.db(), &call.actor, Reads::of(|p| call.may(p)), &ask.value).await?.into_iter();
    let kept = found.filter(|f| ask.scheme.as_ref().is_none_or(|s| *s == f.scheme));
    Ok(Hits { items: kept.map(|f| Hit { scheme: f.scheme, value: f.value, kind: f.kind, id: f.id, name: f.name }).collect() })
}
