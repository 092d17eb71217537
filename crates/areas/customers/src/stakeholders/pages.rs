//! The map, its forms, and the panel on a record.

use super::commands::{EndLink, EndPlace, LinkPeople, PlaceStakeholder};
use super::model::{DecisionRole, Meeting, Placed, Stance, Tie, Tied};
use super::store::{self, Candidate};
use crate::as_of::{AsOf, AsOfBar};
use crate::panels::{Panel, PanelHtml, Subject};
use crate::profiles::{self, Whose};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{Day, Permission, PersonRole, Result, Time};
use rounds_web::components::{Choice, Column, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "stakeholders/templates/map.html")]
struct MapPage {
    shell: Shell,
    as_of: AsOfBar,
    name: String,
    path: &'static str,
    id: i64,
    stances: Vec<&'static str>,
    grid: Vec<GridRow>,
    columns: Vec<Column>,
    people: Vec<Line>,
    ties: Vec<TieLine>,
    place_fields: Vec<Field>,
    /// Words of the name by which people are looked for.
    who: String,
    /// More people are here than the list offers.
    more: bool,
    tie_fields: Vec<Field>,
    may_write: bool,
    today: bool,
}

/// One row of the map: people of one influence, by stance.
struct GridRow {
    influence: i64,
    cells: Vec<Vec<(i64, String)>>,
}

struct Line {
    place: Placed,
    trade: String,
    decides: &'static str,
    stance: Option<&'static str>,
    since: String,
    meets: Vec<String>,
}

struct TieLine {
    tied: Tied,
    says: &'static str,
    since: String,
}

fn day(day: i64) -> String {
    i32::try_from(day).map_or(String::new(), |d| Day(d).to_string())
}

fn grid(people: &[Placed]) -> Vec<GridRow> {
    let cell = |influence: i64, stance: &str| -> Vec<(i64, String)> {
        people.iter().filter(|p| p.influence == influence && p.stance == stance).map(|p| (p.person_id, p.name.clone())).collect()
    };
    let codes = || [""].into_iter().chain(Stance::ALL.iter().map(|s| s.code()));
    (1..=5).rev().map(|influence| GridRow { influence, cells: codes().map(|s| cell(influence, s)).collect() }).collect()
}

fn line(place: Placed, meetings: &[Meeting]) -> Line {
    let of = meetings.iter().filter(|m| m.person_id == place.person_id).take(3);
    let meets = of.map(|m| {
        let times = if m.contacts == 1 { "one contact".to_owned() } else { format!("{} contacts", m.contacts) };
        format!("{}: {times}, last {}", m.name, Time(m.latest).day())
    });
    Line {
        trade: PersonRole::parse(&place.role).map_or_else(|| place.role.clone(), |r| r.label().to_owned()),
        decides: DecisionRole::parse(&place.decision_role).map_or("", DecisionRole::label),
        stance: Stance::parse(&place.stance).map(Stance::label),
        since: day(place.valid_from),
        meets: meets.collect(),
        place,
    }
}

fn select(name: &str, label: &str, options: Vec<Choice>) -> Field {
    Field { options, ..Field::text(name, label, "") }
}

fn people_choices(candidates: &[Candidate]) -> Vec<Choice> {
    candidates.iter().map(|c| Choice::new(c.id.to_string(), c.name.clone())).collect()
}

fn place_fields(candidates: &[Candidate]) -> Vec<Field> {
    let roles: Vec<(&str, &str)> = DecisionRole::ALL.iter().map(|r| (r.code(), r.label())).collect();
    let stances: Vec<(&str, &str)> = [("", "unknown")].into_iter().chain(Stance::ALL.iter().map(|s| (s.code(), s.label()))).collect();
    let influence = [("5", "5, decisive"), ("4", "4"), ("3", "3"), ("2", "2"), ("1", "1, little")];
    vec![
        select("person", "Who", people_choices(candidates)),
        select("decision_role", "In the decision", Choice::list(&roles, "")),
        Field { required: false, ..select("stance", "Stands towards us as", Choice::list(&stances, "")) },
        select("influence", "Influence", Choice::list(&influence, "3")),
        Field {
            rows: 2,
            required: false,
            hint: "What was said or done, so that a colleague can judge it.".into(),
            ..Field::text("note", "Why", "")
        },
    ]
}

