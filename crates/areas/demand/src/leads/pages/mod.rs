//! The list of leads, the form to capture one, and what is done with them.

pub(super) mod list;
mod panel;
mod sample;

pub(super) use panel::LeadsPanel;
pub(super) use sample::samples;

use super::model::{REASONS, SOURCES, words};
use super::store::{self, Named};
use super::{CaptureLead, CloseLead, ReleaseLead, TakeLead};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{AccountId, Error, LeadId, PersonId, Result};
use rounds_store::RunOptions;
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page, secret};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "leads/templates/form.html")]
struct FormPage {
    shell: Shell,
    account: Option<(i64, String)>,
    fields: Vec<Field>,
    form_key: String,
}

fn select(name: &str, label: &str, pairs: &[(&str, &str)], required: bool) -> Field {
    Field { name: name.into(), label: label.into(), required, options: Choice::list(pairs, ""), ..Field::default() }
}

fn form_view(
    shell: Shell,
    account: Option<&Named>,
    people: &[Named],
    families: &[String],
    chosen: Option<i64>,
    form_key: String,
) -> FormPage {
    let mut fields = Vec::new();
    if account.is_none() {
        let hint = "The whole name or the key, as the account's page shows it.".into();
        fields.push(Field { hint, ..Field::text("account_name", "Account", "") });
    }
    if !people.is_empty() {
        let mut person = select("person", "Who showed interest", &[("", "not known")], false);
        person
            .options
            .extend(people.iter().map(|p| Choice { selected: Some(p.id) == chosen, ..Choice::new(p.id.to_string(), p.name.clone()) }));
        fields.push(person);
    }
    fields.push(select("source", "How they showed it", SOURCES, true));
    let mut family = select("family", "Asked about", &[("", "not said")], false);
    family.options.extend(families.iter().map(|f| Choice::new(f.clone(), f.clone())));
    fields.push(family);
    let hint = "What they said, in their words. No patient data.".into();
    fields.push(Field { rows: 3, required: false, hint, ..Field::text("note", "Note", "") });
    FormPage { shell, account: account.map(|a| (a.id, a.name.clone())), fields, form_key }
}

#[derive(Deserialize)]
pub(super) struct FormQuery {
    account: Option<i64>,
    person: Option<i64>,
}

pub(super) async fn form(State(app): State<App>, visitor: Visitor, Query(q): Query<FormQuery>) -> WebResult {
    let db = app.db();
    let (account, people) = match q.account {
        Some(id) => (Some(store::account(db, &visitor.actor, AccountId(id)).await?), store::people_at(db, AccountId(id)).await?),
        None => (None, Vec::new()),
    };
    let families: Vec<String> = store::families(db).await?.into_keys().collect();
    let shell = visitor.shell(&app, "Capture a lead");
    page(&form_view(shell, account.as_ref(), &people, &families, q.person, secret::token()?))
}

#[derive(Deserialize)]
pub(super) struct Captured {
    account: Option<i64>,
    #[serde(default)]
    account_name: String,
    #[serde(default)]
    person: String,
    source: String,
    #[serde(default)]
    family: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    form_key: String,
}

/// The account of the form: by id, or the only one within scope with this key or name.
async fn account_of(app: &App, visitor: &Visitor, f: &Captured) -> Result<AccountId> {
    if let Some(id) = f.account {
        return Ok(AccountId(id));
    }
    let name = f.account_name.trim();
    let found = store::accounts_named(app.db(), &visitor.actor, name).await?;
    match found.as_slice() {
        [one] => Ok(AccountId(one.id)),
        [] => Err(Error::invalid(
            "lead.account_unknown",
            format!("No account within your reach is called “{name}”. Nothing was saved."),
            "Search for the account, open it, and capture the lead from there.",
        )),
        _ => Err(Error::invalid(
            "lead.account_ambiguous",
            format!("Several accounts are called “{name}”. Nothing was saved."),
            "Open the right one and capture the lead from there, or give its key.",
        )),
    }
}

pub(super) async fn capture(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<Captured>) -> WebResult {
    let account = account_of(&app, &visitor, &f).await?;
    let person = match f.person.trim() {
        "" => None,
        id => Some(PersonId(id.parse().map_err(|_| Error::not_found("person"))?)),
    };
    let family = (!f.family.is_empty()).then_some(f.family);
    let command = CaptureLead { account, person, source: f.source, family, note: f.note };
    let options = RunOptions { idempotency_key: (!f.form_key.is_empty()).then_some(f.form_key), dry_run: false };
    app.runner().run_with(&visitor.actor, command, options).await?;
    flashes.good("/leads", "The lead is captured; its clock runs.").await
}

pub(super) async fn take(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, TakeLead { lead: LeadId(id) }).await?;
    flashes.good_with_undo("/leads?show=taken", "The lead is yours.", format!("/leads/{id}/release")).await
}

pub(super) async fn release(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, ReleaseLead { lead: LeadId(id) }).await?;
    flashes.good("/leads", "The lead waits again.").await
}

#[derive(Deserialize)]
pub(super) struct Closing {
    reason: String,
}

pub(super) async fn close(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Closing>,
) -> WebResult {
    let said = words(REASONS, &f.reason).to_lowercase();
    app.runner().run(&visitor.actor, CloseLead { lead: LeadId(id), reason: f.reason }).await?;
    flashes.good("/leads", format!("Closed: {said}.")).await
}
