//! `/people/{id}/data`: everything about one person, to read or to hand over.

use super::super::model::Registry;
use super::super::queries::{Export, Section, export};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use rounds_kernel::{Day, Error, PersonId};
use rounds_web::components::Column;
use rounds_web::{App, Shell, Visitor, WebResult, page, plain};
use sea_orm::JsonValue;
use std::collections::BTreeSet;

#[derive(askama::Template)]
#[template(path = "personal_data/templates/person.html")]
struct PersonPage {
    shell: Shell,
    person: i64,
    csrf: String,
    made_at: String,
    places: Vec<Place>,
}

struct Place {
    title: &'static str,
    name: &'static str,
    count: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// Rows a page shows of one place; the file holds all of them.
const SHOWN: usize = 50;

/// Columns of the tables' own bookkeeping, which say nothing about the person; the file has them.
const BOOKKEEPING: &[&str] = &["id", "person_id", "entity_id", "entity_kind", "child_id", "child_kind", "bits", "adds_only"];

fn cell(name: &str, value: Option<&JsonValue>) -> String {
    match value {
        None => "—".into(),
        // Affiliations and prices hold from days, permissions from instants.
        Some(JsonValue::Number(n)) if matches!(name, "valid_from" | "valid_to" | "day") && n.as_i64().is_some_and(|d| d < 100_000) => {
            n.as_i64().and_then(|d| i32::try_from(d).ok()).map_or_else(|| n.to_string(), |d| Day(d).to_string())
        }
        Some(JsonValue::String(text)) if text == "*" => "every one".into(),
        Some(value) => plain::value(name, value),
    }
}

/// A column's name as a heading.
fn heading(name: &str) -> String {
    let words = plain::name(name);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn place(s: &Section) -> Place {
    let names: BTreeSet<&String> = s
        .rows
        .iter()
        .take(SHOWN)
        .filter_map(|r| r.as_object())
        .flat_map(|o| o.keys())
        .filter(|n| !BOOKKEEPING.contains(&n.as_str()))
        .collect();
    Place {
        title: s.title,
        name: s.name,
        count: if s.rows.len() == 1 { "1 row".into() } else { format!("{} rows", s.rows.len()) },
        columns: names.iter().map(|n| Column::text(&heading(n))).collect(),
        rows: s.rows.iter().take(SHOWN).map(|r| names.iter().map(|n| cell(n, r.get(n.as_str()))).collect()).collect(),
    }
}

fn view(shell: Shell, csrf: &str, all: &Export) -> PersonPage {
    PersonPage {
        shell,
        person: all.person,
        csrf: csrf.to_owned(),
        made_at: all.made_at.replace('T', " ").chars().take(16).collect(),
        places: all.places.iter().filter(|p| !p.rows.is_empty()).map(place).collect(),
    }
}

pub(in super::super) async fn shown(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, registry: Registry) -> WebResult {
    let all = export(app.db(), &visitor.actor, &registry, PersonId(id), visitor.now).await?;
    page(&view(visitor.shell(&app, "Everything about a person"), &visitor.csrf, &all))
}

pub(in super::super) async fn download(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, registry: Registry) -> WebResult {
    let all = export(app.db(), &visitor.actor, &registry, PersonId(id), visitor.now).await?;
    let text = serde_json::to_string_pretty(&all).map_err(Error::internal)?;
    let name = format!("attachment; filename=\"person-{id}.json\"");
    Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)], text).into_response())
}

pub(super) fn sample() -> String {
    let row = serde_json::json!({ "id": 31, "name": "Dr. Aoife <b>Meyer</b>", "email": null, "created_at": 1_795_444_000_000_000i64 });
    let all = Export {
        person: 31,
        made_at: "2026-11-23T09:00:00Z".into(),
        places: vec![Section { name: "person", title: "Person", rows: vec![row] }],
    };
    askama::Template::render(&view(Shell::sample("Everything about a person"), "sample", &all)).unwrap_or_default()
}
