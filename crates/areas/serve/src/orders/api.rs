//! Order lines for programs.

use super::Status;
use super::store::{Line, Narrow};
use rounds_customers::lists::listed;
use rounds_kernel::{Cursor, Permission, Result, Time};
use rounds_web::api::{Call, Listed, Nothing, Operation, PageAsk};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// Where an order line stands, by its code.
    StatusCode = "OrderStatus": Status;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let about = "Back orders by promised date, all others newest first.";
    vec![Operation::get("/api/v1/orders", Permission::ReadOrders, "Order lines", list).about(about).route()]
}

/// A line of an order: of an account, never of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
struct Shown {
    id: i64,
    order_no: String,
    line: i64,
    account_id: i64,
    account: String,
    /// The product's code.
    code: String,
    product: String,
    family: String,
    quantity: i64,
    amount_cents: i64,
    #[schema(format = "date-time")]
    ordered_at: String,
    status: String,
    /// What was promised, for back orders.
    #[schema(format = "date-time")]
    due_at: Option<String>,
}

fn shown(l: Line) -> Shown {
    Shown {
        id: l.id,
        order_no: l.order_no,
        line: l.line,
        account_id: l.account_id,
        account: l.account,
        code: l.code,
        product: l.product,
        family: l.family,
        quantity: l.quantity,
        amount_cents: l.amount_cents,
        ordered_at: Time(l.ordered_at).rfc3339(),
        status: l.status,
        due_at: l.due_at.map(|t| Time(t).rfc3339()),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    status: Option<StatusCode>,
    /// Only of this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Only of this order.
    #[schema(max_length = 100)]
    order_no: Option<String>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let narrow = Narrow { status: ask.status.map(|s| s.0), account: ask.account, order_no: ask.order_no, ..Narrow::default() };
    let by_due = narrow.status == Some(Status::BackOrder);
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let cursor = |l: &Line| {
        let key = if by_due { l.due_at.unwrap_or_default() } else { l.ordered_at };
        Cursor { key: key.to_string(), id: l.id }
    };
    listed(call.db(), &narrow.list(&call.actor), (size, ask.after.as_deref()), cursor, shown).await
}
