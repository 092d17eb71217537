//! One action: why this, why now, what was seen lately; and the fragment of it that the queue shows beside the cards.

use super::{card, clock, day, hours, sample_action, state_note};
use crate::next_best_action::store::{self, ActionRow};
use axum::extract::{Path, State};
use rounds_kernel::{Channel, Error, FactKind, Outcome, PersonId, Purpose, Time, UserId};
use rounds_store::facts::{FactRow, Subject, of};
use rounds_web::components::{ActionCard, Fact};
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/action.html")]
struct ActionPage {
    shell: Shell,
    card: ActionCard,
    evidence: Evidence,
    account_id: i64,
    person_id: i64,
}

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/peek.html")]
struct Peek {
    evidence: Evidence,
}

/// What supports an action.
#[derive(Clone)]
struct Evidence {
    reason: String,
    facts: Vec<Fact>,
    contacts: Vec<Seen>,
    why_href: String,
}

#[derive(Clone)]
struct Seen {
    iso: String,
    at: String,
    text: String,
    note: String,
}

async fn found(app: &App, visitor: &Visitor, id: i64) -> Result<ActionRow, Error> {
    let a = store::action(app.db(), id).await?.filter(|a| visitor.actor.sees_user(UserId(a.owner_id)));
    a.ok_or_else(|| Error::not_found("action"))
}

fn seen(f: &FactRow, zone: &str) -> Option<Seen> {
    if !matches!(f.kind(), Some(FactKind::Contact | FactKind::Dismissed | FactKind::Lead)) {
        return None;
    }
    let how = f.channel().map_or("Note", Channel::label);
    let text = match Outcome::parse(f.text("outcome")) {
        Some(o) => {
            format!("{how} · {} — {}", Purpose::parse(f.text("purpose")).map_or("contact", Purpose::label), o.label().to_lowercase())
        }
        None => f.text("text").to_owned(),
    };
    Some(Seen { iso: f.at().rfc3339(), at: f.at().in_zone(zone), text, note: f.text("note").to_owned() })
}

async fn evidence(app: &App, visitor: &Visitor, a: &ActionRow) -> Result<Evidence, Error> {
    let facts = of(app.db(), Subject::Person(PersonId(a.person_id)), None, 12).await?;
    Ok(evidence_of(
        a,
        facts.iter().filter_map(|f| seen(f, &visitor.actor.zone)).take(6).collect(),
        &visitor.actor.zone,
        visitor.actor.user == Some(UserId(a.owner_id)),
    ))
}

/// A business unit as a person reads it; `all` stands for every one of them.
fn unit_words(unit: &str) -> String {
    if unit == "all" {
        return "All business units".into();
    }
    let mut letters = unit.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The user's own time of a moment, when it differs from the customer's.
fn yours(at: i64, theirs: &str, own: &str) -> String {
    let (there, here) = (clock(Time(at), theirs), clock(Time(at), own));
    if here == there { String::new() } else { format!("there, {here} for you") }
}

fn evidence_of(a: &ActionRow, contacts: Vec<Seen>, zone: &str, mine: bool) -> Evidence {
    let mut facts = vec![
        Fact::new("Account", a.account.clone()).link(format!("/accounts/{}", a.account_id)),
        Fact::new("Person", a.person.clone()).link(format!("/people/{}", a.person_id)),
        Fact::new("For", unit_words(&a.unit)),
    ];
    if let Some(p) = &a.product {
        facts.push(Fact::new("About", p.clone()));
    }
    facts.push(Fact::new("Takes", hours(a.minutes)));
    if let Some(t) = a.start_at {
        facts.push(Fact::new("When", format!("{} {}", day(a.day).short(), clock(Time(t), &a.zone))).note(yours(t, &a.zone, zone)));
    }
    let state = state_note(a, zone, mine);
    if !state.is_empty() {
        facts.push(Fact::new("State", state));
    }
    Evidence { reason: a.reason.clone(), facts, contacts, why_href: format!("/people/{}/why", a.person_id) }
}

pub(in super::super) async fn action(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let a = found(&app, &visitor, id).await?;
    let evidence = evidence(&app, &visitor, &a).await?;
    let mine = visitor.actor.user == Some(UserId(a.owner_id));
    page(&view(visitor.shell(&app, "Action"), &a, evidence, mine, &visitor.actor.zone))
}

fn view(shell: Shell, a: &ActionRow, evidence: Evidence, mine: bool, zone: &str) -> ActionPage {
    let card = ActionCard { lead: true, ..card(a, zone, mine, shell.simulated) };
    ActionPage { shell, card, evidence, account_id: a.account_id, person_id: a.person_id }
}

pub(in super::super) async fn peek(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let a = found(&app, &visitor, id).await?;
    page(&Peek { evidence: evidence(&app, &visitor, &a).await? })
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let a = sample_action(1, "phone", None);
    let seen = Seen {
        iso: "2026-11-02T09:00:00Z".into(),
        at: "2026-11-02 09:00".into(),
        text: "Call · follow-up — spoke with them".into(),
        note: "asked for <data>".into(),
    };
    let e = evidence_of(&a, vec![seen], "Europe/Warsaw", true);
    let done = sample_action(1, "visit", Some("outcome"));
    vec![
        ("action", askama::Template::render(&view(Shell::sample("Action"), &a, e.clone(), true, "Europe/Warsaw")).unwrap_or_default()),
        (
            "action, done, a colleague's",
            askama::Template::render(&view(Shell::sample("Action"), &done, evidence_of(&done, vec![], "UTC", false), false, "UTC"))
                .unwrap_or_default(),
        ),
        ("action, beside the queue", askama::Template::render(&Peek { evidence: e }).unwrap_or_default()),
    ]
}
