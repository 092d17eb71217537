//! Looking records up by any number they bear.

use crate::scope;
use rounds_kernel::{Permission, Result};
use rounds_store::{FromQueryResult, Query, args};
use rounds_web::Route;
use rounds_web::api::{Call, Nothing, Operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub fn routes() -> Vec<Route> {
    let about = "Records within the caller's scope that bear the number, in any scheme unless one is given.";
    vec![Operation::get("/api/v1/identifiers", Permission::ReadRecord, "Look up by a number", look_up).about(about).route()]
}

#[derive(Debug, Serialize, ToSchema, FromQueryResult)]
#[schema(as = IdentifierHit)]
struct Hit {
    scheme: String,
    value: String,
    /// `system`, `account` or `person`.
    kind: String,
    /// Number of the record within its kind.
    id: i64,
    /// Name of the record.
    name: String,
    /// Where the number comes from.
    source: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdentifierHits)]
struct Hits {
    items: Vec<Hit>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The number, as issued.
    #[schema(min_length = 1, max_length = 200)]
    value: String,
    /// Scheme, e.g. `ccn`, `npi`, `gln`.
    #[schema(max_length = 50)]
    scheme: Option<String>,
}

async fn look_up(call: Call, _: Nothing, ask: Ask) -> Result<Hits> {
    let kinds = [
        ("system", "health_system", scope::systems(&call.actor)),
        ("account", "account", scope::accounts(&call.actor)),
        ("person", "person", scope::people(&call.actor)),
    ];
    let mut items = Vec::new();
    let scheme = ask.scheme.unwrap_or_default();
    for (kind, table, within) in kinds {
        let sql = format!(
            "SELECT i.scheme, i.value, i.entity_kind AS kind, i.entity_id AS id, {table}.name, i.source FROM identifier i \
             JOIN {table} ON {table}.id = i.entity_id WHERE i.entity_kind = $1 AND i.value = $2 AND ($3 = '' OR i.scheme = $3) AND {within} \
             ORDER BY i.id LIMIT 100"
        );
        items.extend(call.db().all::<Hit>(&sql, args![kind, ask.value.clone(), scheme.clone()]).await?);
    }
    Ok(Hits { items })
}