fn tie_fields(people: &[Placed]) -> Vec<Field> {
    let all: Vec<Choice> = people.iter().map(|p| Choice::new(p.person_id.to_string(), p.name.clone())).collect();
    let ties: Vec<(&str, &str)> = Tie::ALL.iter().map(|t| (t.code(), t.label())).collect();
    vec![select("from", "Who", all.clone()), select("tie", "How", Choice::list(&ties, "")), select("to", "Whom", all)]
}

struct Content {
    name: String,
    people: Vec<Placed>,
    ties: Vec<Tied>,
    meetings: Vec<Meeting>,
    candidates: Vec<Candidate>,
    who: String,
}

fn view(shell: Shell, as_of: AsOfBar, whose: Whose, content: Content, (today, may_write): (bool, bool)) -> MapPage {
    let Content { name, people, ties, meetings, mut candidates, who } = content;
    let more = candidates.len() > store::OFFERED;
    candidates.truncate(store::OFFERED);
    MapPage {
        shell,
        as_of,
        name,
        path: whose.path(),
        id: whose.id,
        stances: ["Unknown"].into_iter().chain(Stance::ALL.iter().map(|s| s.label())).collect(),
        grid: grid(&people),
        columns: ["Who", "In the decision", "Stance", "Influence", "Who of us meets them", ""].iter().map(|c| Column::text(c)).collect(),
        place_fields: if candidates.is_empty() { Vec::new() } else { place_fields(&candidates) },
        tie_fields: if people.len() > 1 { tie_fields(&people) } else { Vec::new() },
        people: people.into_iter().map(|p| line(p, &meetings)).collect(),
        ties: ties
            .into_iter()
            .map(|tied| TieLine { says: Tie::parse(&tied.tie).map_or("knows", Tie::label), since: day(tied.valid_from), tied })
            .collect(),
        who,
        more,
        may_write,
        today,
    }
}

/// Whom the list of people to place is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MapAsk {
    who: String,
}

pub(super) async fn map(
    State(app): State<App>,
    visitor: Visitor,
    as_of: AsOf,
    Path((kind, id)): Path<(String, i64)>,
    Query(ask): Query<MapAsk>,
) -> WebResult {
    let (db, actor, whose) = (app.db(), &visitor.actor, Whose::parse(&kind, id)?);
    whose.see(db, actor).await?;
    let day = i64::from(as_of.day().unwrap_or(visitor.now.day()).0);
    let people = store::placed(db, actor, whose, day).await?;
    let ids: Vec<i64> = people.iter().map(|p| p.person_id).collect();
    let content = Content {
        name: profiles::name_of(db, whose).await?,
        ties: store::ties(db, &ids, day).await?,
        meetings: store::meetings(db, actor, &ids, visitor.now).await?,
        candidates: store::candidates(db, actor, whose, &ask.who).await?,
        who: ask.who.trim().to_owned(),
        people,
    };
    let bar = as_of.bar(&format!("/stakeholders/{}/{id}", whose.path()), &[]);
    let today = as_of.day().is_none();
    let title = format!("{}: stakeholder map", content.name);
    page(&view(visitor.shell(&app, &title), bar, whose, content, (today, actor.may(Permission::WriteProfile))))
}

/// What the form of a place sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SentPlace {
    person: i64,
    decision_role: String,
    stance: String,
    influence: i64,
    note: String,
}

pub(super) async fn place(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, id)): Path<(String, i64)>,
    Form(f): Form<SentPlace>,
) -> WebResult {
    let whose = Whose::parse(&kind, id)?;
    let command = PlaceStakeholder {
        kind: whose.kind().into(),
        id,
        person: f.person,
        decision_role: f.decision_role,
        stance: f.stance,
        influence: f.influence,
        note: f.note,
    };
    let place = app.runner().run(&visitor.actor, command).await?;
    flashes
        .good_with_undo(&format!("/stakeholders/{}/{id}", whose.path()), "On the map.", format!("/stakeholders/places/{place}/end"))
        .await
}

pub(super) async fn end_place(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let (kind, of) = app.runner().run(&visitor.actor, EndPlace { place: id }).await?;
    flashes.good(&format!("/stakeholders/{kind}s/{of}"), "Taken off the map.").await
}

/// What the form of a tie sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SentTie {
    from: i64,
    to: i64,
    tie: String,
}

pub(super) async fn link(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, id)): Path<(String, i64)>,
    Form(f): Form<SentTie>,
) -> WebResult {
    let whose = Whose::parse(&kind, id)?;
    whose.see(app.db(), &visitor.actor).await?;
    let tie = app.runner().run(&visitor.actor, LinkPeople { from: f.from, to: f.to, tie: f.tie }).await?;
    let back = format!("/stakeholders/{}/{id}", whose.path());
    flashes.good_with_undo(&back, "Tied.", format!("/stakeholders/links/{tie}/end?to={back}")).await
}

