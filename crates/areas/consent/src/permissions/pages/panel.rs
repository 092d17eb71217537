//! The panel on a person's page: what stands for each channel, and the form to write down an answer.

use super::super::queries::{Entry, history, of_person};
use super::super::{ANY_PURPOSE, Aim, LegalBasis, Reach, RecordPermission, State, Terms, country_of};
use super::chip;
use crate::country_rules::{CountryRule, Rules};
use crate::wordings::titles as wordings;
use axum::Form;
use axum::extract::{Path, Query, State as Shared};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_person;
use rounds_kernel::{Actor, Channel, Day, Error, Permission, PersonId, Result, Time};
use rounds_web::components::{Chip, Choice, Column, Field, Tone};
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
    /// What differs by purpose.
    purposes: Vec<Chip>,
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

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        let shown = read(app.db(), &visitor.actor, person, &visitor.csrf, visitor.now.day()).await?;
        PanelHtml::draw("Permission", "what this person said, by channel", &shown).map(Some)
    }
}

async fn read(db: &rounds_store::Db, actor: &Actor, person: PersonId, csrf: &str, today: Day) -> Result<Answers> {
    see_person(db, actor, person).await?;
    let country = country_of(db, person.0).await?;
    let rules = Rules::load(db, today).await?;
    let (reach, told) = (of_person(db, person).await?, history(db, person).await?);
    let csrf = if actor.may(Permission::WritePermission) { csrf } else { "" };
    Ok(view(person, reach, rules.of(&country), told, wordings(db).await?, csrf))
}

fn view(person: PersonId, reach: Reach, rule: &CountryRule, told: Vec<Entry>, wordings: Vec<(i64, String)>, csrf: &str) -> Answers {
    let (open, former): (Vec<Entry>, Vec<Entry>) = told.into_iter().partition(|e| e.to.is_none());
    let line = |c: &Channel| {
        let stands = open.iter().find(|e| e.channel == Some(*c) && e.aim.is_none());
        let purposes = open.iter().filter(|e| e.channel == Some(*c)).filter_map(|e| Some((e.aim?, e.state)));
        let tone = |s: State| if s == State::Granted { Tone::Good } else { Tone::Bad };
        Line {
            channel: c.label(),
            chip: chip(reach, rule, *c, Aim::usual(*c)),
            since: stands.map_or("—".into(), |e| e.from.day().to_string()),
            basis: stands.map_or("nobody asked yet".into(), standing_words),
            purposes: purposes.map(|(a, s)| Chip::new(format!("{}: {}", a.label(), s.label().to_lowercase()), tone(s))).collect(),
        }
    };
    Answers {
        person: person.0,
        csrf: csrf.to_owned(),
        do_not_contact: reach.do_not_contact(),
        columns: ["Channel", "Permission", "Since", "Basis"].map(Column::text).to_vec(),
        lines: Channel::ALL.iter().map(line).collect(),
        former: former.into_iter().map(was).collect(),
        fields: Field::in_form(fields(wordings), "permission"),
    }
}

/// How we know, why we may hold it, and until when.
fn standing_words(e: &Entry) -> String {
    let mut said = vec![e.basis.clone()];
    said.extend(e.legal.map(|l| l.label().to_lowercase()));
    said.extend((!e.evidence.is_empty()).then(|| e.evidence.clone()));
    said.extend(e.expires.map(|t| format!("until {}", t.day())));
    said.join(" · ")
}

fn was(e: Entry) -> Former {
    let channel = match (e.channel, e.aim) {
        (None, _) => "Do not contact".to_owned(),
        (Some(c), None) => c.label().to_owned(),
        (Some(c), Some(a)) => format!("{} ({})", c.label(), a.label().to_lowercase()),
    };
    let to = e.to.map_or(String::new(), |t| t.day().to_string());
    Former { what: format!("{channel}: {}", e.state.label().to_lowercase()), period: format!("{} to {to}", e.from.day()), basis: e.basis }
}

