//! The list of order lines and its export.

mod panel;
mod sample;

pub(super) use panel::OrdersPanel;
pub(super) use sample::samples;

use super::Status;
use super::model::dollars;
use super::store::{self, Line, Narrow, Total};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{Cursor, Page, Time};
use rounds_platform::imports::export as spreadsheet;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Column, Filter, Pager, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PAGE: usize = 50;
/// Back orders shown above the list of everything.
const FIRST: usize = 8;
/// Rows of one export.
const EXPORT: usize = 50_000;

#[derive(askama::Template)]
#[template(path = "orders/templates/list.html")]
struct ListPage {
    shell: Shell,
    title: String,
    stats: Vec<Stat>,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    back_orders: Vec<Shown>,
    lines: Vec<Shown>,
    pager: Pager,
    csv: String,
    narrowed: bool,
    views: Views,
}

struct Shown {
    order_no: String,
    account_id: i64,
    account: String,
    product: String,
    code: String,
    family: String,
    quantity: i64,
    amount: String,
    ordered: String,
    ordered_iso: String,
    status: &'static str,
    tone: Tone,
    due: String,
}

fn shown(l: &Line, now: Time, zone: &str) -> Shown {
    let status = Status::parse(&l.status);
    let overdue = status != Some(Status::Delivered) && l.due_at.is_some_and(|d| d < now.0);
    let day = |t: i64| Time(t).in_zone(zone).split(' ').next().unwrap_or_default().to_owned();
    let tone = match status {
        Some(Status::BackOrder) if overdue => Tone::Bad,
        Some(Status::BackOrder) => Tone::Warn,
        Some(Status::Open) if overdue => Tone::Warn,
        Some(Status::Open) => Tone::Info,
        _ => Tone::Plain,
    };
    Shown {
        order_no: l.order_no.clone(),
        account_id: l.account_id,
        account: l.account.clone(),
        product: l.product.clone(),
        code: l.code.clone(),
        family: l.family.clone(),
        quantity: l.quantity,
        amount: dollars(l.amount_cents),
        ordered: day(l.ordered_at),
        ordered_iso: Time(l.ordered_at).rfc3339(),
        status: status.map_or("Unknown", Status::label),
        tone,
        due: match (l.due_at, overdue) {
            (None, _) if status == Some(Status::Delivered) => String::new(),
            (None, _) => "not promised".into(),
            (Some(d), true) => format!("{}, past", day(d)),
            (Some(d), false) => day(d),
        },
    }
}

