//! Search for programs.

use super::found;
use crate::identifiers::Reads;
use rounds_kernel::{Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Nothing, Operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let about = "Finds systems, accounts, people, products, contracts and tenders by any of their numbers and by the beginnings of words, within the caller's scope.";
    vec![Operation::get("/api/v1/search", Permission::ReadRecord, "Search", search).about(about).route()]
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHit)]
struct Shown {
    title: String,
    subtitle: String,
    /// Address of the page.
    href: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchHits)]
struct Hits {
    items: Vec<Shown>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Words, or beginnings of words.
    #[schema(max_length = 200)]
    q: String,
    /// Hits at most, 20 if not given.
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

async fn search(call: Call, _: Nothing, ask: Ask) -> Result<Hits> {
    let hits = found(call.db(), &call.actor, Reads::of(|p| call.may(p)), &ask.q, ask.limit.unwrap_or(20) as u64).await?;
    Ok(Hits { items: hits.into_iter().map(|h| Shown { title: h.title, subtitle: h.subtitle, href: h.href }).collect() })
}
