//! Contracts and tenders for programs, within the caller's scope.

use super::model::{Contract, Facility, Tender, Term};
use super::queries::{self, visible};
use super::store::COLUMNS;
use crate::lists::{Keyset, listed};
use rounds_kernel::{Cursor, Day, Error, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::ReadContracts;
    vec![
        Operation::get("/api/v1/contracts", may, "Contracts, the next to end first", list).route(),
        Operation::get("/api/v1/contracts/{id}", may, "One contract with its facilities and terms", one)
            .about("Facilities are those within the caller's scope; `facility_count` counts all of them.")
            .route(),
        Operation::get("/api/v1/tenders", may, "Tenders, the latest deadline first", tenders).route(),
    ]
}

fn day(d: i64) -> String {
    Day::stored(d).to_string()
}

/// The head of a contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
struct Shown {
    id: i64,
    number: String,
    name: String,
    /// `gpo`, `idn`, `local` or `tender`.
    kind: String,
    /// The buying group, system or account that holds it.
    holder: String,
    /// The system that holds it, if it is in the record.
    system_id: Option<i64>,
    /// The buying group that holds it, if it is in the record.
    buying_group_id: Option<i64>,
    /// `sole`, `dual` or `multi`.
    position: String,
    state: String,
    currency: String,
    #[schema(format = "date")]
    signed_on: Option<String>,
    #[schema(format = "date")]
    starts_on: String,
    /// Last day; absent for an open end.
    #[schema(format = "date")]
    ends_on: Option<String>,
    /// Counted from 1; each change of the head is a new version.
    version: i64,
    source: String,
}

fn shown(c: Contract) -> Shown {
    Shown {
        id: c.id,
        number: c.number,
        name: c.name,
        kind: c.kind,
        holder: c.holder,
        system_id: c.system_id,
        buying_group_id: c.buying_group_id,
        position: c.position,
        state: c.state,
        currency: c.currency,
        signed_on: c.signed_on.map(day),
        starts_on: day(c.starts_on),
        ends_on: c.ends_on.map(day),
        version: c.version,
        source: c.source,
    }
}

/// An account that may buy on a contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractFacility)]
struct Eligible {
    account_id: i64,
    account: String,
    /// Tier it buys at; empty when the contract has none.
    tier: String,
    #[schema(format = "date")]
    valid_from: String,
    /// Day from which it no longer may.
    #[schema(format = "date")]
    valid_to: Option<String>,
}

fn eligible(f: Facility) -> Eligible {
    Eligible { account_id: f.account_id, account: f.account, tier: f.tier, valid_from: day(f.valid_from), valid_to: f.valid_to.map(day) }
}

/// One term: a price, a tier, a commitment or a step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractTerm)]
struct Agreed {
    /// `price`, `tier`, `commitment` or `step`.
    kind: String,
    /// Product family; empty for all.
    family: String,
    product_id: Option<i64>,
    product: Option<String>,
    tier: String,
    lot: String,
    /// `share` (hundredths of a percent), `amount` (minor units) or `units` (thousandths); empty for a price.
    basis: String,
    value: i64,
    currency: String,
    unit: String,
    #[schema(format = "date")]
    valid_from: String,
    #[schema(format = "date")]
    valid_to: Option<String>,
    note: String,
}

fn agreed(t: Term) -> Agreed {
    Agreed {
        kind: t.kind,
        family: t.family,
        product_id: t.product_id,
        product: t.product,
        tier: t.tier,
        lot: t.lot,
        basis: t.basis,
        value: t.value,
        currency: t.currency,
        unit: t.unit,
        valid_from: day(t.valid_from),
        valid_to: t.valid_to.map(day),
        note: t.note,
    }
}

/// A contract with all that hangs on it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractInFull)]
struct Whole {
    contract: Shown,
    facilities: Vec<Eligible>,
    facility_count: i64,
    terms: Vec<Agreed>,
}

/// A tender.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tender)]
struct Asked {
    id: i64,
    number: String,
    name: String,
    issuer: String,
    state: String,
    #[schema(format = "date")]
    deadline_on: Option<String>,
    /// First and last day on which nobody speaks with its facilities about it.
    #[schema(format = "date")]
    quiet_from: Option<String>,
    #[schema(format = "date")]
    quiet_to: Option<String>,
    lots: i64,
    lots_won: i64,
    facilities: i64,
}

fn asked(t: Tender) -> Asked {
    Asked {
        id: t.id,
        number: t.number,
        name: t.name,
        issuer: t.issuer,
        state: t.state,
        deadline_on: t.deadline_on.map(day),
        quiet_from: t.quiet_from.map(day),
        quiet_to: t.quiet_to.map(day),
        lots: t.lots,
        lots_won: t.won,
        facilities: t.facilities,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Code of its kind.
    #[schema(max_length = 20)]
    kind: Option<String>,
    /// Code of where it stands.
    #[schema(max_length = 20)]
    state: Option<String>,
    /// Only those on which this account may buy.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let mut list = Keyset {
        columns: COLUMNS.into(),
        from: "contract".into(),
        conditions: vec![visible(&call.actor)],
        args: Vec::new(),
        key: "COALESCE(contract.ends_on, 9999999)".into(),
        numeric: true,
        descending: false,
        id: "contract.id".into(),
    };
    if let Some(kind) = ask.kind {
        list.filter("contract.kind = {}", kind);
    }
    if let Some(state) = ask.state {
        list.filter("contract.state = {}", state);
    }
    if let Some(account) = ask.account {
        let inside = rounds_platform::scope::accounts(&call.actor, "f.account_id");
        let of = format!("contract.id IN (SELECT f.contract_id FROM contract_facility f WHERE {inside} AND f.account_id = {{}})");
        list.filter(&of, account);
    }
    let cursor = |c: &Contract| Cursor { key: c.ends_on.unwrap_or(9_999_999).to_string(), id: c.id };
    let size = PageAsk { limit: ask.limit, after: None }.size();
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, shown).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Whole> {
    let (db, actor) = (call.db(), &call.actor);
    let contract = queries::get(db, actor, id).await?.ok_or_else(|| Error::not_found("contract"))?;
    Ok(Whole {
        contract: shown(contract),
        facilities: queries::facilities(db, actor, id).await?.into_iter().map(eligible).collect(),
        facility_count: queries::facility_count(db, id).await?,
        terms: queries::terms(db, id).await?.into_iter().map(agreed).collect(),
    })
}

async fn tenders(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Asked>> {
    let cursor = |t: &Tender| Cursor { key: t.deadline_on.unwrap_or_default().to_string(), id: t.id };
    listed(call.db(), &queries::tender_list(&call.actor), (ask.size(), ask.after.as_deref()), cursor, asked).await
}
