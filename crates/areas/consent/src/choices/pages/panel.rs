//! On a person's page: asking them to confirm, or to choose for themselves.

use super::super::store::{ConfirmationRow, addressee, of_person};
use super::super::{InvitePerson, RequestConfirmation};
use crate::permissions::Aim;
use axum::extract::{Form, Path, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_person;
use rounds_kernel::{Channel, Error, Permission, PersonId, Result, Time};
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Flashes, Visitor, WebResult};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "choices/templates/panel.html")]
struct ChoicesView {
    person: i64,
    csrf: String,
    has_address: bool,
    asked: Vec<Asked>,
    fields: Vec<Field>,
}

struct Asked {
    what: String,
    when: String,
    confirmed: Option<String>,
}

fn view(person: i64, csrf: &str, has_address: bool, rows: Vec<ConfirmationRow>) -> ChoicesView {
    let asked = rows
        .into_iter()
        .map(|r| Asked {
            what: r.words,
            when: Time(r.requested_at).day().to_string(),
            confirmed: r.confirmed_at.map(|t| Time(t).day().to_string()),
        })
        .collect();
    let channels = [(Channel::Email.code(), Channel::Email.label()), (Channel::Webinar.code(), Channel::Webinar.label())];
    let aims: Vec<(&str, &str)> = std::iter::once(("*", "Every purpose")).chain(Aim::ALL.iter().map(|a| (a.code(), a.label()))).collect();
    let fields = vec![
        Field { options: Choice::list(&channels, ""), ..Field::text("confirm_channel", "Channel", "") },
        Field { options: Choice::list(&aims, ""), ..Field::text("confirm_purpose", "What for", "") },
    ];
    ChoicesView { person, csrf: csrf.to_owned(), has_address, asked, fields }
}

/// The panel; left out for those who may not write.
pub struct ChoicesPanel;

#[async_trait::async_trait]
impl Panel for ChoicesPanel {
    fn permission(&self) -> Permission {
        Permission::WritePermission
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        see_person(app.db(), &visitor.actor, person).await?;
        let who = addressee(app.db(), person).await?.ok_or_else(|| Error::not_found("person"))?;
        let has_address = who.email.is_some_and(|e| e.contains('@'));
        let shown = view(person.0, &visitor.csrf, has_address, of_person(app.db(), person).await?);
        PanelHtml::draw("Their own choice", "by a signed link, from their own mailbox", &shown).map(Some)
    }
}

pub(in super::super) async fn request_confirmation(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(form): Form<BTreeMap<String, String>>,
) -> WebResult {
    let said = |name: &str| form.get(name).map_or("", String::as_str);
    let channel = Channel::parse(said("confirm_channel"))
        .ok_or_else(|| Error::invalid("consent.channel", "There is no such channel. Nothing was sent.", "Choose one from the list."))?;
    let command = RequestConfirmation { person: PersonId(id), channel, aims: Aim::parse(said("confirm_purpose")).into_iter().collect() };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good(&format!("/people/{id}"), "The mail is on its way. Their yes counts once they press its button.").await
}

pub(in super::super) async fn invite(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, InvitePerson { person: PersonId(id) }).await?;
    flashes.good(&format!("/people/{id}"), "The link to their choices is on its way.").await
}

pub(super) fn sample() -> String {
    let row = |confirmed: Option<i64>| ConfirmationRow {
        person_id: 31,
        channel: "email".into(),
        purposes: "events".into(),
        wording_id: None,
        words: "E-mail: <b>events</b>".into(),
        email: "a@clinic.example".into(),
        requested_at: 1_795_000_000_000_000,
        confirmed_at: confirmed,
    };
    let shown = view(31, "sample", true, vec![row(None), row(Some(1_795_100_000_000_000))]);
    askama::Template::render(&shown).unwrap_or_default()
}
