//! The list of order lines and its export.

mod panel;
mod sample;

pub(super) use panel::OrdersPanel;
pub(super) use sample::samples;

use super::Status;
use super::model::dollars;
use super::store::{self, Line, Narrow, Total};
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists::{self, Keyset, Place, Slice};
use rounds_kernel::{Actor, Money, Time};
use rounds_platform::imports::export as spreadsheet;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Column, Filter, Pager, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Back orders shown above the list of everything.
const FIRST: usize = 8;

#[derive(askama::Template)]
#[template(path = "orders/templates/list.html")]
struct ListPage {
    shell: Shell,
    title: String,
    stats: Vec<Stat>,
    filters: Vec<Filter>,
    kept: Vec<(String, String)>,
    columns: Vec<Column>,
    sortable: Vec<Column>,
    back_orders: Vec<Shown>,
    lines: Vec<Shown>,
    pager: Pager,
    csv: String,
    narrowed: bool,
    views: Views,
}

struct Shown {
    id: i64,
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
        id: l.id,
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
#[serde(default)]
pub(super) struct ListQuery {
    status: String,
    account: String,
    order: String,
    name: String,
    sort: String,
    after: String,
    before: String,
}

impl ListQuery {
    /// The account narrowed to; anything that is no number narrows to none.
    fn account(&self) -> Option<i64> {
        self.account.parse().ok()
    }

    fn parameters(&self) -> [(&str, &str); 5] {
        [("status", &self.status), ("account", &self.account), ("order", &self.order), ("name", self.name.trim()), ("sort", &self.sort)]
    }

    fn narrow(&self) -> Narrow {
        let order_no = Some(self.order.clone()).filter(|o| !o.is_empty());
        Narrow { status: Status::parse(&self.status), account: self.account(), order_no, name: self.name.trim().to_owned() }
    }

    /// The lines asked for, in the order asked for.
    fn list(&self, narrow: &Narrow, actor: &Actor) -> Keyset {
        let mut list = narrow.list(actor);
        list.sort(narrow.sorts(), &self.sort);
        list
    }

    /// The first page in the list's own order: back orders stand above it.
    fn is_plain(&self, narrow: &Narrow) -> bool {
        let first = self.sort.is_empty() && self.after.is_empty() && self.before.is_empty();
        first && narrow.status.is_none() && narrow.order_no.is_none()
    }

    /// What the figures' links keep, ready for a status: everything but status, order and place.
    fn base(&self) -> String {
        let query = lists::href("", &self.parameters()[1..4]);
        query.strip_prefix('?').map_or(String::new(), |q| format!("{q}&"))
    }
}

/// What a page of the list shows.
struct Found {
    totals: Vec<Total>,
    first: Vec<Line>,
    slice: Slice<Line>,
    now: Time,
    zone: String,
}

fn view(shell: Shell, q: &ListQuery, f: &Found) -> ListPage {
    let statuses: Vec<(&str, &str)> = std::iter::once(("", "All")).chain(Status::ALL.iter().map(|s| (s.code(), s.label()))).collect();
    let (parameters, narrow) = (q.parameters(), q.narrow());
    let lines: i64 = f.totals.iter().filter(|t| narrow.status.is_none_or(|s| t.status == s.code())).map(|t| t.lines).sum();
    let columns = columns();
    let mut sortable = columns.clone();
    let own = if narrow.status == Some(Status::BackOrder) { "promised" } else { "-ordered" };
    lists::sortable(&mut sortable, narrow.sorts(), if q.sort.is_empty() { own } else { &q.sort }, "/orders", &parameters);
    let one = q.account().and_then(|_| f.slice.rows.first().or(f.first.first())).map(|l| l.account.clone());
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
        kept: lists::kept(&parameters, &["sort"]),
        columns,
        sortable,
        back_orders: f.first.iter().map(line).collect(),
        lines: f.slice.rows.iter().map(line).collect(),
        pager: lists::pager(&f.slice, &Money(lines * 100).whole(), "lines", "/orders", &parameters),
        csv: lists::href("/orders.csv", &parameters),
        narrowed: narrow != Narrow::default(),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("Order"),
        Column::text("Account"),
        Column::text("Product"),
        Column::number("Units"),
        Column::number("Amount"),
        Column::text("Ordered"),
        Column::text("Status"),
        Column::text("Promised"),
    ]
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>, RawQuery(query): RawQuery) -> WebResult {
    let (db, actor, narrow) = (app.db(), &visitor.actor, q.narrow());
    let slice = lists::fetch_sorted(db, &q.list(&narrow, actor), &Place::read(&q.after, &q.before)).await?;
    let first = if q.is_plain(&narrow) {
        store::first(db, actor, &Narrow { status: Some(Status::BackOrder), ..narrow.clone() }, FIRST).await?
    } else {
        Vec::new()
    };
    let totals = store::totals(db, actor, &narrow, visitor.now.0).await?;
    let found = Found { totals, first, slice, now: visitor.now, zone: actor.zone.clone() };
    let views = views::of(db, &visitor, "/orders", query.as_deref()).await?;
    page(&ListPage { views, ..view(visitor.shell(&app, "Orders"), &q, &found) })
}

pub(super) async fn export(State(app): State<App>, visitor: Visitor, Query(q): Query<ListQuery>, RawQuery(query): RawQuery) -> WebResult {
    let mut list = q.list(&q.narrow(), &visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    file(lists::all(app.db(), &list).await?)
}

/// Lines as a file.
pub(super) fn file(rows: Vec<Line>) -> WebResult {
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
