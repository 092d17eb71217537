//! Systems for programs.

use super::queries::{Listed as Row, SystemsAsk};
use crate::lists::listed;
use crate::scope;
use rounds_kernel::{Error, Permission, Result, SystemId};
use rounds_store::{Query, args};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/systems", Permission::ReadRecord, "Health systems, page by page", list).route(),
        Operation::get("/api/v1/systems/{id}", Permission::ReadRecord, "One health system", one).route(),
    ]
}

/// A health system in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemLine)]
struct Line {
    id: i64,
    name: String,
    /// Town of its head office.
    city: String,
    /// State of its head office.
    state: String,
    /// Its accounts within the caller's scope.
    accounts: i64,
}

/// A health system.
#[derive(Debug, Serialize, ToSchema, rounds_store::FromQueryResult)]
#[schema(as = System)]
struct Shown {
    id: i64,
    /// The source's own key.
    source_key: String,
    name: String,
    /// Town of its head office.
    city: String,
    /// State of its head office.
    state: String,
    /// Two letters.
    country: String,
    /// Where it comes from.
    source: String,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = SystemSort)]
enum Sort {
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
    #[serde(rename = "accounts")]
    Accounts,
    #[serde(rename = "-accounts")]
    AccountsDown,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Part of the name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Order; a minus turns it around.
    sort: Option<Sort>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 1000)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, f: Filter) -> Result<Listed<Line>> {
    let sort = match f.sort {
        None | Some(Sort::Name) => "name",
        Some(Sort::NameDown) => "-name",
        Some(Sort::Accounts) => "accounts",
        Some(Sort::AccountsDown) => "-accounts",
    };
    let ask = SystemsAsk { name: f.name.unwrap_or_default(), sort: sort.into(), ..SystemsAsk::default() };
    let size = PageAsk { limit: f.limit, after: None }.size();
    let line = |s: Row| Line { id: s.id, name: s.name, city: s.city, state: s.state, accounts: s.accounts };
    listed(call.db(), &ask.list(&call.actor), (size, f.after.as_deref()), |s| ask.cursor(s), line).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    scope::see_system(call.db(), &call.actor, SystemId(id)).await?;
    let sql = "SELECT id, source_key, name, city, state, country, source FROM health_system WHERE id = $1";
    call.db().one::<Shown>(sql, args![id]).await?.ok_or_else(|| Error::not_found("system"))
}
