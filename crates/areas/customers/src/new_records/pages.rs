//! The page on which records are entered.

use super::{AddAccount, AddPerson, AddSystem};
use crate::{accounts, scope};
use axum::Form;
use axum::extract::{Query, State};
use rounds_kernel::{AccountId, CareSetting, Error, ErrorKind, Permission, PersonRole, Result};
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "new_records/templates/new.html")]
struct NewPage {
    shell: Shell,
    forms: Vec<NewForm>,
}

struct NewForm {
    title: &'static str,
    hint: &'static str,
    action: &'static str,
    button: &'static str,
    fields: Vec<Field>,
    /// Why the last try was refused; the box to insist stands only then, and only for what looks like a twin.
    refused: Option<(String, bool)>,
}

/// What the page is asked for: the place a person works at, if one comes from there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewAsk {
    account: String,
}

/// What a form of the page sends; each reads its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    name: String,
    setting: String,
    street: String,
    city: String,
    state: String,
    zip: String,
    country: String,
    phone: String,
    system: String,
    role: String,
    specialty: String,
    email: String,
    language: String,
    account: String,
    anyway: String,
}

const LANGUAGES: &[(&str, &str)] =
    &[("en", "English"), ("de", "German"), ("fr", "French"), ("it", "Italian"), ("es", "Spanish"), ("pl", "Polish")];

fn open(name: &str, label: &str, value: &str) -> Field {
    Field { required: false, ..Field::text(name, label, value) }
}

fn chosen(name: &str, label: &str, pairs: &[(&str, &str)], value: &str) -> Field {
    Field { options: Choice::list(pairs, value), ..Field::text(name, label, value) }
}

fn hinted(field: Field, hint: &str) -> Field {
    Field { hint: hint.into(), ..field }
}

fn account_form(s: &Sent) -> NewForm {
    let settings: Vec<(&str, &str)> = CareSetting::ALL.iter().map(|c| (c.code(), c.label())).collect();
    NewForm {
        title: "An account",
        hint: "a place that buys and uses products",
        action: "/records/accounts",
        button: "Add the account",
        fields: vec![
            Field::text("name", "Name", &s.name),
            chosen("setting", "Care setting", &settings, &s.setting),
            open("street", "Street and number", &s.street),
            open("zip", "Postal code", &s.zip),
            open("city", "Town", &s.city),
            open("state", "State or region", &s.state),
            Field::text("country", "Country, two letters", &s.country),
            open("phone", "Telephone", &s.phone),
            hinted(open("system", "Health system", &s.system), "Its number or its exact name; empty for an independent account."),
        ],
        refused: None,
    }
}

fn person_form(s: &Sent) -> NewForm {
    let roles: Vec<(&str, &str)> = PersonRole::ALL.iter().map(|r| (r.code(), r.label())).collect();
    NewForm {
        title: "A person",
        hint: "someone at an account; what they agree to is asked of them, not entered here",
        action: "/records/people",
        button: "Add the person",
        fields: vec![
            Field::text("name", "Full name", &s.name),
            chosen("role", "What they do", &roles, &s.role),
            open("specialty", "Specialty or department", &s.specialty),
            hinted(Field::text("account", "Where they work", &s.account), "The account's number or its exact name."),
            open("email", "E-mail", &s.email),
            open("phone", "Telephone", &s.phone),
            chosen("language", "Language", LANGUAGES, &s.language),
        ],
        refused: None,
    }
}

fn system_form(s: &Sent) -> NewForm {
    NewForm {
        title: "A health system",
        hint: "an IDN or hospital group that accounts belong to",
        action: "/records/systems",
        button: "Add the system",
        fields: vec![
            Field::text("name", "Name", &s.name),
            open("city", "Town of the head office", &s.city),
            open("state", "State or region", &s.state),
            Field::text("country", "Country, two letters", &s.country),
        ],
        refused: None,
    }
}

/// The forms a visitor may use, filled with `sent`; the one that was refused alone says so.
fn view(app: &App, visitor: &Visitor, sent: &Sent, refused: Option<(&str, Error)>) -> NewPage {
    let blank = Sent { language: "en".into(), account: sent.account.clone(), ..Sent::default() };
    let fill = |action: &str| if refused.as_ref().is_some_and(|r| r.0 == action) { sent.clone() } else { blank.clone() };
    let mut forms = vec![person_form(&fill("/records/people"))];
    if visitor.actor.may(Permission::WriteRecord) {
        forms.push(account_form(&fill("/records/accounts")));
        forms.push(system_form(&fill("/records/systems")));
    }
    for form in &mut forms {
        if let Some((_, e)) = refused.as_ref().filter(|r| r.0 == form.action) {
            form.refused = Some((format!("{} {}", e.cause, e.remedy), e.code == "record.known"));
        }
    }
    NewPage { shell: visitor.shell(app, "Add a record"), forms }
}

