//! Pages of systems.

use super::model::System;
use super::queries::{Listed, Member, Stakeholder, SystemsAsk, deciders, members, people, states};
use super::store;
use crate::as_of::{AsOf, AsOfBar};
use crate::lists::{self, Place, Slice, pager, sort_link};
use crate::panels::{PanelHtml, Panels, Subject, drawn};
use crate::scope;
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{CareSetting, Day, Error, PersonRole, SystemId};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Chip, Column, Filter, Pager, RecordHead, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::{BTreeMap, BTreeSet};

/// Deciders shown on the page itself.
const DECIDERS_SHOWN: u64 = 15;

#[derive(Debug, askama::Template)]
#[template(path = "systems/templates/list.html")]
struct SystemsPage {
    shell: Shell,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    rows: Vec<(Listed, String)>,
    pager: Pager,
    filtered: bool,
    export: String,
    views: Views,
}

fn list_view(shell: Shell, ask: &SystemsAsk, slice: Slice<Listed>, total: &str, states: &BTreeMap<i64, Vec<String>>) -> SystemsPage {
    let parameters = ask.parameters();
    let chosen = if ask.sort.is_empty() { "name" } else { ask.sort.as_str() };
    let sortable = |column: Column, name: &str| {
        let (href, sort) = sort_link(name, chosen, "/systems", &parameters);
        column.sortable(&href, sort)
    };
    SystemsPage {
        filters: vec![Filter {
            name: "name".into(),
            label: "Name".into(),
            value: ask.name.clone(),
            placeholder: "part of the name".into(),
            options: Vec::new(),
        }],
        columns: vec![
            sortable(Column::text("System"), "name"),
            Column::text("Head office"),
            sortable(Column::number("Accounts"), "accounts"),
            Column::text("States"),
        ],
        pager: pager(&slice, total, "systems", "/systems", &parameters),
        filtered: !ask.name.is_empty(),
        export: lists::href("/systems.csv", &parameters),
        views: Views::default(),
        rows: slice.rows.into_iter().map(|s| (s.clone(), states.get(&s.id).map_or(String::new(), |st| st.join(", ")))).collect(),
        shell,
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<SystemsAsk>, RawQuery(query): RawQuery) -> WebResult {
    let keyset = ask.list(&visitor.actor);
    let slice = lists::fetch(app.db(), &keyset, &Place::read(&ask.after, &ask.before), |s: &Listed| ask.cursor(s)).await?;
    let total = lists::count(app.db(), &keyset).await?;
    let states = states(app.db(), &visitor.actor, &slice.rows.iter().map(|s| s.id).collect::<Vec<_>>()).await?;
    let views = views::of(app.db(), &visitor, "/systems", query.as_deref()).await?;
    page(&SystemsPage { views, ..list_view(visitor.shell(&app, "Systems"), &ask, slice, &total, &states) })
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<SystemsAsk>, RawQuery(query): RawQuery) -> WebResult {
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<Listed> = lists::all(app.db(), &list).await?;
    let cells = rows.into_iter().map(|s| vec![s.id.to_string(), s.name, s.city, s.state, s.accounts.to_string()]);
    Ok(lists::download("systems.csv", export::csv(&["id", "name", "city", "state", "accounts"], cells)))
}

#[derive(Debug, askama::Template)]
#[template(path = "systems/templates/detail.html")]
struct SystemPage {
    shell: Shell,
    as_of: AsOfBar,
    head: RecordHead,
    stats: Vec<Stat>,
    columns: Vec<Column>,
    members: Vec<Member>,
    regions: Vec<(i64, String, usize)>,
    people_columns: Vec<Column>,
    people: Vec<Stakeholder>,
    panels: Vec<PanelHtml>,
}

impl SystemPage {
    fn setting(&self, member: &Member) -> String {
        CareSetting::parse(&member.setting).map_or_else(|| member.setting.clone(), |s| s.label().to_owned())
    }

    fn since(&self, member: &Member) -> String {
        i32::try_from(member.valid_from).map_or(String::new(), |d| Day(d).to_string())
    }

    fn role(&self, person: &Stakeholder) -> String {
        PersonRole::parse(&person.role).map_or_else(|| person.role.clone(), |r| r.label().to_owned())
    }
}

/// Draws the page of a system within the visitor's scope.
pub(super) async fn detail(app: App, visitor: Visitor, id: i64, as_of: AsOf, panels: Panels) -> WebResult {
    let (db, actor, key) = (app.db(), &visitor.actor, SystemId(id));
    scope::see_system(db, actor, key).await?;
    let system = store::get(db, key).await?.ok_or_else(|| Error::not_found("system"))?;
    let found = (
        members(db, actor, key, as_of).await?,
        people(db, actor, key, as_of).await?,
        deciders(db, actor, key, as_of, DECIDERS_SHOWN).await?,
    );
    let panels = drawn(&panels, &app, &visitor, Subject::System(key)).await?;
    page(&detail_view(visitor.shell(&app, &system.name), system, found, (as_of, panels)))
}

fn detail_view(
    shell: Shell,
    system: System,
    (members, people, deciders): (Vec<Member>, i64, Vec<Stakeholder>),
    (as_of, panels): (AsOf, Vec<PanelHtml>),
) -> SystemPage {
    let states: BTreeSet<&str> = members.iter().map(|m| m.state.as_str()).collect();
    let mut regions: BTreeMap<i64, (String, usize)> = BTreeMap::new();
    for (hrr, name) in members.iter().filter_map(|m| Some((m.hrr?, m.hrr_name.clone()?))) {
        regions.entry(hrr).or_insert((name, 0)).1 += 1;
    }
    let mut regions: Vec<(i64, String, usize)> = regions.into_iter().map(|(hrr, (name, count))| (hrr, name, count)).collect();
    regions.sort_by_key(|(hrr, _, count)| (std::cmp::Reverse(*count), *hrr));
    let accounts = format!("/accounts?system={}", system.id);
    let stats = vec![
        Stat::new("Accounts", members.len().to_string(), &accounts),
        Stat::new("States", states.len().to_string(), "#accounts").note(states.into_iter().collect::<Vec<_>>().join(", "), Tone::Plain),
        Stat::new("Referral regions", regions.len().to_string(), "#regions"),
        Stat::new("People known", people.to_string(), &format!("/people?system={}", system.id)),
    ];
    let place = [system.city.as_str(), system.state.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let simulated = (system.source == "simulation").then(|| Chip::new("Simulated system", Tone::Warn));
    SystemPage {
        shell,
        as_of: as_of.bar(&format!("/systems/{}", system.id), &[]),
        head: RecordHead {
            kind: "Health system".into(),
            name: system.name,
            identifiers: vec![("Key".into(), system.source_key), ("Head office".into(), place), ("Source".into(), system.source)],
            chips: simulated.into_iter().collect(),
        },
        stats,
        columns: vec![
            Column::text("Account"),
            Column::text("Setting"),
            Column::text("Town"),
            Column::text("Referral region"),
            Column::text("In the system since"),
        ],
        members,
        regions,
        people_columns: vec![Column::text("Name"), Column::text("Role")],
        people: deciders,
        panels,
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let listed = |id, name: &str| Listed { id, name: name.into(), city: "Duluth".into(), state: "MN".into(), accounts: 12 };
    let slice = Slice { rows: vec![listed(3, "Northlake Health"), listed(4, "<i>Plains</i> & Partners")], previous: None, next: None };
    let empty = Slice { rows: Vec::new(), previous: None, next: None };
    let states = BTreeMap::from([(3, vec!["MN".to_owned(), "WI".to_owned()])]);
    let member = |id, name: &str| Member {
        id,
        name: name.into(),
        setting: "hospital".into(),
        city: "Duluth".into(),
        state: "MN".into(),
        hrr: Some(250),
        hrr_name: Some("Duluth, MN".into()),
        valid_from: 17_896,
    };
    let system = System {
        id: 3,
        source_key: "HSI00000467".into(),
        name: "Northlake Health".into(),
        city: "Duluth".into(),
        state: "MN".into(),
        country: "US".into(),
        source: "ahrq-systems".into(),
    };
    let people = vec![Stakeholder { id: 33, name: "Tomás Ó Conaill".into(), role: "procurement".into() }];
    let full = (vec![member(7, "St. Brigid Medical Center"), member(8, "Lakeside Hospital")], 41, people);
    let list = |ask: &SystemsAsk, slice, total: &str| {
        askama::Template::render(&list_view(Shell::sample("Systems"), ask, slice, total, &states)).unwrap_or_default()
    };
    let detail = |found| {
        askama::Template::render(&detail_view(Shell::sample("Northlake Health"), system.clone(), found, (AsOf::TODAY, Vec::new())))
            .unwrap_or_default()
    };
    vec![
        ("systems", list(&SystemsAsk { sort: "-accounts".into(), ..SystemsAsk::default() }, slice, "637")),
        ("systems, none", list(&SystemsAsk::default(), empty.clone(), "0")),
        ("systems, none found", list(&SystemsAsk { name: "zz".into(), ..SystemsAsk::default() }, empty, "0")),
        ("system", detail(full)),
        ("system, nothing known", detail((Vec::new(), 0, Vec::new()))),
    ]
}
