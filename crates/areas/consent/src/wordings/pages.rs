//! `/wordings`: every text in every version, and the form for a new one.

use super::{AddWording, Wording, all};
use crate::permissions::{ANY_PURPOSE, Aim};
use axum::Form;
use axum::extract::State;
use rounds_kernel::{Channel, Error, Permission};
use rounds_web::components::{Choice, Column, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "wordings/templates/list.html")]
struct ListPage {
    shell: Shell,
    csrf: String,
    columns: Vec<Column>,
    wordings: Vec<Wording>,
    fields: Vec<Field>,
}

/// Languages that public pages speak.
const LANGUAGES: &[(&str, &str)] =
    &[("en", "English"), ("de", "German"), ("fr", "French"), ("it", "Italian"), ("es", "Spanish"), ("pl", "Polish")];

fn view(shell: Shell, csrf: &str, wordings: Vec<Wording>) -> ListPage {
    let select =
        |name: &str, label: &str, pairs: &[(&str, &str)]| Field { options: Choice::list(pairs, ""), ..Field::text(name, label, "") };
    let channels: Vec<(&str, &str)> = Channel::ALL.iter().map(|c| (c.code(), c.label())).collect();
    let aims: Vec<(&str, &str)> =
        std::iter::once((ANY_PURPOSE, "Every purpose")).chain(Aim::ALL.iter().map(|a| (a.code(), a.label()))).collect();
    ListPage {
        shell,
        csrf: csrf.to_owned(),
        columns: ["Channel", "For", "Language", "Version", "Words", "Written"].map(Column::text).to_vec(),
        wordings,
        fields: vec![
            select("channel", "Channel", &channels),
            select("purpose", "What for", &aims),
            select("language", "Language", LANGUAGES),
            Field {
                rows: 4,
                hint: "As people see it. A new version leaves the former ones as they are.".into(),
                ..Field::text("text", "Words", "")
            },
        ],
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let csrf = if visitor.actor.may(Permission::WriteRecord) { visitor.csrf.as_str() } else { "" };
    page(&view(visitor.shell(&app, "Wordings"), csrf, all(app.db()).await?))
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct NewWording {
    channel: String,
    purpose: String,
    language: String,
    text: String,
}

pub(super) async fn add(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<NewWording>) -> WebResult {
    let channel = Channel::parse(&f.channel)
        .ok_or_else(|| Error::invalid("consent.channel", "There is no such channel. Nothing was changed.", "Choose one from the list."))?;
    let command = AddWording { channel, aim: Aim::parse(&f.purpose), language: f.language, text: f.text };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good("/wordings", "The text is there to be chosen.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    use rounds_kernel::{Day, Time};
    let one = |id: i64, language: &str, text: &str| Wording {
        id,
        channel: Channel::Email,
        aim: (id > 1).then_some(Aim::Events),
        language: language.into(),
        version: 1,
        text: text.into(),
        by: "Olga Ops".into(),
        at: Time::at_day(Day(20_700)),
    };
    let full = view(
        Shell::sample("Wordings"),
        "sample",
        vec![one(1, "en", "Yes, write to me about your products."), one(2, "de", "<b>Ja</b>, gern.")],
    );
    let empty = view(Shell::sample("Wordings"), "", Vec::new());
    let draw = |v: &ListPage| askama::Template::render(v).unwrap_or_default();
    vec![("wordings", draw(&full)), ("wordings-empty", draw(&empty))]
}
