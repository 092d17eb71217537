//! `/choices/{token}`: all that a person can decide, in their language.

use super::super::commands::{Answer, Choose};
use super::super::model::{LANGUAGES, Words, masked, read_choices, words_of};
use super::super::store::addressee;
use super::{address, draw, shell, themselves};
use crate::permissions::{Aim, Reach, State as Said, of_person};
use crate::personal_data::AskForData;
use crate::preferences::language_of;
use axum::extract::{Form, Path, State};
use rounds_kernel::{Channel, Error, PersonId};
use rounds_web::{Address, App, Shell, WebResult};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "choices/templates/centre.html")]
struct CentrePage {
    shell: Shell,
    words: &'static Words,
    who: String,
    told: Option<&'static str>,
    none: bool,
    channels: Vec<Question>,
    topics: Vec<Question>,
    languages: Vec<(&'static str, &'static str, bool)>,
    here: String,
}

struct Question {
    name: String,
    label: &'static str,
    /// Value, words, chosen.
    options: Vec<(&'static str, &'static str, bool)>,
}

/// The topics a person decides about; service messages follow the channel.
const TOPICS: [Aim; 4] = [Aim::Information, Aim::Offers, Aim::Events, Aim::Research];

fn question(words: &Words, name: String, label: &'static str, stands: Said) -> Question {
    let options = [("granted", words.yes, Said::Granted), ("denied", words.no, Said::Denied), ("unknown", words.unsaid, Said::Unknown)];
    Question { name, label, options: options.into_iter().map(|(value, w, s)| (value, w, s == stands)).collect() }
}

fn view(words: &'static Words, who: String, reach: Reach, told: Option<&'static str>, here: String) -> CentrePage {
    CentrePage {
        shell: shell(words, words.choices_title),
        words,
        who,
        told,
        none: reach.do_not_contact(),
        channels: Channel::ALL
            .iter()
            .map(|c| question(words, format!("channel_{}", c.code()), words.channel(*c), reach.state(*c)))
            .collect(),
        topics: TOPICS
            .iter()
            .map(|a| question(words, format!("topic_{}", a.code()), words.aim(*a), reach.said(Channel::Email, Some(*a))))
            .collect(),
        languages: LANGUAGES.iter().map(|l| (l.language, l.name, l.language == words.language)).collect(),
        here,
    }
}

/// The page as it stands for a person.
async fn page_of(app: &App, person: PersonId, token: &str, told: Option<fn(&Words) -> &'static str>) -> WebResult {
    let who = addressee(app.db(), person).await?.ok_or_else(|| Error::not_found("record"))?;
    let language = language_of(app.db(), person).await?.unwrap_or(who.language);
    let words = words_of(&language);
    let reach = of_person(app.db(), person).await?;
    let name = who.email.as_deref().map_or(String::new(), masked);
    draw(&view(words, name, reach, told.map(|t| t(words)), format!("/choices/{token}")))
}

pub(in super::super) async fn choices(State(app): State<App>, Path(token): Path<String>) -> WebResult {
    let person = read_choices(app.runner().keys(), &token, app.runner().now())?;
    page_of(&app, person, &token, None).await
}

/// The form's answers; a no to e-mail leaves nothing to say about its topics.
fn answers(form: &BTreeMap<String, String>) -> Vec<Answer> {
    let said = |name: &str| form.get(name).and_then(|s| Said::parse(s));
    let mut out: Vec<Answer> = Channel::ALL
        .iter()
        .filter_map(|c| Some(Answer { channel: Some(*c), aim: None, state: said(&format!("channel_{}", c.code()))? }))
        .collect();
    if said("channel_email") != Some(Said::Denied) {
        let topic = |a: &Aim| Some(Answer { channel: Some(Channel::Email), aim: Some(*a), state: said(&format!("topic_{}", a.code()))? });
        out.extend(TOPICS.iter().filter_map(topic));
    }
    out
}

pub(in super::super) async fn choose(
    State(app): State<App>,
    Path(token): Path<String>,
    from: Address,
    Form(form): Form<BTreeMap<String, String>>,
) -> WebResult {
    let person = read_choices(app.runner().keys(), &token, app.runner().now())?;
    let nothing = form.get("none").is_some_and(|n| n == "yes");
    let answers = if nothing { vec![Answer { channel: None, aim: None, state: Said::Denied }] } else { answers(&form) };
    let language = form.get("language").filter(|l| LANGUAGES.iter().any(|w| w.language == l.as_str())).cloned();
    let command = Choose { person, answers, language, by: "chosen by the person".into(), from: address(from) };
    app.runner().run(&themselves(), command).await?;
    let told: fn(&Words) -> &'static str = if nothing { |w| w.none_done } else { |w| w.saved };
    page_of(&app, person, &token, Some(told)).await
}

pub(in super::super) async fn ask_for_data(State(app): State<App>, Path(token): Path<String>) -> WebResult {
    let person = read_choices(app.runner().keys(), &token, app.runner().now())?;
    app.runner().run(&themselves(), AskForData { person }).await?;
    page_of(&app, person, &token, Some(|w| w.data_done)).await
}

pub(super) fn sample(language: &str) -> String {
    let reach = Reach::default().with(Channel::Email, Said::Granted).with_aim(Channel::Email, Some(Aim::Offers), Said::Denied);
    let words = words_of(language);
    askama::Template::render(&view(words, "a•••@clinic.example".into(), reach, Some(words.saved), "/choices/sample".into()))
        .unwrap_or_default()
}
