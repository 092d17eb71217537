//! Products for programs.

use super::{Product, all};
use rounds_kernel::{Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Nothing, Operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![Operation::get("/api/v1/products", Permission::ReadRecord, "The whole portfolio", list).route()]
}

/// What the company sells.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
struct Shown {
    id: i64,
    /// The company's article code.
    code: String,
    name: String,
    family: String,
    business_unit: String,
    /// Where it stands in its life.
    stage: String,
    list_price_cents: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Portfolio)]
struct All {
    items: Vec<Shown>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only this family.
    #[schema(max_length = 200)]
    family: Option<String>,
}

async fn list(call: Call, _: Nothing, f: Filter) -> Result<All> {
    let shown = |p: Product| Shown {
        id: p.id,
        code: p.code,
        name: p.name,
        family: p.family,
        business_unit: p.business_unit,
        stage: p.stage,
        list_price_cents: p.list_price_cents,
    };
    let rows = all(call.db()).await?.into_iter().filter(|p| f.family.as_ref().is_none_or(|x| *x == p.family));
    Ok(All { items: rows.map(shown).collect() })
}
