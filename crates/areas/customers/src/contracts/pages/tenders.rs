//! Tenders with their lots and quiet periods.

use crate::contracts::model::{AWARDS, TENDER_STATES, Tender};
use crate::contracts::queries::{self, Lot};
use crate::lists::{self, Keyset, Place, Slice, SortBy};
use crate::reading::{label, money, word};
use crate::sheets::{self, Cell, Section, Sheet, Table};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::Actor;
use rounds_platform::views;
use rounds_store::contains;
use rounds_web::components::{Filter, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;

/// What the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::contracts) struct Ask {
    name: String,
    state: String,
    sort: String,
    after: String,
    before: String,
}

/// Ways to sort it; the latest deadline first if none is asked for.
const SORTS: &[SortBy] = &[
    SortBy::text("name", "Tender", "t.name"),
    SortBy::text("issuer", "Issuer", "t.issuer"),
    SortBy::text("state", "State", "t.state"),
    SortBy::number("deadline", "Deadline", "COALESCE(t.deadline_on, 0)"),
    SortBy::number("quiet", "Quiet period", "COALESCE(t.quiet_from, 0)"),
];

impl Ask {
    fn parameters(&self) -> [(&str, &str); 3] {
        [("name", &self.name), ("state", &self.state), ("sort", &self.sort)]
    }

