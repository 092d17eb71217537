//! `/access`, the forms of its rules, and the panel on the pages of people and sites.

pub(super) mod list;

use super::queries::{RuleRow, history, of_person};
use super::{AccessRule, EndAccess, SetAccess, Subject, Target};
use axum::Form;
use axum::extract::{Path, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject as Record};
use rounds_customers::scope::{see_account, see_person};
use rounds_kernel::{AccountId, Day, Error, Permission, PersonId, Result};
use rounds_store::{Query as _, args};
use rounds_web::components::{Chip, Choice, Field, Tone};
use rounds_web::{App, Flashes, Visitor, WebResult, local};
use serde::Deserialize;

struct Line {
    id: i64,
    subject: &'static str,
    who: Option<(String, String)>,
    what: String,
    chip: Chip,
    since: Day,
    until: Option<Day>,
    source: String,
    note: String,
    ended: bool,
}

fn chip(rule: AccessRule, words: &str) -> Chip {
    let tone = match rule {
        AccessRule::Open => Tone::Good,
        AccessRule::NoVisits => Tone::Bad,
        _ => Tone::Warn,
    };
    Chip::new(words, tone)
}

fn day(n: i64) -> Day {
    Day::stored(n)
}

fn line(r: RuleRow, today: Day) -> Option<Line> {
    let access = r.access()?;
    let who = match (r.person_id.zip(r.person), r.account_id.zip(r.account)) {
        (Some((id, name)), _) => Some((format!("/people/{id}"), name)),
        (None, Some((id, name))) => Some((format!("/accounts/{id}"), name)),
        _ => None,
    };
    let what = match access.subject {
        Subject::Department => r.department,
        Subject::Country => r.country,
        _ => String::new(),
    };
    Some(Line {
        id: r.id,
        subject: access.subject.label(),
        who,
        what,
        chip: chip(access.rule, &access.words()),
        since: access.since,
        until: r.valid_to.map(day),
        source: access.source,
        note: r.note,
        ended: r.valid_to.is_some_and(|to| day(to) <= today),
    })
}

fn rule_fields(today: Day) -> Vec<Field> {
    let rules: Vec<(&str, &str)> = AccessRule::ALL.iter().map(|r| (r.code(), r.label())).collect();
    let optional = |f: Field| Field { required: false, ..f };
    vec![
        Field { options: Choice::list(&rules, ""), ..Field::text("rule", "What is asked", "") },
        optional(Field { kind: "time".into(), ..Field::text("from", "Not before", "") }),
        optional(Field { kind: "time".into(), ..Field::text("to", "Not after", "") }),
        Field { kind: "date".into(), ..Field::text("since", "Since", &today.to_string()) },
        Field { hint: "Who said so, or where it is written.".into(), ..Field::text("source", "Source", "") },
        optional(Field { rows: 2, ..Field::text("note", "Note", "") }),
    ]
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewRule {
    person: String,
    account: String,
    department: String,
    country: String,
    rule: String,
    from: String,
    to: String,
    since: String,
    source: String,
    note: String,
}

fn minute(text: &str) -> Result<Option<u16>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let read = text.trim().split_once(':').and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)));
    match read {
        Some((h, m)) if h <= 24 && m < 60 => Ok(Some(h * 60 + m)),
        _ => Err(Error::invalid("consent.clock", format!("“{text}” is no time of the day. Nothing was changed."), "Write it as HH:MM.")),
    }
}

pub(super) async fn set(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<NewRule>) -> WebResult {
    let (person, account) = (f.person.parse().ok(), f.account.parse().ok());
    let (target, home) = match (person, account) {
        (Some(id), _) => (Target::Person(PersonId(id)), format!("/people/{id}")),
        (None, Some(id)) if f.department.trim().is_empty() => (Target::Account(AccountId(id)), format!("/accounts/{id}")),
        (None, Some(id)) => (Target::Department(AccountId(id), f.department.clone()), format!("/accounts/{id}")),
        (None, None) => (Target::Country(f.country.trim().to_uppercase()), "/access".to_owned()),
    };
    let rule = AccessRule::parse(&f.rule)
        .ok_or_else(|| Error::invalid("consent.access", "There is no such rule. Nothing was changed.", "Choose one from the list."))?;
    let command = SetAccess {
        target,
        rule,
        from_minute: minute(&f.from)?,
        to_minute: minute(&f.to)?,
        since: Day::parse(&f.since)?,
        source: f.source,
        note: f.note,
    };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good(local(&home), format!("Access: {}.", rule.label().to_lowercase())).await
}