fn stats(totals: &[Total], base: &str) -> Vec<Stat> {
    let of = |s: Status| totals.iter().find(|t| t.status == s.code()).cloned().unwrap_or_default();
    let amount: i64 = totals.iter().map(|t| t.amount_cents).sum();
    let lines: i64 = totals.iter().map(|t| t.lines).sum();
    let (back, open) = (of(Status::BackOrder), of(Status::Open));
    let late =
        if back.overdue > 0 { (format!("{} past promise", back.overdue), Tone::Bad) } else { ("none past promise".into(), Tone::Good) };
    vec![
        Stat::new("Back orders", back.lines.to_string(), &format!("/orders?{base}status=back_order")).note(late.0, late.1),
        Stat::new("On back order", dollars(back.amount_cents), &format!("/orders?{base}status=back_order")),
        Stat::new("Open", open.lines.to_string(), &format!("/orders?{base}status=open")).note(dollars(open.amount_cents), Tone::Plain),
        Stat::new("All lines", lines.to_string(), &format!("/orders?{base}")).note(dollars(amount), Tone::Plain),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    status: String,
    #[serde(default)]
    account: String,
    order: Option<String>,
    #[serde(default)]
    name: String,
    after: Option<String>,
}

impl ListQuery {
    /// The account narrowed to; anything that is no number narrows to none.
    fn account(&self) -> Option<i64> {
        self.account.parse().ok()
    }

    fn narrow(&self) -> Narrow {
        let order_no = self.order.clone().filter(|o| !o.is_empty());
        Narrow { status: Status::parse(&self.status), account: self.account(), order_no, name: self.name.trim().to_owned() }
    }

    /// The address's parameters but status and place, each followed by `&`.
    fn base(&self) -> String {
        let mut out = String::new();
        let mut add = |name: &str, value: &str| {
            let escaped: String =
                value.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
            out.push_str(&format!("{name}={escaped}&"));
        };
        self.account().iter().for_each(|a| add("account", &a.to_string()));
        self.order.iter().filter(|o| !o.is_empty()).for_each(|o| add("order", o));
        if !self.name.trim().is_empty() {
            add("name", self.name.trim());
        }
        out
    }

    fn address(&self, path: &str) -> String {
        let status = Status::parse(&self.status).map_or(String::new(), |s| format!("status={}", s.code()));
        format!("{path}?{}{status}", self.base())
    }
}

/// What a page of the list shows.
struct Found {
    totals: Vec<Total>,
    first: Vec<Line>,
    rows: Page<Line>,
    now: Time,
    zone: String,
}

fn view(shell: Shell, q: &ListQuery, f: &Found) -> ListPage {
    let statuses: Vec<(&str, &str)> = std::iter::once(("", "All")).chain(Status::ALL.iter().map(|s| (s.code(), s.label()))).collect();
    let next = f.rows.next.as_ref().map(|c| format!("{}&after={}", q.address("/orders"), c.encode()));
    let shown_now = format!("{} lines{}", f.rows.rows.len(), if next.is_some() { ", more follow" } else { "" });
    let one = q.account().and_then(|_| f.rows.rows.first().or(f.first.first())).map(|l| l.account.clone());
    let line = |l: &Line| shown(l, f.now, &f.zone);
    let account = match &one {
        // The account stays chosen while the status changes.
        Some(account) => Filter::select("account", "Account", &[("", "All accounts"), (q.account.as_str(), account.as_str())], &q.account),
        None => Filter { value: q.name.clone(), placeholder: "starts with".into(), ..Filter::select("name", "Account", &[], "") },
    };
    ListPage {
        views: Views::default(),
        shell,
        title: one.map_or("Orders".to_owned(), |account| format!("Orders of {account}")),
        stats: stats(&f.totals, &q.base()),
        filters: vec![Filter::select("status", "Status", &statuses, &q.status), account],
        columns: vec![
            Column::text("Order"),
            Column::text("Account"),
            Column::text("Product"),
            Column::number("Units"),
            Column::number("Amount"),
            Column::text("Ordered"),
            Column::text("Status"),
            Column::text("Promised"),
        ],
        back_orders: f.first.iter().map(line).collect(),
        lines: f.rows.rows.iter().map(line).collect(),
        pager: Pager { shown: shown_now, previous: None, next },
        csv: q.address("/orders.csv"),
        narrowed: q.narrow() != Narrow::default(),
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>, RawQuery(query): RawQuery) -> WebResult {
    let (db, actor, narrow) = (app.db(), &visitor.actor, q.narrow());
    let after = q.after.as_deref().and_then(Cursor::decode);
    let rows = store::page(db, actor, &narrow, after.as_ref(), PAGE).await?;
    let on_top = narrow.status.is_none() && after.is_none() && narrow.order_no.is_none();
    let first = if on_top {
        store::page(db, actor, &Narrow { status: Some(Status::BackOrder), ..narrow.clone() }, None, FIRST).await?.rows
    } else {
        Vec::new()
    };
    let totals = store::totals(db, actor, &narrow, visitor.now.0).await?;
    let found = Found { totals, first, rows, now: visitor.now, zone: actor.zone.clone() };
    let views = views::of(db, &visitor, "/orders", query.as_deref()).await?;
    page(&ListPage { views, ..view(visitor.shell(&app, "Orders"), &q, &found) })
}

pub(super) async fn export(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>) -> WebResult {
    let rows = store::page(app.db(), &visitor.actor, &q.narrow(), None, EXPORT).await?.rows;
    let head = [
        "order_no",
        "line",
        "account_id",
        "account",
        "product_code",
        "product",
        "family",
        "quantity",
        "amount_usd",
        "ordered_at",
        "status",
        "due_at",
    ];
    let cells = |l: Line| {
        let cents = l.amount_cents.unsigned_abs();
        let amount = format!("{}{}.{:02}", if l.amount_cents < 0 { "-" } else { "" }, cents / 100, cents % 100);
        let (quantity, due) = (l.quantity.to_string(), l.due_at.map_or(String::new(), |d| Time(d).rfc3339()));
        let (line, account_id, ordered) = (l.line.to_string(), l.account_id.to_string(), Time(l.ordered_at).rfc3339());
        vec![l.order_no, line, account_id, l.account, l.code, l.product, l.family, quantity, amount, ordered, l.status, due]
    };
    let csv = spreadsheet::csv(&head, rows.into_iter().map(cells));
    Ok(rounds_web::download("orders.csv", csv))
}