    fn list(&self, actor: &Actor, today: i64) -> Keyset {
        let mut list = queries::tender_list(actor);
        if !self.name.trim().is_empty() {
            list.filter("LOWER(t.name || ' ' || t.number || ' ' || t.issuer) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        if self.state == "quiet" {
            list.filter("t.quiet_from <= {}", today);
            list.filter("t.quiet_to >= {}", today);
        } else if let Some(state) = word(TENDER_STATES, &self.state) {
            list.filter("t.state = {}", state);
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

fn quiet(t: &Tender, today: i64) -> Cell {
    match (t.quiet_from, t.quiet_to) {
        (Some(from), Some(to)) if from <= today && today <= to => {
            Cell::chip("Quiet now", Tone::Warn).with(format!("until {}", Cell::day(Some(to)).text))
        }
        (Some(from), Some(to)) => Cell::text(format!("{} to {}", Cell::day(Some(from)).text, Cell::day(Some(to)).text)),
        _ => Cell::text(""),
    }
}

fn row(t: &Tender, today: i64) -> Vec<Cell> {
    let deadline = match t.deadline_on {
        Some(d) if t.state == "announced" && d >= today => {
            let in_days = if d - today == 1 { "tomorrow".to_owned() } else { format!("in {} days", d - today) };
            Cell::chip(Cell::day(Some(d)).text, if d - today <= 14 { Tone::Bad } else { Tone::Info }).with(in_days)
        }
        other => Cell::day(other),
    };
    vec![
        Cell::text(&t.name).with(t.number.clone()),
        Cell::text(&t.issuer),
        Cell::text(label(TENDER_STATES, &t.state)),
        deadline,
        quiet(t, today),
        Cell::number(t.lots.to_string()).with(format!("{} won", t.won)),
        Cell::number(t.facilities.to_string()),
    ]
}

fn view(shell: Shell, ask: &Ask, slice: &Slice<Tender>, (total, lots): (&str, &[Lot]), today: i64) -> Sheet {
    let parameters = ask.parameters();
    let states: Vec<(&str, &str)> =
        [("", "All"), ("quiet", "In its quiet period")].into_iter().chain(TENDER_STATES.iter().copied()).collect();
    let lot = |l: &Lot| {
        let value = l.value.map_or_else(|| Cell::unknown(""), |v| Cell::number(money(v, &l.currency)));
        let award = match l.award.as_str() {
            "us" => Cell::chip(label(AWARDS, "us"), Tone::Good),
            "" => Cell::text("open"),
            other => Cell::chip(label(AWARDS, other), Tone::Bad),
        };
        vec![
            Cell::text(&l.lot).with(l.tender.clone()),
            Cell::text(&l.family).with(l.text.clone()),
            value,
            award.with(l.contract_no.clone()),
            Cell::day(l.awarded_on),
        ]
    };
    let none = ("No tender", "No tender of a facility within your reach is in the record.", "Tenders come with their import.");
    let table = Table::new("Tenders", &["Tender", "Issuer", "State", "Deadline", "Quiet period", "#Lots", "#Facilities"], none)
        .choosable("/tenders.csv", slice.rows.iter().map(|t| t.id))
        .sortable(SORTS, &ask.sort, "/tenders", &parameters);
    let lots = Table::new("Lots", &["Lot", "What", "#Value", "Award", "On"], ("No lots", "", "")).rows(lots.iter().map(lot));
    Sheet {
        shell,
        title: "Tenders".into(),
        sub: "During a quiet period nobody speaks with its facilities about what is tendered".into(),
        links: vec![("Contracts".into(), "/contracts".into()), ("Export CSV".into(), lists::href("/tenders.csv", &parameters))],
        path: "/tenders".into(),
        kept: lists::kept(&parameters, &["sort"]),
        filters: vec![
            Filter { value: ask.name.clone(), placeholder: "name, number or issuer".into(), ..Filter::select("name", "Tender", &[], "") },
            Filter::select("state", "State", &states, &ask.state),
        ],
        pager: Some(lists::pager(slice, total, "tenders", "/tenders", &parameters)),
        sections: vec![
            Section::table("", "", table.rows(slice.rows.iter().map(|t| row(t, today)))),
            Section::table("Lots", "of the tenders above", lots),
        ],
        ..Sheet::default()
    }
}

pub(in crate::contracts) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let (db, actor, today) = (app.db(), &visitor.actor, i64::from(visitor.now.day().0));
    let mut list = ask.list(actor, today);
    // A tender that search found, or that another page speaks of, is shown alone.
    list.only(&lists::chosen(query.as_deref()));
    let slice: Slice<Tender> = lists::fetch_sorted(db, &list, &Place::read(&ask.after, &ask.before)).await?;
    let total = lists::count(db, &list).await?;
    let lots = queries::lots(db, &slice.rows.iter().map(|t| t.id).collect::<Vec<_>>()).await?;
    let views = views::of(db, &visitor, "/tenders", query.as_deref()).await?;
    Sheet { views, ..view(visitor.shell(&app, "Tenders"), &ask, &slice, (&total, &lots), today) }.respond()
}

pub(in crate::contracts) async fn csv(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let mut list = ask.list(&visitor.actor, i64::from(visitor.now.day().0));
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<Tender> = lists::all(app.db(), &list).await?;
    let head = ["Tender Number", "Tender Name", "Issuer", "State", "Deadline", "Quiet From", "Quiet To", "Lots", "Lots Won", "Facilities"];
    let day = |d: Option<i64>| Cell::day(d).text;
    let cells = rows.into_iter().map(|t| {
        let (deadline, from, to) = (day(t.deadline_on), day(t.quiet_from), day(t.quiet_to));
        let [lots, won, facilities] = [t.lots, t.won, t.facilities].map(|n| n.to_string());
        vec![t.number, t.name, t.issuer, t.state, deadline, from, to, lots, won, facilities]
    });
    sheets::csv("tenders.csv", &head, cells)
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let tender = Tender {
        id: 1,
        number: "T-<1>".into(),
        name: "Dressings 2027".into(),
        issuer: "Region".into(),
        state: "announced".into(),
        deadline_on: Some(20_790),
        quiet_from: Some(20_770),
        quiet_to: Some(20_800),
        lots: 2,
        won: 1,
        facilities: 4,
    };
    let lot = |award: &str| Lot {
        tender: "T-1".into(),
        lot: "1".into(),
        family: "Dressings".into(),
        value: (award == "us").then_some(100_000),
        currency: "EUR".into(),
        award: award.into(),
        ..Lot::default()
    };
    let slice = |rows| Slice { rows, previous: None, next: None };
    let draw = |rows, lots: &[Lot]| view(Shell::sample("Tenders"), &Ask::default(), &slice(rows), ("1", lots), 20_780).draw();
    vec![("tenders", draw(vec![tender], &[lot("us"), lot("other"), lot("")])), ("tenders, none", draw(Vec::new(), &[]))]
}
