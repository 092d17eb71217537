//! The list of sale lines.

use super::{COLUMNS, cells, day, sample};
use crate::sales::model::{BILLED, DaySum, KINDS, Rates, SUPPLIES, by_currency, in_reporting};
use crate::sales::queries::{Ask, Row, account_name, counts, days, place_of};
use crate::sales::store::stock::rates;
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists::{self, Slice};
use rounds_customers::reading::{exact, money, quantity};
use rounds_customers::sheets::{self, NoticeLine, Section, Sheet, Table};
use rounds_platform::views;
use rounds_web::components::{Filter, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

struct Found {
    slice: Slice<Row>,
    total: String,
    billed: Vec<DaySum>,
    ordered: Vec<DaySum>,
    rates: Rates,
    open: (i64, i64),
    account: Option<String>,
}

/// One figure a currency, and one for all of them where rates are known.
pub(super) fn figures(what: &str, days: &[DaySum], rates: &Rates, href: &str) -> Vec<Stat> {
    let totals = by_currency(days);
    let mut out: Vec<Stat> = totals
        .iter()
        .take(3)
        .map(|t| Stat::new(what, money(t.minor, &t.currency), href).note(format!("{} lines, last 12 months", t.lines), Tone::Plain))
        .collect();
    if let Some((sum, without)) = in_reporting(days, rates) {
        let tone = if without > 0 { Tone::Warn } else { Tone::Plain };
        let note =
            if without > 0 { format!("at imported rates; {without} lines have none") } else { "at the imported rates of each day".into() };
        out.push(Stat::new(&format!("{what}, together"), sum, href).note(note, tone));
    }
    out
}

fn view(shell: Shell, ask: &Ask, f: &Found) -> Sheet {
    let parameters = ask.parameters();
    let kinds: Vec<(&str, &str)> = std::iter::once(("", "All kinds")).chain(KINDS.iter().copied()).collect();
    let supplies: Vec<(&str, &str)> = std::iter::once(("", "Any")).chain(SUPPLIES.iter().copied()).collect();
    let empty = if ask.narrowed() {
        ("No such line", "Nothing within your reach fits these filters.", "Loosen a filter.")
    } else {
        (
            "No sales yet",
            "No order, invoice or return of an account within your reach is in the record.",
            "They appear once files of the ERP are imported.",
        )
    };
    let mut stats = figures("Billed", &f.billed, &f.rates, "/sales?kind=invoice");
    stats.extend(figures("Ordered", &f.ordered, &f.rates, "/sales?kind=order"));
    let mut notices = Vec::new();
    if f.open.0 > 0 {
        let text = format!("{} of {} ship-tos stand for no account: their sales are on nobody's page.", f.open.0, f.open.1);
        notices.push(NoticeLine { kind: "partial", title: "Unmapped sales".into(), text });
    }
    let mut filters = vec![Filter::select("kind", "Kind", &kinds, &ask.kind), Filter::select("supply", "Supply", &supplies, &ask.supply)];
    if let Some(account) = &f.account {
        filters.push(Filter::select("account", "Account", &[("", "All accounts"), (ask.account.as_str(), account)], &ask.account));
    }
    filters.push(Filter { value: ask.doc.clone(), placeholder: "whole number".into(), ..Filter::select("doc", "Document", &[], "") });
    let sort = if ask.sort.is_empty() { "-day" } else { &ask.sort };
    let table = Table::new("Sale lines", COLUMNS, empty).choosable("/sales.csv", f.slice.rows.iter().map(|r| r.id)).sortable(
        ask.sorts(),
        sort,
        "/sales",
        &parameters,
    );
    Sheet {
        shell,
        title: f.account.as_ref().map_or("Sales".into(), |a| format!("Sales of {a}")),
        sub: "Order, invoice and return lines; they land on ship-tos, never on a person".into(),
        links: vec![
            ("Export CSV".into(), lists::href("/sales.csv", &parameters)),
            ("Unmapped sales".into(), "/unmapped-sales".into()),
            ("ERP parties".into(), "/parties".into()),
        ],
        notices,
        stats,
        path: "/sales".into(),
        kept: lists::kept(&parameters, &["party", "product", "sort"]),
        filters,
        pager: Some(lists::pager(&f.slice, &f.total, "lines", "/sales", &parameters)),
        sections: vec![Section::table("", "", table.rows(f.slice.rows.iter().map(cells)))],
        ..Sheet::default()
    }
}

pub(in crate::sales) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let list = ask.list(actor);
    let since = i64::from(visitor.now.day().0) - 365;
    let account = match ask.account() {
        Some(id) => account_name(db, actor, id).await?,
        None => None,
    };
    let one = ask.account().filter(|_| account.is_some());
    let open = if actor.scope == rounds_kernel::Scope::All { counts(db).await? } else { (0, 0) };
    let found = Found {
        slice: lists::fetch_sorted(db, &list, &place_of(&ask)).await?,
        total: if ask.narrowed() { lists::count(db, &list).await? } else { "all".into() },
        billed: days(db, actor, one, BILLED, since).await?,
        ordered: days(db, actor, one, "('order')", since).await?,
        rates: rates(db).await?,
        open,
        account,
    };
    let views = views::of(db, &visitor, "/sales", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Sales"), &ask, &found) }.respond()
}

pub(in crate::sales) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    file(lists::all(app.db(), &list).await?)
}

/// Lines as a file.
pub(in crate::sales) fn file(rows: Vec<Row>) -> WebResult {
    let head = [
        "kind",
        "document_no",
        "line",
        "day",
        "ship_to",
        "account_id",
        "account",
        "product",
        "family",
        "quantity",
        "unit",
        "net_amount",
        "currency",
        "supply",
    ];
    let cells = |r: Row| {
        let id = r.account_id.map_or(String::new(), |a| a.to_string());
        let product = r.product.or(r.product_text).unwrap_or_default();
        let (amount, quantity) = (exact(r.minor, &r.currency), quantity(r.milli));
        let (account, family) = (r.account.unwrap_or_default(), r.family.unwrap_or_default());
        vec![r.kind, r.doc_no, r.line, day(r.day), r.number, id, account, product, family, quantity, r.unit, amount, r.currency, r.supply]
    };
    sheets::csv("sales.csv", &head, rows.into_iter().map(cells))
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let unmapped = Row {
        account_id: None,
        account: None,
        product: None,
        product_id: None,
        product_text: Some("X-<1>".into()),
        kind: "return".into(),
        ..sample()
    };
    let full = Found {
        slice: Slice { rows: vec![sample(), unmapped], previous: None, next: None },
        total: "2".into(),
        billed: vec![
            DaySum { day: 20_780, currency: "EUR".into(), minor: 1_000_000, lines: 4 },
            DaySum { day: 20_780, currency: "USD".into(), minor: 5_000, lines: 1 },
        ],
        ordered: Vec::new(),
        rates: Rates { into: "USD".into(), table: std::collections::BTreeMap::from([("EUR".into(), vec![(20_770, 1_100_000)])]) },
        open: (3, 40),
        account: Some("St. Brigid <i>Medical</i> Center".into()),
    };
    let none = Found {
        slice: Slice { rows: Vec::new(), previous: None, next: None },
        total: "0".into(),
        billed: Vec::new(),
        ordered: Vec::new(),
        rates: Rates::default(),
        open: (0, 0),
        account: None,
    };
    let ask = Ask { account: "7".into(), ..Ask::default() };
    vec![
        ("sales", view(Shell::sample("Sales"), &ask, &full).draw()),
        ("sales, none", view(Shell::sample("Sales"), &Ask::default(), &none).draw()),
    ]
}