pub(super) async fn end(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, EndAccess { id }).await?;
    flashes.good("/access", "The rule ended today.").await
}

#[derive(askama::Template)]
#[template(path = "access/templates/panel.html")]
struct AccessView {
    csrf: String,
    /// Name and value of the hidden field that says whom the form is about.
    target: (&'static str, i64),
    is_account: bool,
    holds: Option<(Chip, String)>,
    lines: Vec<Line>,
    fields: Vec<Field>,
}

/// The panel on the pages of people and sites.
pub struct AccessPanel;

#[async_trait::async_trait]
impl Panel for AccessPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Record, _: AsOf) -> Result<Option<PanelHtml>> {
        let (db, today) = (app.db(), visitor.now.day());
        let (target, rows, holds) = match subject {
            Record::Person(p) => {
                see_person(db, &visitor.actor, p).await?;
                let sql = "SELECT MIN(parent_id) FROM affiliation WHERE child_kind = 'person' AND child_id = $1 AND parent_kind = 'account' AND valid_to IS NULL";
                let account = AccountId(db.number(sql, args![p.0]).await?);
                (("person", p.0), history(db, Some(p.0), None).await?, of_person(db, p, account, today).await?)
            }
            Record::Account(a) => {
                see_account(db, &visitor.actor, a).await?;
                (("account", a.0), history(db, None, Some(a.0)).await?, of_person(db, PersonId(0), a, today).await?)
            }
            _ => return Ok(None),
        };
        let csrf = if visitor.actor.may(Permission::WritePermission) { visitor.csrf.clone() } else { String::new() };
        let holds =
            holds.map(|h| (chip(h.rule, &h.words()), format!("{}, since {}, {}", h.subject.label().to_lowercase(), h.since, h.source)));
        if holds.is_none() && rows.is_empty() && csrf.is_empty() {
            return Ok(None);
        }
        let lines = rows.into_iter().filter_map(|r| line(r, today)).collect();
        let view = AccessView {
            csrf,
            target,
            is_account: target.0 == "account",
            holds,
            lines,
            fields: Field::in_form(rule_fields(today), "access"),
        };
        PanelHtml::draw("Access", "how they may be visited; the nearest rule holds", &view).map(Some)
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let row = |id: i64, subject: &str, rule: &str| RuleRow {
        id,
        subject: subject.into(),
        person_id: (subject == "person").then_some(31),
        account_id: (subject == "account" || subject == "department").then_some(7),
        department: if subject == "department" { "Cath lab".into() } else { String::new() },
        country: if subject == "country" { "GB".into() } else { String::new() },
        rule: rule.into(),
        from_minute: (rule == "hours").then_some(780),
        to_minute: (rule == "hours").then_some(840),
        valid_from: 20_700,
        valid_to: (id == 4).then_some(20_740),
        source: "told by <reception>".into(),
        note: String::new(),
        person: (subject == "person").then(|| "Dr. Aoife Meyer".into()),
        account: (subject == "account" || subject == "department").then(|| "St. Brigid Medical Center".into()),
    };
    let rows = vec![
        row(1, "person", "hours"),
        row(2, "department", "group_only"),
        row(3, "account", "appointment_only"),
        row(4, "country", "no_visits"),
    ];
    let today = Day(20_780);
    let mut pages = list::samples(&rows, today);
    let holds = rows[0].access().map(|a| (chip(a.rule, &a.words()), "person, since 2026-09-04, told by reception".to_owned()));
    let lines = rows.into_iter().filter_map(|r| line(r, today)).collect();
    let panel = AccessView {
        csrf: "sample".into(),
        target: ("person", 31),
        is_account: false,
        holds,
        lines,
        fields: Field::in_form(rule_fields(today), "access"),
    };
    pages.push(("access-panel", askama::Template::render(&panel).unwrap_or_default()));
    pages
}
