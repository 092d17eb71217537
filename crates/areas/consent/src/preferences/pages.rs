//! The panel on a person's page: how they like to be met, by channel and task, stated and observed side by side.

use super::queries::{Known, Wish, of_person, wish_of};
use super::{Origin, StatePreference, Task};
use axum::extract::{Form, Path, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope::see_person;
use rounds_kernel::{Channel, Error, Permission, PersonId, Result};
use rounds_web::components::{Choice, Column, Field};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "preferences/templates/panel.html")]
struct PreferenceView {
    person: i64,
    csrf: String,
    columns: Vec<Column>,
    lines: Vec<(&'static str, Vec<String>)>,
    hours: String,
    language: String,
    fields: Vec<Field>,
}

/// The panel.
pub struct PreferencePanel;

#[async_trait::async_trait]
impl Panel for PreferencePanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Person(person) = subject else { return Ok(None) };
        see_person(app.db(), &visitor.actor, person).await?;
        let (known, wish) = (of_person(app.db(), person).await?, wish_of(app.db(), person).await?);
        let csrf = if visitor.actor.may(Permission::WritePermission) { visitor.csrf.as_str() } else { "" };
        PanelHtml::draw("Preference", "how gladly, in per cent; stated first, observed in brackets", &view(person.0, csrf, &known, &wish))
            .map(Some)
    }
}

fn cell(known: &[Known], channel: Channel, task: Option<Task>) -> String {
    let of = |origin: Option<Origin>| known.iter().find(|k| k.channel == channel && k.task == task && k.origin == origin).map(|k| k.weight);
    let percent = |w: f64| format!("{:.0}", 100.0 * w);
    match (of(Some(Origin::Stated)), of(Some(Origin::Observed)).or_else(|| of(None))) {
        (Some(s), Some(o)) => format!("{} ({})", percent(s), percent(o)),
        (Some(s), None) => percent(s),
        (None, Some(o)) => format!("({})", percent(o)),
        (None, None) => "—".into(),
    }
}

fn view(person: i64, csrf: &str, known: &[Known], wish: &Wish) -> PreferenceView {
    let tasks: Vec<Option<Task>> = std::iter::once(None).chain(Task::ALL.iter().copied().map(Some)).collect();
    let used: Vec<Option<Task>> = tasks.into_iter().filter(|t| t.is_none() || known.iter().any(|k| k.task == *t)).collect();
    let heads = used.iter().map(|t| Column::number(t.map_or("Any task", Task::label)));
    let hm = |m: i64| format!("{:02}:{:02}", m / 60, m % 60);
    let hours = match (wish.from_minute, wish.to_minute) {
        (None, None) => String::new(),
        (from, to) => format!("gladly between {} and {}", hm(from.unwrap_or(0)), hm(to.unwrap_or(1_440))),
    };
    let channels: Vec<(&str, &str)> = std::iter::once(("", "—")).chain(Channel::ALL.iter().map(|c| (c.code(), c.label()))).collect();
    let task_choices: Vec<(&str, &str)> =
        std::iter::once(("", "Any task")).chain(Task::ALL.iter().map(|t| (t.code(), t.label()))).collect();
    let gladly = [("1", "Gladly"), ("0.5", "Now and then"), ("0", "Rather not")];
    let select = |name: &str, label: &str, pairs: &[(&str, &str)]| Field {
        required: false,
        options: Choice::list(pairs, ""),
        ..Field::text(name, label, "")
    };
    let time = |name: &str, label: &str| Field { kind: "time".into(), required: false, ..Field::text(name, label, "") };
    let fields = vec![
        select("channel", "Channel", &channels),
        select("task", "For which task", &task_choices),
        select("weight", "How gladly", &gladly),
        time("from", "Best from"),
        time("to", "Best until"),
        Field { required: false, hint: "Two letters.".into(), ..Field::text("language", "Language", &wish.language) },
    ];
    PreferenceView {
        person,
        csrf: csrf.to_owned(),
        columns: std::iter::once(Column::text("Channel")).chain(heads).collect(),
        lines: Channel::ALL.iter().map(|c| (c.label(), used.iter().map(|t| cell(known, *c, *t)).collect())).collect(),
        hours,
        language: wish.language.clone(),
        fields: Field::in_form(fields, "preference"),
    }
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stated {
    channel: String,
    task: String,
    weight: String,
    from: String,
    to: String,
    language: String,
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

pub(super) async fn state(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Stated>,
) -> WebResult {
    let weight = f.weight.parse::<f64>().unwrap_or(-1.0);
    let hours = (minute(&f.from)?, minute(&f.to)?);
    let command = StatePreference {
        person: PersonId(id),
        channel: Channel::parse(&f.channel).map(|c| (c, weight)),
        task: Task::parse(&f.task),
        language: Some(f.language.trim().to_lowercase()).filter(|l| !l.is_empty()),
        hours: (hours != (None, None)).then_some(hours),
    };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good(&format!("/people/{id}"), "Their preference is written down.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let known = |channel, task, origin, weight| Known { channel, task, origin: Some(origin), weight, source: "stated".into() };
    let all = vec![
        known(Channel::Visit, None, Origin::Stated, 0.5),
        known(Channel::Visit, None, Origin::Observed, 0.31),
        known(Channel::Phone, Some(Task::Order), Origin::Stated, 1.0),
        known(Channel::Email, None, Origin::Observed, 0.08),
    ];
    let wish = Wish { language: "de".into(), from_minute: Some(420), to_minute: Some(540) };
    let draw = |v: &PreferenceView| askama::Template::render(v).unwrap_or_default();
    vec![
        ("preference-panel", draw(&view(31, "sample", &all, &wish))),
        ("preference-panel-empty", draw(&view(31, "", &[], &Wish::default()))),
    ]
}
