//! Pages of systems.

use super::model::System;
use super::queries::{
    Gone, Listed, Member, Stakeholder, SubSystem, SystemsAsk, deciders, gone_to, members, people, people_by_account, states, sub_systems,
};
use super::store;
use crate::affiliations::{LinkGroup, LinkKind, editable, holds, links_of};
use crate::as_of::{AsOf, AsOfBar};
use crate::identifiers::{self, EntityKind, Held};
use crate::lists::{self, Keyset, Place, Slice, pager, sort_link};
use crate::names;
use crate::panels::{PanelHtml, Panels, Subject, drawn};
use crate::scope;
use crate::timeline::{self, Of, Timeline};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{CareSetting, Day, Error, Permission, PersonRole, SystemId};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_store::facts;
use rounds_web::components::{Chip, Column, Fact, Filter, Pager, RecordHead, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
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
    /// Whether the reader may enter records here.
    add: bool,
    as_of: AsOfBar,
    kept: Vec<(String, String)>,
}

fn list_view(shell: Shell, ask: &SystemsAsk, slice: Slice<Listed>, total: &str, states: &BTreeMap<i64, Vec<String>>) -> SystemsPage {
    let (parameters, day) = (ask.parameters(), AsOf::read(&ask.as_of));
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
        add: false,
        as_of: day.bar("/systems", &parameters[..parameters.len() - 1]),
        kept: lists::kept(&parameters, &["sort", "as_of"]),
        rows: slice.rows.into_iter().map(|s| (s.clone(), states.get(&s.id).map_or(String::new(), |st| st.join(", ")))).collect(),
        shell,
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<SystemsAsk>, RawQuery(query): RawQuery) -> WebResult {
    let day = AsOf::parse(&ask.as_of)?;
    let keyset = ask.list(&visitor.actor);
    let mut slice = lists::fetch(app.db(), &keyset, &Place::read(&ask.after, &ask.before), |s: &Listed| ask.cursor(s)).await?;
    // How many accounts each has is not asked to count the systems.
    let total = lists::count(app.db(), &Keyset { from: "health_system".into(), ..keyset }).await?;
    let shown: Vec<i64> = slice.rows.iter().map(|s| s.id).collect();
    let states = states(app.db(), &visitor.actor, &shown, day).await?;
    let then = names::on(app.db(), EntityKind::System, &shown, day).await?;
    slice.rows.iter_mut().for_each(|s| then.get(&s.id).into_iter().for_each(|name| s.name.clone_from(name)));
    let views = views::of(app.db(), &visitor, "/systems", query.as_deref()).await?;
    page(&SystemsPage {
        views,
        add: visitor.actor.may(Permission::WriteRecord),
        ..list_view(visitor.shell(&app, "Systems"), &ask, slice, &total, &states)
    })
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<SystemsAsk>, RawQuery(query): RawQuery) -> WebResult {
    AsOf::parse(&ask.as_of)?;
    let mut list = ask.list(&visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<Listed> = lists::all(app.db(), &list).await?;
    let cells = rows.into_iter().map(|s| vec![s.id.to_string(), s.name, s.city, s.state, s.accounts.to_string()]);
    Ok(rounds_web::download("systems.csv", export::csv(&["id", "name", "city", "state", "accounts"], cells)))
}

#[derive(Debug, askama::Template)]
#[template(path = "systems/templates/detail.html")]
struct SystemPage {
    shell: Shell,
    as_of: AsOfBar,
    head: RecordHead,
    stats: Vec<Stat>,
    system: i64,
    /// What became of a system without accounts; empty while it has some.
    gone: String,
    numbers: Vec<Fact>,
    links: Vec<LinkGroup>,
    /// Kinds of links that may be changed, for those who may.
    edits: Vec<(String, &'static str)>,
    tree: Vec<Branch>,
    subs: Vec<SubSystem>,
    columns: Vec<Column>,
    members: Vec<Member>,
    people_columns: Vec<Column>,
    people: Vec<Stakeholder>,
    timeline: Timeline,
    panels: Vec<PanelHtml>,
}

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DetailAsk {
    #[serde(flatten)]
    timeline: timeline::Ask,
}

/// One region of the tree: its address, its name, and its accounts with their words.
#[derive(Debug)]
struct Branch {
    href: Option<String>,
    name: String,
    words: String,
    accounts: Vec<(String, String, String)>,
}

/// Everything read for the page of a system.
#[derive(Default)]
struct Found {
    members: Vec<Member>,
    people: i64,
    by_account: BTreeMap<i64, i64>,
    deciders: Vec<Stakeholder>,
    links: Vec<LinkGroup>,
    numbers: Vec<Held>,
    former: Vec<String>,
    subs: Vec<SubSystem>,
    gone: Option<Gone>,
    may_change: bool,
    timeline: Timeline,
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
pub(super) async fn detail(app: App, visitor: Visitor, id: i64, ask: DetailAsk, panels: Panels) -> WebResult {
    let (db, actor, key) = (app.db(), &visitor.actor, SystemId(id));
    scope::see_system(db, actor, key).await?;
    let as_of = AsOf::parse(&ask.timeline.as_of)?;
    let (path, whole) = (format!("/systems/{id}"), format!("/systems/{id}/timeline"));
    let of = Of { subject: facts::Subject::System(key), path: &path, whole: &whole, zone: &actor.zone };
    let mut system = store::get(db, key).await?.ok_or_else(|| Error::not_found("system"))?;
    let former = names::former(db, EntityKind::System, &[id]).await?.remove(&id).unwrap_or_default();
    if let Some(then) = names::on(db, EntityKind::System, &[id], as_of).await?.remove(&id) {
        system.name = then;
    }
    let members = members(db, actor, key, as_of).await?;
    let found = Found {
        people: people(db, actor, key, as_of).await?,
        by_account: people_by_account(db, actor, key, as_of).await?,
        deciders: deciders(db, actor, key, as_of, DECIDERS_SHOWN).await?,
        links: links_of(db, actor, "system", id, as_of).await?,
        numbers: identifiers::of(db, EntityKind::System, id).await?,
        subs: sub_systems(db, actor, key, as_of).await?,
        gone: if members.is_empty() { gone_to(db, key, as_of.or(visitor.now.day())).await? } else { None },
        may_change: actor.may(Permission::WriteRecord),
        timeline: timeline::load(db, actor, visitor.now, &of, &ask.timeline).await?,
        former,
        members,
    };
    let panels = drawn(&panels, &app, &visitor, Subject::System(key), as_of).await?;
    page(&detail_view(visitor.shell(&app, &system.name), system, found, (as_of, panels)))
}

fn branches(members: &[Member], people: &BTreeMap<i64, i64>, as_of: AsOf) -> Vec<Branch> {
    let mut regions: BTreeMap<(Option<i64>, String), Vec<&Member>> = BTreeMap::new();
    for m in members {
        let name = m.hrr_name.clone().unwrap_or_else(|| if m.state.is_empty() { "Region unknown".into() } else { m.state.clone() });
        regions.entry((m.hrr, name)).or_default().push(m);
    }
    let count = |n: i64, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    let account = |m: &&Member| {
        let setting = CareSetting::parse(&m.setting).map_or(m.setting.as_str(), |s| s.label());
        let known = people.get(&m.id).copied().unwrap_or(0);
        (as_of.link(&format!("/accounts/{}", m.id)), m.name.clone(), format!("{setting}, {}", count(known, "person known", "people known")))
    };
    let mut all: Vec<Branch> = regions
        .into_iter()
        .map(|((hrr, name), members)| Branch {
            href: hrr.map(|h| format!("/accounts?hrr={h}")),
            name,
            words: count(members.len() as i64, "account", "accounts"),
            accounts: members.iter().map(account).collect(),
        })
        .collect();
    all.sort_by(|a, b| b.accounts.len().cmp(&a.accounts.len()).then(a.name.cmp(&b.name)));
    all
}

fn stats_of(system: &System, found: &Found, regions: usize) -> Vec<Stat> {
    let states: BTreeSet<&str> = found.members.iter().map(|m| m.state.as_str()).filter(|s| !s.is_empty()).collect();
    vec![
        Stat::new("Accounts", found.members.len().to_string(), &format!("/accounts?system={}", system.id)),
        Stat::new("States", states.len().to_string(), "#accounts").note(states.into_iter().collect::<Vec<_>>().join(", "), Tone::Plain),
        Stat::new("Regions", regions.to_string(), "#tree"),
        Stat::new("People known", found.people.to_string(), &format!("/people?system={}", system.id)),
    ]
}

fn head_of(system: &System, found: &Found) -> RecordHead {
    let place = [system.city.as_str(), system.state.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let mut identifiers = vec![("Key".to_owned(), system.source_key.clone()), ("Head office".into(), place)];
    for (label, kind) in [("Owned by", LinkKind::SystemSystem), ("Buys through", LinkKind::SystemGroup)] {
        identifiers.extend(holds(&found.links, kind).map(|l| (label.to_owned(), l.name.clone())));
    }
    if !found.former.is_empty() {
        identifiers.push(("Formerly".into(), found.former.join(", ")));
    }
    identifiers.push(("Source".into(), system.source.clone()));
    let chips = if system.source == "simulation" { vec![Chip::new("Simulated system", Tone::Warn)] } else { Vec::new() };
    RecordHead { kind: "Health system".into(), name: system.name.clone(), identifiers, chips }
}

fn detail_view(shell: Shell, system: System, found: Found, (as_of, panels): (AsOf, Vec<PanelHtml>)) -> SystemPage {
    let tree = branches(&found.members, &found.by_account, as_of);
    SystemPage {
        shell,
        as_of: as_of.bar(&format!("/systems/{}", system.id), &[]),
        head: head_of(&system, &found),
        stats: stats_of(&system, &found, tree.len()),
        system: system.id,
        gone: found.gone.as_ref().map_or(String::new(), Gone::words),
        numbers: crate::accounts::number_facts(&found.numbers, EntityKind::System, system.id),
        edits: if found.may_change { editable("system", system.id) } else { Vec::new() },
        links: found.links,
        tree,
        subs: found.subs,
        columns: vec![
            Column::text("Account"),
            Column::text("Setting"),
            Column::text("Town"),
            Column::text("Referral region"),
            Column::text("In the system since"),
        ],
        members: found.members,
        people_columns: vec![Column::text("Name"), Column::text("Role")],
        people: found.deciders,
        timeline: found.timeline,
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
    let full = Found {
        members: vec![member(7, "St. Brigid Medical Center"), member(8, "Lakeside Hospital")],
        people: 41,
        by_account: BTreeMap::from([(7, 40), (8, 1)]),
        deciders: people,
        links: vec![crate::affiliations::sample(LinkKind::SystemGroup)],
        numbers: vec![Held { entity_id: 3, scheme: "chsp_system".into(), value: "HSI00000467".into(), source: "ahrq-systems".into() }],
        former: vec!["Old <b>Lakes</b>".into()],
        subs: vec![SubSystem { id: 9, name: "Northlake East".into(), accounts: 4 }],
        gone: None,
        may_change: true,
        timeline: Timeline::sample(),
    };
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
        ("system, nothing known", detail(Found::default())),
        ("system, merged", detail(Found { gone: Some(Gone { day: 18_992, name: Some("Southlake".into()) }), ..Found::default() })),
    ]
}
