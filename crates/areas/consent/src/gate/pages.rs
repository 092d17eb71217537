//! `/contact-limits`: how often people may be contacted, everywhere and by country.

use super::{LimitBook, Limits, SetLimits};
use axum::Form;
use axum::extract::State;
use rounds_kernel::{Channel, Error, Permission, Result};
use rounds_web::components::{Column, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "gate/templates/limits.html")]
struct LimitsPage {
    shell: Shell,
    csrf: String,
    columns: Vec<Column>,
    lines: Vec<Line>,
    fields: Vec<Field>,
}

struct Line {
    country: String,
    name: String,
    numbers: Vec<String>,
}

fn line(country: &str, l: &Limits) -> Line {
    let mut numbers = vec![l.per_week.to_string(), l.per_four_weeks.to_string(), l.spacing_days.to_string()];
    numbers.extend(l.per_channel.iter().map(|n| n.map_or("—".to_owned(), |n| n.to_string())));
    Line { country: country.to_owned(), name: if country.is_empty() { "Everywhere else".into() } else { country.to_owned() }, numbers }
}

fn view(shell: Shell, csrf: &str, book: &LimitBook) -> LimitsPage {
    let number = |name: &str, label: &str, value: u32| Field { kind: "number".into(), ..Field::text(name, label, &value.to_string()) };
    let everywhere = &book.everywhere;
    let mut fields = vec![
        Field {
            required: false,
            hint: "Two letters, e.g. DE; empty for every country without limits of its own.".into(),
            ..Field::text("country", "Country", "")
        },
        number("per_week", "Contacts a week", everywhere.per_week),
        number("per_four_weeks", "Contacts in four weeks", everywhere.per_four_weeks),
        number("spacing_days", "Days between live contacts", everywhere.spacing_days),
    ];
    for c in Channel::ALL {
        let value = everywhere.per_channel[c.index()].map_or(String::new(), |n| n.to_string());
        let label = format!("{} a week", c.label());
        fields.push(Field { kind: "number".into(), required: false, ..Field::text(&format!("channel_{}", c.code()), &label, &value) });
    }
    let heads = ["A week", "In four weeks", "Days between live contacts"].into_iter().chain(Channel::ALL.iter().map(|c| c.label()));
    LimitsPage {
        shell,
        csrf: csrf.to_owned(),
        columns: [Column::text("Country")].into_iter().chain(heads.map(Column::number)).collect(),
        lines: std::iter::once(line("", everywhere)).chain(book.countries.iter().map(|(c, l)| line(c, l))).collect(),
        fields,
    }
}

pub(super) async fn limits(State(app): State<App>, visitor: Visitor) -> WebResult {
    let csrf = if visitor.actor.may(Permission::WriteRecord) { visitor.csrf.as_str() } else { "" };
    page(&view(visitor.shell(&app, "Contact limits"), csrf, &LimitBook::load(app.db()).await?))
}

fn number(form: &BTreeMap<String, String>, name: &str) -> Result<Option<u32>> {
    let text = form.get(name).map_or("", |t| t.trim());
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Error::invalid("consent.limits", format!("“{text}” is no whole number. Nothing was changed."), "Write a number, or leave it empty.")
    })
}

pub(super) async fn set(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Form(form): Form<BTreeMap<String, String>>,
) -> WebResult {
    let country = form.get("country").map_or(String::new(), |c| c.trim().to_uppercase());
    let limits = if form.get("remove").is_some_and(|r| r == "yes") {
        None
    } else {
        let needed = |name: &str| {
            number(&form, name)?
                .ok_or_else(|| Error::invalid("consent.limits", "A number is missing. Nothing was changed.", "Fill in the first three."))
        };
        let mut l = Limits {
            per_week: needed("per_week")?,
            per_four_weeks: needed("per_four_weeks")?,
            spacing_days: needed("spacing_days")?,
            ..Limits::default()
        };
        for c in Channel::ALL {
            l.per_channel[c.index()] = number(&form, &format!("channel_{}", c.code()))?;
        }
        Some(l)
    };
    let words = match (&limits, country.as_str()) {
        (None, c) => format!("{c} follows the others again."),
        (Some(_), "") => "The limits are in force from now on.".to_owned(),
        (Some(_), c) => format!("{c} has limits of its own from now on."),
    };
    app.runner().run(&visitor.actor, SetLimits { country, limits }).await?;
    flashes.good("/contact-limits", words).await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let strict = Limits { per_week: 1, per_four_weeks: 3, spacing_days: 7, per_channel: [None, Some(1), None, Some(1), None] };
    let book = LimitBook { everywhere: Limits::default(), countries: BTreeMap::from([("DE".to_owned(), strict)]) };
    vec![("contact-limits", askama::Template::render(&view(Shell::sample("Contact limits"), "sample", &book)).unwrap_or_default())]
}
