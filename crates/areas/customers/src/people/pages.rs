//! Pages of people. No money stands on them: orders and potential belong to accounts.

use super::model::Person;
use super::queries::{PeopleAsk, Workplace, contacts_since, places_of, places_on};
use super::store;
use crate::affiliations::{LinkGroup, LinkKind, editable, holds, links_of};
use crate::as_of::{AsOf, AsOfBar};
use crate::identifiers::{self, EntityKind};
use crate::lists::{self, Place, Slice, pager, sort_link};
use crate::panels::{PanelHtml, Panels, Subject, drawn};
use crate::scope;
use crate::timeline::{self, Of, Timeline};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{Error, Permission, PersonId, PersonRole};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_store::{Query as _, facts};
use rounds_web::components::{Chip, Column, Fact, Filter, Pager, RecordHead, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Debug, askama::Template)]
#[template(path = "people/templates/list.html")]
struct PeoplePage {
    shell: Shell,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    rows: Vec<(Person, Option<Workplace>)>,
    pager: Pager,
    filtered: bool,
    export: String,
    views: Views,
    /// Whether the reader may enter records here.
    add: bool,
    as_of: AsOfBar,
    kept: Vec<(String, String)>,
}

fn list_view(shell: Shell, ask: &PeopleAsk, slice: Slice<Person>, total: &str, mut places: HashMap<i64, Workplace>) -> PeoplePage {
    let (parameters, day) = (ask.parameters(), AsOf::read(&ask.as_of));
    let chosen = if ask.sort.is_empty() { "name" } else { ask.sort.as_str() };
    let (href, sort) = sort_link("name", chosen, "/people", &parameters);
    let mut roles = vec![("", "All")];
    roles.extend(PersonRole::ALL.iter().map(|r| (r.code(), r.label())));
    let mut filters = vec![
        Filter {
            name: "name".into(),
            label: "Name".into(),
            value: ask.name.clone(),
            placeholder: "how a name begins".into(),
            options: Vec::new(),
        },
        Filter::select("role", "Role", &roles, &ask.role),
    ];
    for (name, label, value) in [("account", "Account", &ask.account), ("system", "System", &ask.system)] {
        if value.parse::<i64>().is_ok() {
            filters.push(Filter::select(name, label, &[("", "All"), (value, "The one chosen")], value));
        }
    }
    PeoplePage {
        filters,
        columns: vec![
            Column::text("Name").sortable(&href, sort),
            Column::text("Role"),
            Column::text("Specialty"),
            Column::text("Works at"),
            Column::text("Town"),
        ],
        pager: pager(&slice, total, "people", "/people", &parameters),
        export: lists::href("/people.csv", &parameters),
        views: Views::default(),
        add: false,
        as_of: day.bar("/people", &parameters[..parameters.len() - 1]),
        kept: lists::kept(&parameters, &["sort", "as_of"]),
        filtered: parameters.iter().any(|(name, value)| !matches!(*name, "sort" | "as_of") && !value.is_empty()),
        rows: slice
            .rows
            .into_iter()
            .map(|p| {
                let at = places.remove(&p.id);
                (p, at)
            })
            .collect(),
        shell,
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<PeopleAsk>, RawQuery(query): RawQuery) -> WebResult {
    let day = AsOf::parse(&ask.as_of)?;
    let keyset = ask.list(app.db().engine(), &visitor.actor);
    let slice = lists::fetch(app.db(), &keyset, &Place::read(&ask.after, &ask.before), |p: &Person| ask.cursor(p)).await?;
    let total = lists::count(app.db(), &keyset).await?;
    let places = places_on(app.db(), &visitor.actor, &slice.rows.iter().map(|p| p.id).collect::<Vec<_>>(), day).await?;
    let views = views::of(app.db(), &visitor, "/people", query.as_deref()).await?;
    page(&PeoplePage {
        views,
        add: visitor.actor.may(Permission::WriteProfile),
        ..list_view(visitor.shell(&app, "People"), &ask, slice, &total, places)
    })
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<PeopleAsk>, RawQuery(query): RawQuery) -> WebResult {
    let day = AsOf::parse(&ask.as_of)?;
    let mut list = ask.list(app.db().engine(), &visitor.actor);
    list.only(&lists::chosen(query.as_deref()));
    let people: Vec<Person> = lists::all(app.db(), &list).await?;
    let mut places = HashMap::new();
    for chunk in people.chunks(1_000) {
        places.extend(places_on(app.db(), &visitor.actor, &chunk.iter().map(|p| p.id).collect::<Vec<_>>(), day).await?);
    }
    let header = ["key", "name", "role", "specialty", "email", "phone", "language", "works_at", "city", "state", "source"];
    let row = |p: Person| {
        let (at, city, state) = places.remove(&p.id).map_or_else(Default::default, |w: Workplace| (w.name, w.city, w.state));
        vec![
            p.source_key,
            p.name,
            p.role,
            p.specialty,
            p.email.unwrap_or_default(),
            p.phone.unwrap_or_default(),
            p.language,
            at,
            city,
            state,
            p.source,
        ]
    };
    Ok(rounds_web::download("people.csv", export::csv(&header, people.into_iter().map(row).collect::<Vec<_>>())))
}

#[derive(Debug, askama::Template)]
#[template(path = "people/templates/detail.html")]
struct PersonPage {
    shell: Shell,
    head: RecordHead,
    person: i64,
    as_of: AsOfBar,
    facts: Vec<Fact>,
    numbers: Vec<Fact>,
    links: Vec<LinkGroup>,
    /// Kinds of links that may be changed, for those who may.
    edits: Vec<(String, &'static str)>,
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

/// Draws the page of a person within the visitor's scope.
pub(super) async fn detail(app: App, visitor: Visitor, id: i64, ask: DetailAsk, panels: Panels) -> WebResult {
    let (db, actor, key) = (app.db(), &visitor.actor, PersonId(id));
    scope::see_person(db, actor, key).await?;
    let person = store::get(db, key).await?.ok_or_else(|| Error::not_found("person"))?;
    let as_of = AsOf::parse(&ask.timeline.as_of)?;
    let places = places_of(db, actor, key).await?;
    let links = links_of(db, actor, "person", id, as_of).await?;
    let numbers = identifiers::of(db, EntityKind::Person, id).await?;
    let zone = places.iter().find(|p| p.valid_to.is_none()).map_or_else(|| actor.zone.clone(), |p| p.zone.clone());
    let path = format!("/people/{id}");
    let whole = format!("{path}/timeline");
    let of = Of { subject: facts::Subject::Person(key), path: &path, whole: &whole, zone: &zone };
    let contacts = contacts_since(db, key, visitor.now.plus_days(-90).0).await?;
    page(&PersonPage {
        shell: visitor.shell(&app, &person.name),
        person: id,
        as_of: as_of.bar(&path, &[]),
        head: head(&person, &links),
        facts: facts_of(&person, &zone, contacts),
        numbers: crate::accounts::number_facts(&numbers, EntityKind::Person, id),
        edits: if actor.may(Permission::WriteRecord) { editable("person", id) } else { Vec::new() },
        timeline: timeline::load(db, actor, visitor.now, &of, &ask.timeline).await?,
        links,
        panels: drawn(&panels, &app, &visitor, Subject::Person(key), as_of).await?,
    })
}

fn head(person: &Person, links: &[LinkGroup]) -> RecordHead {
    let at = holds(links, LinkKind::PersonAccount);
    let mut identifiers = vec![("Role".to_owned(), person.role_label().to_owned())];
    if !person.specialty.is_empty() {
        identifiers.push(("Specialty".into(), person.specialty.clone()));
    }
    identifiers.push(("At".into(), at.map_or("no account known".into(), |a| a.name.clone())));
    let chips = if person.source == "simulation" { vec![Chip::new("Simulated person", Tone::Warn)] } else { Vec::new() };
    RecordHead { kind: "Person".into(), name: person.name.clone(), identifiers, chips }
}

fn facts_of(person: &Person, zone: &str, contacts: i64) -> Vec<Fact> {
    let known = |value: &Option<String>| value.clone().filter(|v| !v.is_empty());
    // The address is data from a file: only plain forms become links.
    let plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_ ()".contains(c);
    let contact = |label: &str, scheme: &str, value: Option<String>| match value {
        Some(v) if v.chars().all(plain) => Fact::new(label, v.clone()).link(format!("{scheme}:{}", v.replace([' ', '(', ')'], ""))),
        Some(v) => Fact::new(label, v),
        None => Fact::new(label, "unknown"),
    };
    vec![
        contact("Telephone", "tel", known(&person.phone)),
        contact("E-mail", "mailto", known(&person.email)),
        Fact::new("Language", if person.language.is_empty() { "unknown".into() } else { person.language.clone() }),
        Fact::new("Contacts, 90 days", contacts.to_string()).link("#timeline"),
        Fact::new("Time zone", zone),
        Fact::new("Source", person.source.clone()),
    ]
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let person = |id, name: &str| Person {
        id,
        name: name.into(),
        role: "physician".into(),
        specialty: "Cardiology".into(),
        email: Some("a.meyer@brigid.example".into()),
        phone: Some("(218) 555-0142".into()),
        language: "en".into(),
        source: "simulation".into(),
        ..Person::default()
    };
    let place = |id, name: &str, valid_to| Workplace {
        child_id: 31,
        id,
        name: name.into(),
        city: "Duluth".into(),
        state: "MN".into(),
        zone: "America/Chicago".into(),
        valid_to,
    };
    let slice = Slice { rows: vec![person(31, "Dr. Aoife Meyer"), person(32, "<b>Nurse</b> O'Hara")], previous: None, next: None };
    let empty = Slice { rows: Vec::new(), previous: None, next: None };
    let at = || HashMap::from([(31, place(7, "St. Brigid Medical Center", None))]);
    let list = |ask: PeopleAsk, slice, total: &str| {
        askama::Template::render(&list_view(Shell::sample("People"), &ask, slice, total, at())).unwrap_or_default()
    };
    let draw = |person: &Person, links: Vec<LinkGroup>, timeline: Timeline| {
        let page = PersonPage {
            shell: Shell::sample(&person.name),
            person: person.id,
            as_of: AsOf::TODAY.bar("/people/31", &[]),
            head: head(person, &links),
            facts: facts_of(person, "America/Chicago", 7),
            numbers: Vec::new(),
            edits: editable("person", person.id),
            links,
            timeline,
            panels: Vec::new(),
        };
        askama::Template::render(&page).unwrap_or_default()
    };
    let known = vec![crate::affiliations::sample(LinkKind::PersonAccount)];
    vec![
        ("people", list(PeopleAsk { role: "physician".into(), account: "7".into(), ..PeopleAsk::default() }, slice, "100")),
        ("people, none", list(PeopleAsk::default(), empty.clone(), "0")),
        ("people, none found", list(PeopleAsk { name: "zz".into(), ..PeopleAsk::default() }, empty, "0")),
        ("person", draw(&person(31, "Dr. Aoife Meyer"), known, Timeline { path: "/people/31".into(), ..Timeline::sample() })),
        (
            "person, nothing known",
            draw(
                &Person { name: "N. N.".into(), ..Person::default() },
                Vec::new(),
                Timeline { filters: Timeline::filters(&timeline::Ask::default(), &[]), ..Timeline::default() },
            ),
        ),
    ]
}