/// Where to go after the end of a tie.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

pub(super) async fn end_link(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    axum::extract::Query(q): axum::extract::Query<To>,
) -> WebResult {
    app.runner().run(&visitor.actor, EndLink { link: id }).await?;
    flashes.good(if q.to.is_empty() { "/profiles" } else { &q.to }, "The tie has ended.").await
}

#[derive(askama::Template)]
#[template(path = "stakeholders/templates/panel.html")]
struct PanelBody {
    link: String,
    /// Each with the system on whose map they stand; empty for those of the record itself.
    people: Vec<(Line, String)>,
}

/// People shown of one map.
const SHOWN: usize = 6;

/// The most influential people on the page of a system or an account.
pub struct StakeholderPanel;

#[async_trait::async_trait]
impl Panel for StakeholderPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let whose = match subject {
            Subject::System(s) => Whose { system: true, id: s.0 },
            Subject::Account(a) => Whose { system: false, id: a.0 },
            _ => return Ok(None),
        };
        let (db, actor, day) = (app.db(), &visitor.actor, as_of.or(visitor.now.day()));
        let own = store::placed(db, actor, whose, day.0.into()).await?;
        let sub = if own.is_empty() { "nobody placed yet".to_owned() } else { format!("{} placed", own.len()) };
        let mut people: Vec<(Placed, String)> = own.into_iter().take(SHOWN).map(|p| (p, String::new())).collect();
        // Who decides for the whole system decides here too.
        let above = if whose.system { Vec::new() } else { store::above(db, actor, whose.id, as_of).await? };
        for system in above {
            let central = store::placed(db, actor, Whose { system: true, id: system.id }, day.0.into()).await?;
            people.extend(central.into_iter().take(SHOWN).map(|p| (p, system.name.clone())));
        }
        let ids: Vec<i64> = people.iter().map(|(p, _)| p.person_id).collect();
        let now = as_of.day().map_or(visitor.now, |d| Time::at_day(Day(d.0 + 1)).min(visitor.now));
        let meetings = store::meetings(db, actor, &ids, now).await?;
        let people = people.into_iter().map(|(p, system)| (line(p, &meetings), system)).collect();
        PanelHtml::draw(
            "Stakeholders",
            &sub,
            &PanelBody { link: as_of.link(&format!("/stakeholders/{}/{}", whose.path(), whose.id)), people },
        )
        .map(Some)
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let person = |id, name: &str, stance: &str, influence| Placed {
        id,
        person_id: 30 + id,
        name: name.into(),
        role: "physician".into(),
        decision_role: "decider".into(),
        stance: stance.into(),
        influence,
        note: "Asked for the <trial> data twice".into(),
        valid_from: 20_700,
        who: Some("Marta Oliveira".into()),
    };
    let tie = Tied {
        id: 1,
        from_id: 31,
        from_name: "Dr. Meyer".into(),
        to_id: 32,
        to_name: "S. Ní Riain".into(),
        tie: "reports_to".into(),
        valid_from: 20_700,
    };
    let content = Content {
        name: "Northlake Health".into(),
        people: vec![person(1, "Dr. Meyer", "champion", 5), person(2, "S. Ní Riain", "", 3)],
        ties: vec![tie],
        meetings: vec![Meeting { person_id: 31, name: "Ines Kowalski".into(), contacts: 4, latest: 1_795_000_000_000_000 }],
        candidates: vec![Candidate { id: 31, name: "Dr. Meyer".into() }],
        who: "meyer".into(),
    };
    let empty = Content {
        name: "Plains".into(),
        people: Vec::new(),
        ties: Vec::new(),
        meetings: Vec::new(),
        candidates: Vec::new(),
        who: String::new(),
    };
    let whose = Whose { system: true, id: 3 };
    let shell = || Shell::sample("Stakeholder map");
    let draw = |p: &MapPage| askama::Template::render(p).unwrap_or_default();
    vec![
        ("stakeholder map", draw(&view(shell(), AsOf::default().bar("/stakeholders/systems/3", &[]), whose, content, (true, true)))),
        ("stakeholder map, empty", draw(&view(shell(), AsOf::default().bar("/stakeholders/systems/3", &[]), whose, empty, (true, true)))),
    ]
}