pub(super) async fn form(State(app): State<App>, visitor: Visitor, Query(ask): Query<NewAsk>) -> WebResult {
    let account = match ask.account.parse::<i64>() {
        Ok(id) if scope::see_account(app.db(), &visitor.actor, AccountId(id)).await.is_ok() => ask.account,
        _ => String::new(),
    };
    page(&view(&app, &visitor, &Sent { account, ..Sent::default() }, None))
}

/// What was sent stands in its form again, with the reason why it was refused.
async fn done(app: &App, visitor: &Visitor, flashes: Flashes, sent: &Sent, action: &str, added: Result<(String, &str)>) -> WebResult {
    match added {
        Ok((href, said)) => flashes.good(&href, said).await,
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound) => {
            page(&view(app, visitor, sent, Some((action, e))))
        }
        Err(e) => Err(e.into()),
    }
}

pub(super) async fn account(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(s): Form<Sent>) -> WebResult {
    let added = add_account(&app, &visitor, &s).await.map(|id| (format!("/accounts/{id}"), "The account is in the record."));
    done(&app, &visitor, flashes, &s, "/records/accounts", added).await
}

async fn add_account(app: &App, visitor: &Visitor, s: &Sent) -> Result<i64> {
    let setting = CareSetting::parse(&s.setting)
        .ok_or_else(|| Error::invalid("record.setting", "There is no such care setting. Nothing was added.", "Choose one of the list."))?;
    let system = match s.system.trim() {
        "" => None,
        named => Some(accounts::meant(app.db(), &visitor.actor, "system", named).await?),
    };
    let command = AddAccount {
        name: s.name.clone(),
        setting,
        street: s.street.clone(),
        city: s.city.clone(),
        state: s.state.clone(),
        zip: s.zip.clone(),
        country: s.country.clone(),
        phone: s.phone.clone(),
        system,
        anyway: !s.anyway.is_empty(),
    };
    app.runner().run(&visitor.actor, command).await
}

pub(super) async fn person(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(s): Form<Sent>) -> WebResult {
    let added = add_person(&app, &visitor, &s).await.map(|id| (format!("/people/{id}"), "The person is in the record."));
    done(&app, &visitor, flashes, &s, "/records/people", added).await
}

async fn add_person(app: &App, visitor: &Visitor, s: &Sent) -> Result<i64> {
    let role = PersonRole::parse(&s.role)
        .ok_or_else(|| Error::invalid("record.role", "There is no such role. Nothing was added.", "Choose one of the list."))?;
    let command = AddPerson {
        name: s.name.clone(),
        role,
        specialty: s.specialty.clone(),
        email: s.email.clone(),
        phone: s.phone.clone(),
        language: s.language.clone(),
        account: AccountId(accounts::meant(app.db(), &visitor.actor, "account", s.account.trim()).await?),
        anyway: !s.anyway.is_empty(),
    };
    app.runner().run(&visitor.actor, command).await
}

pub(super) async fn system(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(s): Form<Sent>) -> WebResult {
    let command = AddSystem {
        name: s.name.clone(),
        city: s.city.clone(),
        state: s.state.clone(),
        country: s.country.clone(),
        anyway: !s.anyway.is_empty(),
    };
    let added = app.runner().run(&visitor.actor, command).await.map(|id| (format!("/systems/{id}"), "The system is in the record."));
    done(&app, &visitor, flashes, &s, "/records/systems", added).await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let sent = Sent { name: "St. <b>Brigid</b>".into(), country: "US".into(), ..Sent::default() };
    let refused =
        NewForm { refused: Some(("There is an account “St. <b>Brigid</b>” like it already.".into(), true)), ..account_form(&sent) };
    let shell = || Shell::sample("Add a record");
    let draw = |forms| askama::Template::render(&NewPage { shell: shell(), forms }).unwrap_or_default();
    vec![
        ("new records", draw(vec![person_form(&Sent::default()), account_form(&Sent::default()), system_form(&Sent::default())])),
        ("new record, refused", draw(vec![refused])),
    ]
}
