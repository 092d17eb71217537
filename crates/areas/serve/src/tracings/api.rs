//! Tracings for programs, within the caller's scope.

use super::queries::lines_of;
use super::queries::{Line, report, reports};
use rounds_customers::lists::listed;
use rounds_kernel::{Cursor, Day, Error, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::ReadOrders;
    vec![
        Operation::get("/api/v1/tracings", may, "Distributors' reports, the newest period first", all)
            .about("The newest 300 with lines within the caller's scope, one entry a report and currency.")
            .route(),
        Operation::get("/api/v1/tracings/{id}", may, "One report by currency", one).route(),
        Operation::get("/api/v1/tracing-lines", may, "What distributors sold on, newest first", lines)
            .about("Lines of reports that a later one replaced are left out, unless their report is asked for.")
            .route(),
    ]
}

fn day(d: i64) -> String {
    Day::stored(d).to_string()
}

/// What a distributor reported of a period, in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TracingReport)]
struct Report {
    id: i64,
    distributor: String,
    #[schema(format = "date")]
    period_from: String,
    #[schema(format = "date")]
    period_to: String,
    version: i64,
    #[schema(format = "date")]
    received_on: String,
    /// Days from the period's end to its receipt.
    lag_days: i64,
    /// The report that took its place.
    replaced_by: Option<i64>,
    source: String,
    currency: String,
    lines: i64,
    /// Lines whose ship-to stands for no account.
    unmapped: i64,
    /// Lines whose article the catalogue does not know.
    unnamed: i64,
    /// In minor units, of the lines that say an amount.
    amount_minor: i64,
    /// Lines without an amount.
    unpriced: i64,
}

fn shown(r: super::queries::Report) -> Report {
    Report {
        id: r.id,
        distributor: r.distributor,
        period_from: day(r.period_from),
        period_to: day(r.period_to),
        version: r.version,
        received_on: day(r.received_on),
        lag_days: r.received_on - r.period_to,
        replaced_by: r.replaced_by,
        source: r.source,
        currency: r.currency,
        lines: r.lines,
        unmapped: r.unmapped,
        unnamed: r.unnamed,
        amount_minor: r.minor,
        unpriced: r.unpriced,
    }
}

/// Reports, by currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TracingReports)]
struct Reports {
    items: Vec<Report>,
}

async fn all(call: Call, _: Nothing, _: Nothing) -> Result<Reports> {
    Ok(Reports { items: reports(call.db(), &call.actor).await?.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Reports> {
    let items: Vec<Report> = report(call.db(), &call.actor, id).await?.into_iter().map(shown).collect();
    if items.is_empty() { Err(Error::not_found("report")) } else { Ok(Reports { items }) }
}

/// A line of a report: of an account, never of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TracingLine)]
struct Sold {
    id: i64,
    report_id: i64,
    distributor: String,
    #[schema(format = "date")]
    day: String,
    party_id: i64,
    party_number: String,
    party_name: String,
    /// Absent while the ship-to stands for no account.
    account_id: Option<i64>,
    account: Option<String>,
    product_id: Option<i64>,
    product: Option<String>,
    product_text: String,
    /// Thousandths of the unit.
    quantity_milli: i64,
    unit: String,
    /// In minor units; absent where the distributor does not say.
    amount_minor: Option<i64>,
    currency: String,
}

fn sold(l: Line) -> Sold {
    Sold {
        id: l.id,
        report_id: l.report_id,
        distributor: l.distributor,
        day: day(l.day),
        party_id: l.party_id,
        party_number: l.number,
        party_name: l.name,
        account_id: l.account_id,
        account: l.account,
        product_id: l.product_id,
        product: l.product,
        product_text: l.product_text,
        quantity_milli: l.milli,
        unit: l.unit,
        amount_minor: l.minor,
        currency: l.currency,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Only of this report.
    #[schema(minimum = 1)]
    report: Option<i64>,
    /// Only of this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn lines(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Sold>> {
    let mut list = lines_of(&call.actor);
    match ask.report {
        Some(report) => list.filter("t.report_id = {}", report),
        None => list.conditions.push("t.current = 1".into()),
    }
    if let Some(account) = ask.account {
        list.filter("t.party_id IN (SELECT party_id FROM party_account WHERE account_id = {})", account);
        list.filter("l.account_id = {}", account);
    }
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let cursor = |l: &Line| Cursor { key: l.day.to_string(), id: l.id };
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, sold).await
}
