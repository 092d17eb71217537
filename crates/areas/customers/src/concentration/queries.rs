//! The hospitals that an actor may see, with their systems over time.

use super::model::{Market, Place};
use crate::scope;
use rounds_kernel::{Actor, Result};
use rounds_store::{FromQueryResult, Query};
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct Hospital {
    id: i64,
    beds: Option<i64>,
    hrr: Option<i64>,
}

#[derive(FromQueryResult)]
struct Listed {
    child_id: i64,
    first: i64,
    seen: Option<i64>,
    unlisted: Option<i64>,
}

#[derive(FromQueryResult)]
struct Link {
    child_id: i64,
    parent_id: i64,
    valid_from: i64,
    valid_to: Option<i64>,
}

/// All hospitals within the actor's scope.
pub async fn load(db: &impl Query, actor: &Actor) -> Result<Market> {
    let seen = scope::accounts(actor);
    let hospitals = format!("SELECT id, beds, hrr FROM account WHERE setting IN ('hospital', 'specialty_hospital') AND {seen}");
    let mut market = Market::default();
    for h in db.all::<Hospital>(&hospitals, vec![]).await? {
        market.places.insert(h.id, Place { beds: h.beds, region: h.hrr, ..Place::default() });
    }
    let of = "child_kind = 'account' AND parent_kind = 'system' AND relation = 'part_of'";
    let listed = format!(
        "SELECT child_id, MIN(day) AS first, MAX(CASE WHEN said <> 'unlisted' THEN day END) AS seen, \
         MAX(CASE WHEN said = 'unlisted' THEN day END) AS unlisted FROM affiliation_sighting WHERE {of} GROUP BY child_id"
    );
    for l in db.all::<Listed>(&listed, vec![]).await? {
        if let Some(place) = market.places.get_mut(&l.child_id) {
            place.listed_from = Some(l.first);
            place.listed_to = l.unlisted.filter(|gone| l.seen.is_none_or(|seen| seen < *gone));
        }
    }
    let links = format!("SELECT child_id, parent_id, valid_from, valid_to FROM affiliation WHERE {of} ORDER BY child_id, valid_from");
    for l in db.all::<Link>(&links, vec![]).await? {
        if let Some(place) = market.places.get_mut(&l.child_id) {
            place.systems.push((l.parent_id, l.valid_from, l.valid_to));
        }
    }
    Ok(market)
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

/// Names of systems.
pub(super) async fn system_names(db: &impl Query, ids: &[i64]) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let rows = db.all::<Named>(&format!("SELECT id, name FROM health_system WHERE id IN ({list})"), vec![]).await?;
    Ok(rows.into_iter().map(|n| (n.id, n.name)).collect())
}

/// Names of referral regions.
pub(super) async fn region_names(db: &impl Query) -> Result<HashMap<i64, String>> {
    let sql = "SELECT hrr AS id, MAX(hrr_name) AS name FROM account WHERE hrr IS NOT NULL AND hrr_name IS NOT NULL GROUP BY hrr";
    Ok(db.all::<Named>(sql, vec![]).await?.into_iter().map(|n| (n.id, n.name)).collect())
}
