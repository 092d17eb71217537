//! The panel on a person's page: what stands for each channel, and the form to write down an answer.

use super::super::queries::{Entry, history, of_person};
use super::super::{Reach, RecordPermission, State};
use super::chip;
use axum::Form;
use axum::extract::{Path, Query, State as Shared};
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_person;
use rounds_kernel::{Actor, Channel, Error, Permission, PersonId, Result};
use rounds_store::{Query as _, args};
use rounds_web::components::{Chip, Choice, Column, Field};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

const BASES: &[(&str, &str)] = &[
    ("asked by the person", "The person asked"),
    ("signed form", "Signed form"),
    ("double opt-in", "Double opt-in by e-mail"),
    ("told to a colleague", "Told to a colleague"),
    ("correction", "Correction of a mistake"),
];

#[derive(askama::Template)]
#[template(path = "permissions/templates/panel.html")]
struct Answers {
    person: i64,
    csrf: String,
    do_not_contact: bool,
    columns: Vec<Column>,
    lines: Vec<Line>,
    former: Vec<Former>,
    fields: Vec<Field>,
}

struct Line {
    channel: &'static str,
    chip: Chip,
    since: String,
    basis: String,
}

struct Former {
    what: String,
    period: String,
    basis: String,
}

/// The panel on a person's page; its form is left out for those who may not write.
pub struct PermissionPanel;

#[async_trait::async_trait]
impl Panel for PermissionPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        let shown = read(app.db(), &visitor.actor, person, &visitor.csrf).await?;
        PanelHtml::draw("Permission", "what this person said, by channel", &shown).map(Some)
    }
}

async fn read(db: &rounds_store::Db, actor: &Actor, person: PersonId, csrf: &str) -> Result<Answers> {
    see_person(db, actor, person).await?;
    let sql = "SELECT MIN(a.country) FROM affiliation f JOIN account a ON a.id = f.parent_id WHERE f.child_kind = 'person' AND f.child_id = $1 \
               AND f.parent_kind = 'account' AND f.valid_to IS NULL";
    let country = db.text(sql, args![person.0]).await?.unwrap_or_default();
    let (reach, told) = (of_person(db, person).await?, history(db, person).await?);
    let csrf = if actor.may(Permission::WritePermission) { csrf } else { "" };
    Ok(view(person, reach, &country, told, csrf))
}

fn view(person: PersonId, reach: Reach, country: &str, told: Vec<Entry>, csrf: &str) -> Answers {
    let (open, former): (Vec<Entry>, Vec<Entry>) = told.into_iter().partition(|e| e.to.is_none());
    let line = |c: &Channel| {
        let stands = open.iter().find(|e| e.channel == Some(*c));
        Line {
            channel: c.label(),
            chip: chip(reach, country, *c),
            since: stands.map_or("—".into(), |e| e.from.day().to_string()),
            basis: stands.map_or("nobody asked yet".into(), |e| e.basis.clone()),
        }
    };
    Answers {
        person: person.0,
        csrf: csrf.to_owned(),
        do_not_contact: reach.do_not_contact(),
        columns: ["Channel", "Permission", "Since", "Basis"].map(Column::text).to_vec(),
        lines: Channel::ALL.iter().map(line).collect(),
        former: former.into_iter().map(was).collect(),
        fields: fields(),
    }
}

fn was(e: Entry) -> Former {
    let channel = e.channel.map_or("Do not contact", Channel::label);
    let to = e.to.map_or(String::new(), |t| t.day().to_string());
    Former { what: format!("{channel}: {}", e.state.label().to_lowercase()), period: format!("{} to {to}", e.from.day()), basis: e.basis }
}

fn fields() -> Vec<Field> {
    let select =
        |name: &str, label: &str, pairs: &[(&str, &str)]| Field { options: Choice::list(pairs, ""), ..Field::text(name, label, "") };
    let channels: Vec<(&str, &str)> =
        Channel::ALL.iter().map(|c| (c.code(), c.label())).chain([("*", "Any channel (do not contact)")]).collect();
    let states = [("denied", "No"), ("granted", "Yes"), ("unknown", "Take the former answer back")];
    vec![
        select("channel", "Channel", &channels),
        select("state", "What they said", &states),
        select("basis", "How we know", BASES),
        Field { rows: 2, required: false, hint: "No patient data.".into(), ..Field::text("note", "Note", "") },
    ]
}

/// What the form sends; "Undo" posts the same in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::permissions) struct Answer {
    channel: String,
    state: String,
    basis: String,
    note: String,
}

fn command(person: PersonId, a: Answer) -> Result<RecordPermission> {
    let channel = match (a.channel.as_str(), Channel::parse(&a.channel)) {
        (super::super::ANY_CHANNEL, _) => None,
        (_, Some(c)) => Some(c),
        _ => return Err(Error::invalid("consent.channel", "There is no such channel. Nothing was changed.", "Choose one from the list.")),
    };
    let state = State::parse(&a.state).ok_or_else(|| {
        Error::invalid("consent.state", "There is no such answer. Nothing was changed.", "Choose yes, no, or take the former answer back.")
    })?;
    Ok(RecordPermission { person, channel, state, basis: a.basis, note: a.note })
}

pub(in crate::permissions) async fn record(
    Shared(app): Shared<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Query(address): Query<Answer>,
    Form(form): Form<Answer>,
) -> WebResult {
    let person = PersonId(id);
    let undoing = form.channel.is_empty();
    let command = command(person, if undoing { address } else { form })?;
    let before = of_person(app.db(), person).await?;
    let (channel, state) = (command.channel, command.state);
    app.runner().run(&visitor.actor, command).await?;
    let home = format!("/people/{id}");
    let said = match channel {
        Some(c) => format!("{}: {}.", c.label(), state.label().to_lowercase()),
        None if state == State::Denied => "Do not contact: recorded. Nobody will be asked to contact this person.".into(),
        None => "Do not contact: lifted.".into(),
    };
    if undoing {
        return flashes.good(&home, format!("Taken back. {said}")).await;
    }
    let former = match channel {
        Some(c) => before.state(c),
        None if before.do_not_contact() => State::Denied,
        None => State::Unknown,
    };
    let code = channel.map_or("%2A", Channel::code);
    let undo = format!("/people/{id}/permission?channel={code}&state={}&basis=correction", former.code());
    flashes.good_with_undo(&home, said, undo).await
}

pub(super) fn sample() -> String {
    use rounds_kernel::{Day, Time};
    let day = |d: i32| Time::at_day(Day(d));
    let entry = |channel, state, from, to: Option<i32>, basis: &str| Entry {
        channel,
        state,
        basis: basis.into(),
        source: "rounds".into(),
        from: day(from),
        to: to.map(day),
    };
    let told = vec![
        entry(Some(Channel::Email), State::Granted, 20_700, None, "double opt-in"),
        entry(Some(Channel::Phone), State::Denied, 20_650, None, "asked by <the> person"),
        entry(Some(Channel::Email), State::Denied, 20_600, Some(20_700), "asked by the person"),
    ];
    let reach = Reach::default().with(Channel::Email, State::Granted).with(Channel::Phone, State::Denied);
    askama::Template::render(&view(PersonId(31), reach, "DE", told, "sample")).unwrap_or_default()
}
