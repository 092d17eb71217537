//! Sale lines and parties for programs, within the caller's scope.

use super::commands::{EndLink, MapParty};
use super::pages::parties::keyset;
use super::queries::{Ask as Narrow, Row};
use rounds_customers::lists::listed;
use rounds_customers::parties::Party;
use rounds_kernel::{Cursor, Day, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    use Permission::{ReadOrders, Steward};
    vec![
        Operation::get("/api/v1/sales", ReadOrders, "Order, invoice and return lines, newest first", list)
            .about("Lines land on ship-tos and reach an account by the link of their day; those of no account are seen by the whole base.")
            .route(),
        Operation::get("/api/v1/parties", ReadOrders, "Numbers of ERP systems and distributors, by name", parties).route(),
        Operation::post("/api/v1/parties/{id}/map", Steward, "Let a party stand for an account from a day on", map)
            .about("Refused (409) where a later link exists.")
            .route(),
        Operation::post("/api/v1/parties/{id}/end", Steward, "End the link that holds on a day", end).route(),
    ]
}

fn day(d: i64) -> String {
    Day::stored(d).to_string()
}

/// A line of a sales document: of an account, never of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SaleLine)]
struct Shown {
    id: i64,
    /// `order`, `invoice`, `return` …
    kind: String,
    document: String,
    line: String,
    #[schema(format = "date")]
    day: String,
    /// The ship-to.
    party_id: i64,
    party_number: String,
    /// Absent while the ship-to stands for no account.
    account_id: Option<i64>,
    account: Option<String>,
    product_id: Option<i64>,
    product: Option<String>,
    family: Option<String>,
    /// The article as it was written, where the catalogue does not know it.
    product_text: Option<String>,
    /// Thousandths of the unit.
    quantity_milli: i64,
    unit: String,
    /// In minor units of the currency.
    amount_minor: i64,
    currency: String,
    supply: String,
    /// More than 1: restated since it first came.
    version: i64,
}

fn shown(r: Row) -> Shown {
    Shown {
        id: r.id,
        kind: r.kind,
        document: r.doc_no,
        line: r.line,
        day: day(r.day),
        party_id: r.party_id,
        party_number: r.number,
        account_id: r.account_id,
        account: r.account,
        product_id: r.product_id,
        product: r.product,
        family: r.family,
        product_text: r.product_text,
        quantity_milli: r.milli,
        unit: r.unit,
        amount_minor: r.minor,
        currency: r.currency,
        supply: r.supply,
        version: r.version,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Code of the kind of document.
    #[schema(max_length = 20)]
    kind: Option<String>,
    /// Only of this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Only of this product.
    #[schema(minimum = 1)]
    product: Option<i64>,
    /// Only of this document.
    #[schema(max_length = 100)]
    document: Option<String>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let text = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let narrow =
        Narrow { account: text(ask.account), product: text(ask.product), doc: ask.document.unwrap_or_default(), ..Narrow::default() };
    let mut list = narrow.list(&call.actor);
    if let Some(kind) = ask.kind {
        list.filter("s.kind = {}", kind);
    }
    let size = PageAsk { limit: ask.limit, after: None }.size();
    listed(call.db(), &list, (size, ask.after.as_deref()), Narrow::cursor, shown).await
}

/// A number of an ERP system or a distributor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Party)]
struct Known {
    id: i64,
    /// The system that gives the number.
    erp: String,
    number: String,
    name: String,
    street: String,
    city: String,
    state: String,
    zip: String,
    country: String,
    sold_to: bool,
    ship_to: bool,
    bill_to: bool,
    payer: bool,
}

fn known(p: Party) -> Known {
    Known {
        id: p.id,
        erp: p.erp,
        number: p.number,
        name: p.name,
        street: p.street,
        city: p.city,
        state: p.state,
        zip: p.zip,
        country: p.country,
        sold_to: p.sold_to == 1,
        ship_to: p.ship_to == 1,
        bill_to: p.bill_to == 1,
        payer: p.payer == 1,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskParties {
    /// Part of the name or number.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Only those that stand for no account.
    unmapped: Option<bool>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn parties(call: Call, _: Nothing, ask: AskParties) -> Result<Listed<Known>> {
    let list = keyset(ask.name.as_deref().unwrap_or_default(), ask.unmapped == Some(true), &call.actor);
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let cursor = |p: &Party| Cursor { key: p.name.clone(), id: p.id };
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, known).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StandsFor {
    #[schema(minimum = 1)]
    account_id: i64,
    /// First day; today if not given.
    #[schema(format = "date")]
    from: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndsOn {
    /// Day from which it no longer holds; today if not given.
    #[schema(format = "date")]
    on: Option<String>,
}

fn day_of(call: &Call, text: Option<String>) -> Result<i64> {
    Ok(i64::from(text.map_or(Ok(call.now.day()), |d| Day::parse(&d))?.0))
}

async fn map(call: Call, Id(party): Id, to: StandsFor) -> Result<()> {
    let from = day_of(&call, to.from)?;
    call.run_as_it_stands(MapParty { party, account: to.account_id, from }).await
}

async fn end(call: Call, Id(party): Id, ask: EndsOn) -> Result<()> {
    let day = day_of(&call, ask.on)?;
    call.run_as_it_stands(EndLink { party, day }).await.map(|_| ())
}
