//! The form and its handler.

use axum::Form;
use axum::extract::{Path, State};
use rounds_consent::gate::{ContactMade, Direction, RecordContact};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::screening::screen;
use rounds_kernel::{AccountId, Channel, Error, Outcome, Permission, PersonId, Purpose, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, Query, RunOptions, args};
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "log_contact/templates/panel.html")]
struct FormPanel {
    person_id: i64,
    csrf: String,
    form_key: String,
    fields: Vec<Field>,
}

/// "Record a contact" on a person's page, for roles with a queue.
pub struct LogContact;

#[derive(FromQueryResult)]
struct Place {
    id: i64,
    name: String,
}

#[async_trait::async_trait]
impl Panel for LogContact {
    fn permission(&self) -> Permission {
        Permission::WorkQueue
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        let sql = format!(
            "SELECT a.id, a.name FROM affiliation f JOIN account a ON a.id = f.parent_id WHERE f.child_kind = 'person' AND f.child_id = $1 \
             AND f.parent_kind = 'account' AND f.valid_to IS NULL AND {} ORDER BY a.name, a.id",
            scope::accounts(&visitor.actor, "a.id")
        );
        let places: Vec<Place> = app.db().all(&sql, args![person.0]).await?;
        if places.is_empty() {
            return Ok(None);
        }
        let form_key = rounds_web::secret::token()?;
        PanelHtml::draw("Record a contact", "outside the plan", &form(person.0, visitor.csrf.clone(), form_key, &places)).map(Some)
    }
}

fn select(name: &str, label: &str, options: Vec<Choice>) -> Field {
    Field { name: name.into(), label: label.into(), required: true, options, ..Field::default() }
}

fn form(person_id: i64, csrf: String, form_key: String, places: &[Place]) -> FormPanel {
    let words = |all: Vec<(&str, &str)>, chosen: &str| Choice::list(&all, chosen);
    let outcomes = Outcome::ALL.iter().map(|o| (o.code(), o.label())).collect();
    let accounts = places.iter().map(|p| Choice::new(p.id.to_string(), p.name.clone())).collect();
    let note = Field { required: false, rows: 2, hint: "No patient data.".into(), ..Field::text("note", "Note", "") };
    FormPanel {
        person_id,
        csrf,
        form_key,
        fields: vec![
            select("account", "Where", accounts),
            select("channel", "How", words(Channel::ALL.iter().map(|c| (c.code(), c.label())).collect(), "phone")),
            select("direction", "Who began", words(vec![("in", "They contacted us"), ("out", "We contacted them")], "in")),
            select("purpose", "About", words(Purpose::ALL.iter().map(|p| (p.code(), p.label())).collect(), "follow_up")),
            select("outcome", "What happened", words(outcomes, "reached")),
            note,
        ],
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    account: i64,
    channel: String,
    direction: String,
    purpose: String,
    outcome: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    form_key: String,
}

fn known<T>(found: Option<T>, what: &str) -> Result<T> {
    found.ok_or_else(|| {
        Error::invalid("engage.contact_field", format!("There is no such {what}. Nothing was changed."), "Choose one from the list.")
    })
}

pub(super) async fn record(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Sent>,
) -> WebResult {
    let direction = match f.direction.as_str() {
        "in" => Some(Direction::In),
        "out" => Some(Direction::Out),
        _ => None,
    };
    let made = ContactMade {
        person: PersonId(id),
        account: AccountId(f.account),
        channel: known(Channel::parse(&f.channel), "channel")?,
        at: visitor.now,
        purpose: known(Purpose::parse(&f.purpose), "purpose")?,
        outcome: known(Outcome::parse(&f.outcome), "outcome")?,
        note: Some(f.note.clone()),
        family: None,
        action_id: None,
        direction: known(direction, "direction")?,
    };
    let idempotency_key = (!f.form_key.is_empty()).then_some(f.form_key);
    app.runner().run_with(&visitor.actor, RecordContact(made), RunOptions { idempotency_key, dry_run: false }).await?;
    if let Some(flag) = screen(&f.note).first() {
        let said = format!("The contact is recorded. Quality looks at the note: {}", flag.rule);
        return flashes.warn(&format!("/people/{id}"), said).await;
    }
    flashes.good(&format!("/people/{id}"), "The contact is recorded; it stands on the timeline.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let places = [Place { id: 12, name: "St. Brigid <i>Medical</i> Center".into() }];
    vec![(
        "record a contact, on a person's page",
        askama::Template::render(&form(33, "sample".into(), "key".into(), &places)).unwrap_or_default(),
    )]
}
