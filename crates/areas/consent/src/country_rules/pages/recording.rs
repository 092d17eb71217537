//! `/recording`: may a call between two places be recorded?

use super::super::{Place, Rules, may_record};
use axum::extract::{Query, State};
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// The question, in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Ask {
    ours: String,
    our_state: String,
    theirs: String,
    their_state: String,
    agreed: String,
}

#[derive(askama::Template)]
#[template(path = "country_rules/templates/recording.html")]
struct RecordingPage {
    shell: Shell,
    fields: Vec<Field>,
    answer: Option<Answer>,
}

struct Answer {
    kind: &'static str,
    title: &'static str,
    reason: String,
    source: String,
}

fn view(shell: Shell, rules: &Rules, ask: &Ask) -> RecordingPage {
    let countries: Vec<(&str, &str)> = rules.iter().map(|r| (r.country.as_str(), r.name.as_str())).collect();
    let country = |name: &str, label: &str, chosen: &str| Field {
        required: false,
        options: Choice::list(&countries, chosen),
        ..Field::text(name, label, "")
    };
    let state = |name: &str, label: &str, value: &str| Field {
        required: false,
        hint: "Where states differ, e.g. CA.".into(),
        ..Field::text(name, label, value)
    };
    let told = [("", "No, or not yet"), ("yes", "Yes, before recording begins")];
    let fields = vec![
        country("ours", "We are in", &ask.ours),
        state("our_state", "Our state", &ask.our_state),
        country("theirs", "They are in", &ask.theirs),
        state("their_state", "Their state", &ask.their_state),
        Field { required: false, options: Choice::list(&told, &ask.agreed), ..Field::text("agreed", "Everyone was told and agreed", "") },
    ];
    let place = |country: &str, state: &str| Place { country: country.into(), state: state.trim().to_uppercase() };
    let asked = !(ask.ours.is_empty() && ask.theirs.is_empty());
    let answer = asked.then(|| {
        let said = may_record(rules, &[place(&ask.ours, &ask.our_state), place(&ask.theirs, &ask.their_state)], ask.agreed == "yes");
        let (kind, title) = if said.may { ("good", "Recording is allowed") } else { ("forbidden", "Do not record") };
        Answer { kind, title, reason: said.reason, source: said.source }
    });
    RecordingPage { shell, fields, answer }
}

pub(in super::super) async fn recording(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> WebResult {
    let rules = Rules::load(app.db(), visitor.now.day()).await?;
    page(&view(visitor.shell(&app, "May this call be recorded?"), &rules, &ask))
}

pub(super) fn sample() -> String {
    let ask = Ask { ours: "US".into(), our_state: "MN".into(), theirs: "DE".into(), ..Ask::default() };
    askama::Template::render(&view(Shell::sample("May this call be recorded?"), &Rules::shipped(), &ask)).unwrap_or_default()
}
