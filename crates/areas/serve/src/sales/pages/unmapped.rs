//! Sales of ship-tos that stand for no account.

use super::day;
use crate::sales::commands::MatchAgain;
use crate::sales::queries::{UNMAPPED_SORTS, Unmapped, UnmappedAsk, counts};
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists::{self, Slice};
use rounds_customers::reading::{exact, money};
use rounds_customers::sheets::{self, Cell, Form, NoticeLine, Part, Section, Sheet, Table};
use rounds_kernel::{Permission, Scope};
use rounds_platform::views;
use rounds_web::components::{Filter, Stat, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult};

struct Found {
    slice: Slice<Unmapped>,
    total: String,
    /// Ship-tos that stand for no account, and all.
    open: (i64, i64),
    may_map: bool,
    whole: bool,
}

fn row(u: &Unmapped) -> Vec<Cell> {
    let name = if u.name.is_empty() { "no name in the file".to_owned() } else { u.name.clone() };
    vec![
        Cell::link(&u.number, format!("/parties/{}", u.party_id)).with(u.erp.clone()),
        Cell::text(name).with([u.city.as_str(), u.state.as_str(), u.zip.as_str()].join(" ")),
        Cell::number(u.lines.to_string()),
        Cell::number(money(u.ordered, &u.currency)),
        Cell::number(money(u.billed, &u.currency)),
        Cell::text(day(u.last_day)),
    ]
}

fn view(shell: Shell, ask: &UnmappedAsk, f: &Found) -> Sheet {
    let (parameters, open) = (ask.parameters(), f.open);
    let empty = if ask.name.trim().is_empty() {
        ("Every ship-to stands for an account", "No sale is without a place.", "New numbers appear here when files bring them.")
    } else {
        ("No such ship-to", "No unmapped ship-to has this in its name or number.", "Take the filter away.")
    };
    let sort = if ask.sort.is_empty() { "-lines" } else { &ask.sort };
    let table = Table::new("Unmapped ship-tos", &["Ship-to", "Name", "#Lines", "#Ordered", "#Billed", "Last"], empty)
        .choosable("/unmapped-sales.csv", f.slice.rows.iter().map(|u| u.id))
        .sortable(UNMAPPED_SORTS, sort, "/unmapped-sales", &parameters);
    let share = if open.1 > 0 { format!("{} %", open.0 * 100 / open.1) } else { "0 %".into() };
    let mut sections = vec![Section::table("", "", table.rows(f.slice.rows.iter().map(row)))];
    if f.may_map && open.0 > 0 {
        let form = Form { action: "/unmapped-sales/match".into(), button: "Match again".into(), ..Form::default() };
        let sub = "tries every unmapped number against keys, and names in the same postal code".to_owned();
        sections.push(Section { title: "Match".into(), sub, part: Part::Form(form) });
    }
    let mut notices = Vec::new();
    if !f.whole {
        let text = "A ship-to without an account is in nobody's coverage: only those who see the whole base see it.".into();
        notices.push(NoticeLine { kind: "info", title: "Not within your reach".into(), text });
    }
    Sheet {
        shell,
        title: "Unmapped sales".into(),
        sub: "Ship-tos that stand for no account, and what they bought".into(),
        links: vec![
            ("Export CSV".into(), lists::href("/unmapped-sales.csv", &parameters)),
            ("All sales".into(), "/sales".into()),
            ("ERP parties".into(), "/parties".into()),
        ],
        notices,
        stats: vec![
            Stat::new("Unmapped ship-tos", open.0.to_string(), "/unmapped-sales")
                .note(format!("{share} of {}", open.1), if open.0 > 0 { Tone::Warn } else { Tone::Good }),
        ],
        path: "/unmapped-sales".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![Filter {
            value: ask.name.clone(),
            placeholder: "name or number".into(),
            ..Filter::select("name", "Ship-to", &[], "")
        }],
        pager: Some(lists::pager(&f.slice, &f.total, "ship-tos by currency", "/unmapped-sales", &parameters)),
        sections,
        ..Sheet::default()
    }
}

pub(in crate::sales) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<UnmappedAsk>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let (list, whole) = (ask.list(actor), actor.scope == Scope::All);
    let found = Found {
        slice: lists::fetch_sorted(db, &list, &ask.place()).await?,
        total: lists::count(db, &list).await?,
        open: if whole { counts(db).await? } else { (0, 0) },
        may_map: actor.may(Permission::Steward),
        whole,
    };
    let views = views::of(db, &visitor, "/unmapped-sales", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Unmapped sales"), &ask, &found) }.respond()
}

pub(in crate::sales) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<UnmappedAsk>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    file(lists::all(app.db(), &list).await?)
}

/// Ship-tos as a file.
pub(in crate::sales) fn file(rows: Vec<Unmapped>) -> WebResult {
    let head = ["system", "ship_to", "name", "city", "state", "zip", "lines", "ordered", "billed", "currency", "last_day"];
    let cells = |u: Unmapped| {
        let (ordered, billed) = (exact(u.ordered, &u.currency), exact(u.billed, &u.currency));
        let (lines, last) = (u.lines.to_string(), day(u.last_day));
        vec![u.erp, u.number, u.name, u.city, u.state, u.zip, lines, ordered, billed, u.currency, last]
    };
    sheets::csv("unmapped-sales.csv", &head, rows.into_iter().map(cells))
}

pub(in crate::sales) async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes) -> WebResult {
    let mapped = app.runner().run(&visitor.actor, MatchAgain).await?;
    flashes.good("/unmapped-sales", format!("{mapped} ship-tos mapped.")).await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let row = Unmapped {
        id: 9,
        party_id: 3,
        erp: "SAP".into(),
        number: "47<11>".into(),
        name: "Brigid Med Ctr".into(),
        currency: "EUR".into(),
        lines: 12,
        ordered: 1_000_000,
        billed: 900_000,
        last_day: 20_780,
        ..Unmapped::default()
    };
    let found = |rows: Vec<Unmapped>, open| Found {
        total: rows.len().to_string(),
        slice: Slice { rows, previous: None, next: None },
        open,
        may_map: true,
        whole: true,
    };
    let none = Found { may_map: false, whole: false, ..found(vec![], (0, 0)) };
    let narrowed = UnmappedAsk { name: "X<y>".into(), sort: "-billed".into(), ..UnmappedAsk::default() };
    let draw = |ask: &UnmappedAsk, f: &Found| view(Shell::sample("Unmapped"), ask, f).draw();
    vec![
        ("unmapped sales", draw(&UnmappedAsk::default(), &found(vec![row], (1, 40)))),
        ("unmapped sales, none", draw(&UnmappedAsk::default(), &none)),
        ("unmapped sales, none found", draw(&narrowed, &found(vec![], (1, 40)))),
    ]
}
