//! Look-up by any number, and the numbers of one record.

use super::commands::{Add, Remove};
use super::model::{EntityKind, SCHEMES, Scheme, Standing};
use super::queries::{Found, Number, Reads, lookup, numbers};
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use rounds_kernel::{Error, Permission};
use rounds_web::components::{Choice, Column};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "identifiers/templates/find.html")]
struct FindPage {
    shell: Shell,
    asked: String,
    found: Vec<Found>,
    /// Schemes whose check digit the number passes, in words.
    passes: String,
    columns: Vec<Column>,
    scheme_columns: Vec<Column>,
    schemes: &'static [Scheme],
}

/// What is looked up.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FindAsk {
    value: String,
}

fn find_view(shell: Shell, asked: &str, found: Vec<Found>) -> FindPage {
    let passes = SCHEMES.iter().filter(|s| !asked.trim().is_empty() && s.read(asked).standing == Standing::Verified);
    FindPage {
        shell,
        asked: asked.trim().to_owned(),
        passes: passes.map(|s| s.label).collect::<Vec<_>>().join(", "),
        found,
        columns: ["Record", "Kind", "Scheme", "Number"].map(Column::text).to_vec(),
        scheme_columns: ["Scheme", "Form and check digit"].map(Column::text).to_vec(),
        schemes: SCHEMES,
    }
}

pub(super) async fn find(State(app): State<App>, visitor: Visitor, Asked(ask): Asked<FindAsk>) -> WebResult {
    let found = lookup(app.db(), &visitor.actor, Reads::of(|p| visitor.actor.may(p)), &ask.value).await?;
    page(&find_view(visitor.shell(&app, "Numbers"), &ask.value, found))
}

#[derive(Debug, askama::Template)]
#[template(path = "identifiers/templates/list.html")]
struct NumbersPage {
    shell: Shell,
    name: String,
    back: String,
    path: String,
    columns: Vec<Column>,
    rows: Vec<Line>,
    /// Schemes that can be added; empty for those who may not change the record.
    schemes: Vec<Choice>,
}

#[derive(Debug)]
struct Line {
    id: i64,
    scheme: String,
    value: String,
    standing: &'static str,
    source: String,
}

fn list_view(shell: Shell, kind: EntityKind, id: i64, (name, rows): (String, Vec<Number>), may_change: bool) -> NumbersPage {
    let line = |n: Number| Line {
        id: n.id,
        scheme: Scheme::parse(&n.scheme).map_or(n.scheme.clone(), |s| s.label.to_owned()),
        value: n.value,
        standing: Standing::words(&n.standing),
        source: n.source,
    };
    let schemes =
        SCHEMES.iter().filter(|s| may_change && s.names.contains(&kind)).map(|s| Choice::new(s.code, format!("{}: {}", s.label, s.form)));
    NumbersPage {
        shell,
        back: kind.path(id),
        path: format!("/identifiers/{}/{id}", kind.code()),
        name,
        columns: ["Scheme", "Number", "Check", "Source", ""].map(Column::text).to_vec(),
        rows: rows.into_iter().map(line).collect(),
        schemes: schemes.collect(),
    }
}

fn kind_of(code: &str) -> Result<EntityKind, Error> {
    EntityKind::parse(code).ok_or_else(|| Error::not_found("kind of record"))
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Path((kind, id)): Path<(String, i64)>) -> WebResult {
    let kind = kind_of(&kind)?;
    let found = numbers(app.db(), &visitor.actor, kind, id).await?;
    let title = format!("{}: numbers", found.0);
    page(&list_view(visitor.shell(&app, &title), kind, id, found, visitor.actor.may(Permission::WriteRecord)))
}

/// A form of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NumberForm {
    scheme: String,
    value: String,
    as_received: String,
    number: String,
}

pub(super) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, id)): Path<(String, i64)>,
    Form(form): Form<NumberForm>,
) -> WebResult {
    let back = format!("/identifiers/{kind}/{id}");
    let command = Add { kind, id, scheme: form.scheme, value: form.value, as_received: !form.as_received.is_empty() };
    let value = app.runner().run(&visitor.actor, command).await?;
    flashes.good(&back, format!("{value} was added.")).await
}

pub(super) async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, id)): Path<(String, i64)>,
    Form(form): Form<NumberForm>,
) -> WebResult {
    let back = format!("/identifiers/{kind}/{id}");
    let number = form.number.parse().map_err(|_| Error::not_found("number"))?;
    let (scheme, value) = app.runner().run(&visitor.actor, Remove { kind, id, number }).await?;
    let label = Scheme::parse(&scheme).map_or(scheme.as_str(), |s| s.label);
    flashes.good(&back, format!("{label} {value} was removed. Add it again if that was a mistake; the timeline keeps it.")).await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let found = Found { kind: "account".into(), id: 7, name: "St. <b>Brigid</b>".into(), scheme: "npi".into(), value: "1234567893".into() };
    let number = |id, scheme: &str, value: &str, standing: &str| Number {
        id,
        scheme: scheme.into(),
        value: value.into(),
        source: "hand".into(),
        standing: standing.into(),
    };
    let rows = vec![number(1, "ccn", "240080", "formed"), number(2, "npi", "1234567890", "failed"), number(3, "<x>", "y", "unknown")];
    let find = |asked: &str, found| askama::Template::render(&find_view(Shell::sample("Numbers"), asked, found)).unwrap_or_default();
    let list = |rows, may| {
        askama::Template::render(&list_view(Shell::sample("Numbers"), EntityKind::Account, 7, ("St. Brigid".into(), rows), may))
            .unwrap_or_default()
    };
    vec![
        ("identifiers", find("1234567893", vec![found])),
        ("identifiers, none found", find("<zz>", Vec::new())),
        ("identifiers, nothing asked", find("", Vec::new())),
        ("identifiers of a record", list(rows, true)),
        ("identifiers of a record, none", list(Vec::new(), false)),
    ]
}
