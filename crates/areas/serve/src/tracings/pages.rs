//! Reports of distributors, one report, and an account's indirect sales.

use super::model::LATE;
use super::queries::list::{Ask, Listed, SHOWS, SORTS};
use super::queries::{self, Indirect, Line, Report};
use async_trait::async_trait;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::lists::{self, Slice};
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::reading::{exact, money, quantity};
use rounds_customers::sheets::{self, Cell, NoticeLine, Section, Sheet, Table};
use rounds_kernel::{Error, Permission, Result};
use rounds_platform::views;
use rounds_web::components::{Chip, Filter, RecordHead, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

fn period(r: &Report) -> String {
    format!("{} to {}", Cell::day(Some(r.period_from)).text, Cell::day(Some(r.period_to)).text)
}

fn lag(r: &Report) -> Cell {
    let days = r.received_on - r.period_to;
    let tone = if days > LATE { Tone::Warn } else { Tone::Plain };
    Cell::chip(format!("{days} days"), tone).with(Cell::day(Some(r.received_on)).text)
}

fn share(part: i64, all: i64) -> String {
    if all <= 0 { "unknown".into() } else { format!("{} %", (part * 100 + all / 2) / all) }
}

struct Found {
    slice: Slice<Listed>,
    rows: Vec<Report>,
    total: String,
    /// The newest of all, for the figures.
    reports: Vec<Report>,
    indirect: Vec<Indirect>,
    direct: Vec<(String, i64)>,
}

fn stats(f: &Found) -> Vec<Stat> {
    let counting: Vec<&Report> = f.reports.iter().filter(|r| r.replaced_by.is_none()).collect();
    let mut out: Vec<Stat> = f
        .indirect
        .iter()
        .take(3)
        .map(|i| {
            let direct = f.direct.iter().find(|(c, _)| *c == i.currency).map_or(0, |(_, m)| *m);
            let note = format!("{} through distributors, {} direct, 12 months", money(i.minor, &i.currency), money(direct, &i.currency));
            Stat::new(&format!("Indirect share, {}", i.currency), share(i.minor, i.minor + direct), "/tracings").note(note, Tone::Plain)
        })
        .collect();
    if !counting.is_empty() {
        let days: i64 = counting.iter().map(|r| r.received_on - r.period_to).sum();
        out.push(
            Stat::new("Average lag", (days / counting.len() as i64).to_string(), "/tracings")
                .unit("days")
                .note("from the period's end to receipt", Tone::Plain),
        );
    }
    let (open, all) = counting.iter().fold((0, 0), |(open, all), r| (open + r.unmapped, all + r.lines));
    out.push(
        Stat::new("Unmapped lines", open.to_string(), "/parties?show=unmapped")
            .note(format!("of {all}"), if open > 0 { Tone::Warn } else { Tone::Good }),
    );
    out
}

fn row(r: &Report) -> Vec<Cell> {
    let version = match r.replaced_by {
        Some(_) => Cell::chip(format!("Version {}, replaced", r.version), Tone::Plain),
        None if r.version > 1 => Cell::chip(format!("Version {}, restated", r.version), Tone::Info),
        None => Cell::text("as first reported"),
    };
    let unpriced = if r.unpriced > 0 { format!("{} lines without a value", r.unpriced) } else { String::new() };
    vec![
        Cell::link(&r.distributor, format!("/tracings/{}", r.id)),
        Cell::text(period(r)),
        version,
        lag(r),
        Cell::number(r.lines.to_string()),
        Cell::number(r.unmapped.to_string()).with(if r.unnamed > 0 { format!("{} of unknown article", r.unnamed) } else { String::new() }),
        Cell::number(money(r.minor, &r.currency)).with(unpriced),
    ]
}

fn view(shell: Shell, ask: &Ask, f: &Found) -> Sheet {
    let parameters = ask.parameters();
    let none = if ask.name.is_empty() && ask.show.is_empty() {
        ("No tracings", "No distributor's report reaches an account within your reach.", "They come with the distributors' files.")
    } else {
        ("No such report", "No distributor's report within your reach fits these filters.", "Loosen a filter.")
    };
    let sort = if ask.sort.is_empty() { "-period" } else { &ask.sort };
    let table = Table::new("Reports", &["Distributor", "Period", "State", "Lag", "#Lines", "#Unmapped", "#Value"], none)
        .choosable("/tracings.csv", f.rows.iter().map(|r| r.id))
        .sortable(SORTS, sort, "/tracings", &parameters);
    Sheet {
        shell,
        title: "Tracings".into(),
        sub: "What distributors sold on, as they report it".into(),
        links: vec![("Export CSV".into(), lists::href("/tracings.csv", &parameters))],
        stats: stats(f),
        path: "/tracings".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![
            Filter { value: ask.name.clone(), placeholder: "part of the name".into(), ..Filter::select("name", "Distributor", &[], "") },
            Filter::select("show", "Show", SHOWS, &ask.show),
        ],
        pager: Some(lists::pager(&f.slice, &f.total, "reports", "/tracings", &parameters)),
        sections: vec![Section::table("", "", table.rows(f.rows.iter().map(row)))],
        ..Sheet::default()
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>, RawQuery(query): RawQuery) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let since = i64::from(visitor.now.day().0) - 365;
    let list = ask.list(actor);
    let slice: Slice<Listed> = lists::fetch_sorted(db, &list, &ask.place()).await?;
    let shown: Vec<i64> = slice.rows.iter().map(|r| r.id).collect();
    let found = Found {
        slice,
        rows: queries::added_up(db, actor, &shown).await?,
        total: lists::count(db, &list).await?,
        reports: queries::reports(db, actor).await?,
        indirect: queries::indirect(db, actor, since).await?,
        direct: crate::sales::billed_since(db, actor, since).await?,
    };
    let views = views::of(db, &visitor, "/tracings", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Tracings"), &ask, &found) }.respond()
}

fn cells(l: &Line) -> Vec<Cell> {
    let landed = match (&l.account, l.account_id) {
        (Some(name), Some(id)) => Cell::link(name, format!("/accounts/{id}")).with(l.number.clone()),
        _ => Cell::link(if l.name.is_empty() { &l.number } else { &l.name }, format!("/parties/{}", l.party_id)).with("unmapped"),
    };
    let product = match (&l.product, l.product_id) {
        (Some(name), Some(id)) => Cell::link(name, format!("/products/{id}")),
        _ => Cell::text(&l.product_text).with("not in the catalogue"),
    };
    let value = l.minor.map_or_else(|| Cell::unknown(""), |m| Cell::number(money(m, &l.currency)));
    vec![landed, product, Cell::number(quantity(l.milli)).with(l.unit.clone()), value]
}

/// Lines shown of one report.
const SHOWN: usize = 300;

fn one_view(shell: Shell, r: &Report, lines: &[Line]) -> Sheet {
    let mut notices = Vec::new();
    if let Some(by) = r.replaced_by {
        let text = format!("The distributor reported this period again (report {by}). These lines count no more.");
        notices.push(NoticeLine { kind: "stale", title: "Replaced".into(), text });
    }
    if lines.len() == SHOWN {
        notices.push(NoticeLine {
            kind: "partial",
            title: format!("The first {SHOWN} lines"),
            text: "Unmapped ones first, then the largest. The export has all.".into(),
        });
    }
    let table = Table::new("Lines", &["Ship-to", "Product", "#Quantity", "#Value"], ("No lines", "", "")).rows(lines.iter().map(cells));
    Sheet {
        shell,
        head: Some(RecordHead {
            kind: "Tracing report".into(),
            name: format!("{}, {}", r.distributor, period(r)),
            identifiers: vec![("Version".into(), r.version.to_string()), ("File".into(), r.source.clone())],
            chips: vec![Chip::new(format!("{} after the period", lag(r).text), Tone::Plain)],
        }),
        notices,
        links: vec![("Export CSV".into(), format!("/tracings.csv?id={}", r.id)), ("All reports".into(), "/tracings".into())],
        sections: vec![Section::table("Lines", "unmapped ones first", table)],
        ..Sheet::default()
    }
}

pub(super) async fn one(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let report = queries::report(db, actor, id).await?.into_iter().next().ok_or_else(|| Error::not_found("report"))?;
    let lines = queries::lines_of_report(db, actor, id, SHOWN).await?;
    let title = format!("{}, {}", report.distributor, period(&report));
    one_view(visitor.shell(&app, &title), &report, &lines).respond()
}

/// Lines of one export.
const EXPORT: usize = 100_000;

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>, RawQuery(query): RawQuery) -> WebResult {
    let list = ask.lines(&visitor.actor, &lists::chosen(query.as_deref()));
    file(queries::lines(app.db(), &list, EXPORT).await?)
}

/// Lines as a file.
pub(super) fn file(rows: Vec<Line>) -> WebResult {
    let head = [
        "Distributor",
        "Period End",
        "Ship-to",
        "Ship-to Name",
        "Account Id",
        "Account",
        "Product",
        "Quantity",
        "Unit",
        "Value",
        "Currency",
    ];
    let cells = |l: Line| {
        let (id, value) = (l.account_id.map_or(String::new(), |a| a.to_string()), l.minor.map_or(String::new(), |m| exact(m, &l.currency)));
        let (end, amount) = (Cell::day(Some(l.period_to)).text, quantity(l.milli));
        vec![
            l.distributor,
            end,
            l.number,
            l.name,
            id,
            l.account.unwrap_or_default(),
            l.product.unwrap_or(l.product_text),
            amount,
            l.unit,
            value,
            l.currency,
        ]
    };
    sheets::csv("tracings.csv", &head, rows.into_iter().map(cells))
}

/// Draws what an account buys through distributors.
#[derive(Debug)]
pub struct TracingsPanel;

#[async_trait]
impl Panel for TracingsPanel {
    fn permission(&self) -> Permission {
        Permission::ReadOrders
    }

    async fn draw(&self, app: &App, _visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let lines = queries::of_account(app.db(), account.0).await?;
        if lines.is_empty() {
            return Ok(None);
        }
        let row = |l: &Line| {
            let [_, product, quantity, value]: [Cell; 4] = cells(l).try_into().unwrap_or_default();
            vec![product.with(l.distributor.clone()), Cell::day(Some(l.period_to)), quantity, value]
        };
        let table =
            Table::new("Through distributors", &["Product", "Period to", "#Quantity", "#Value"], ("", "", "")).rows(lines.iter().map(row));
        PanelHtml::draw("Through distributors", "as they report it, weeks later", &table).map(Some)
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let report = |version, replaced_by| Report {
        id: version,
        distributor: "Mid<west> Supply".into(),
        period_from: 20_700,
        period_to: 20_729,
        version,
        received_on: 20_780,
        replaced_by,
        source: "t.csv".into(),
        currency: "USD".into(),
        lines: 10,
        unmapped: 2,
        unnamed: 1,
        minor: 1_000_000,
        unpriced: 1,
    };
    let line = Line {
        number: "7".into(),
        name: "Clinic <x>".into(),
        product_text: "A".into(),
        unit: "EA".into(),
        currency: "USD".into(),
        milli: 1_000,
        ..Line::default()
    };
    let slice = |ids: Vec<i64>| Slice { rows: ids.into_iter().map(|id| Listed { id }).collect(), previous: None, next: None };
    let full = Found {
        slice: slice(vec![2, 1]),
        rows: vec![report(2, None), report(1, Some(2))],
        total: "2".into(),
        reports: vec![report(2, None), report(1, Some(2))],
        indirect: vec![Indirect { currency: "USD".into(), minor: 1_000_000 }],
        direct: vec![("USD".into(), 3_000_000)],
    };
    let none = Found { slice: slice(vec![]), rows: vec![], total: "0".into(), reports: vec![], indirect: vec![], direct: vec![] };
    let late = Ask { show: "late".into(), sort: "-lag".into(), ..Ask::default() };
    vec![
        ("tracings", view(Shell::sample("Tracings"), &Ask::default(), &full).draw()),
        ("tracings, none", view(Shell::sample("Tracings"), &Ask::default(), &none).draw()),
        ("tracings, none late", view(Shell::sample("Tracings"), &late, &none).draw()),
        ("tracing report", one_view(Shell::sample("Tracings"), &report(1, Some(2)), &[line]).draw()),
    ]
}