fn fields(wordings: Vec<(i64, String)>) -> Vec<Field> {
    let select =
        |name: &str, label: &str, pairs: &[(&str, &str)]| Field { options: Choice::list(pairs, ""), ..Field::text(name, label, "") };
    let channels: Vec<(&str, &str)> =
        Channel::ALL.iter().map(|c| (c.code(), c.label())).chain([("*", "Any channel (do not contact)")]).collect();
    let states = [("denied", "No"), ("granted", "Yes"), ("unknown", "Take the former answer back")];
    let aims: Vec<(&str, &str)> =
        std::iter::once((ANY_PURPOSE, "Every purpose")).chain(Aim::ALL.iter().map(|a| (a.code(), a.label()))).collect();
    let legal: Vec<(&str, &str)> = LegalBasis::ALL.iter().map(|l| (l.code(), l.label())).collect();
    let ids: Vec<(String, String)> =
        std::iter::once((String::new(), "Not known".into())).chain(wordings.into_iter().map(|(id, w)| (id.to_string(), w))).collect();
    let words: Vec<(&str, &str)> = ids.iter().map(|(id, w)| (id.as_str(), w.as_str())).collect();
    let optional = |f: Field| Field { required: false, ..f };
    vec![
        select("channel", "Channel", &channels),
        select("purpose", "What for", &aims),
        select("state", "What they said", &states),
        select("basis", "How we know", BASES),
        select("legal", "Legal basis of a yes", &legal),
        optional(select("wording", "Words they saw", &words)),
        optional(Field { hint: "Number of the form or scan, time of the call.".into(), ..Field::text("evidence", "Proof", "") }),
        optional(Field { kind: "date".into(), ..Field::text("expires", "Runs out on", "") }),
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
    purpose: String,
    legal: String,
    wording: String,
    evidence: String,
    expires: String,
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
    let expires = if a.expires.trim().is_empty() { None } else { Some(Time::at_day(Day::parse(&a.expires)?.plus(1))) };
    let terms = Terms {
        aim: channel.and_then(|_| Aim::parse(&a.purpose)),
        legal: LegalBasis::parse(&a.legal),
        wording: a.wording.parse().ok(),
        evidence: a.evidence,
        expires,
    };
    Ok(RecordPermission { person, channel, state, basis: a.basis, note: a.note, terms })
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
    let (channel, state, aim) = (command.channel, command.state, command.terms.aim);
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
        Some(c) => before.said(c, aim),
        None if before.do_not_contact() => State::Denied,
        None => State::Unknown,
    };
    let code = channel.map_or("%2A", Channel::code);
    let purpose = aim.map_or(String::new(), |a| format!("&purpose={}", a.code()));
    let undo = format!("/people/{id}/permission?channel={code}&state={}&basis=correction{purpose}", former.code());
    flashes.good_with_undo(&home, said, undo).await
}

pub(super) fn sample() -> String {
    let day = |d: i32| Time::at_day(Day(d));
    let entry = |channel, aim, state, from, to: Option<i32>, basis: &str| Entry {
        channel,
        aim,
        state,
        basis: basis.into(),
        legal: (state == State::Granted).then_some(LegalBasis::Consent),
        wording: None,
        evidence: String::new(),
        source: "rounds".into(),
        from: day(from),
        to: to.map(day),
        expires: None,
    };
    let told = vec![
        entry(Some(Channel::Email), None, State::Granted, 20_700, None, "double opt-in"),
        entry(Some(Channel::Email), Some(Aim::Offers), State::Denied, 20_710, None, "asked by the person"),
        entry(Some(Channel::Phone), None, State::Denied, 20_650, None, "asked by <the> person"),
        entry(Some(Channel::Email), None, State::Denied, 20_600, Some(20_700), "asked by the person"),
    ];
    let reach = Reach::default()
        .with(Channel::Email, State::Granted)
        .with_aim(Channel::Email, Some(Aim::Offers), State::Denied)
        .with(Channel::Phone, State::Denied);
    let wordings = vec![(1, "E-mail, information (de, version 1)".to_owned())];
    askama::Template::render(&view(PersonId(31), reach, Rules::shipped().of("DE"), told, wordings, "sample")).unwrap_or_default()
}
