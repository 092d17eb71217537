//! `/people/{id}/data`: everything about one person, to read or to hand over.

use super::super::model::Registry;
use super::super::queries::{Export, Section, export};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use rounds_kernel::{Error, PersonId, Time};
use rounds_web::components::Column;
use rounds_web::{App, Shell, Visitor, WebResult, page};
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
    count: usize,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// Rows a page shows of one place; the file holds all of them.
const SHOWN: usize = 50;

fn cell(name: &str, value: Option<&JsonValue>) -> String {
    match value {
        None | Some(JsonValue::Null) => "—".into(),
        Some(JsonValue::String(text)) => text.clone(),
        // Instants are kept in microseconds; people read days and hours.
        Some(JsonValue::Number(n)) if name.ends_with("_at") => n.as_i64().map_or_else(|| n.to_string(), |t| Time(t).in_zone("UTC")),
        Some(other) => other.to_string(),
    }
}

fn place(s: &Section) -> Place {
    let names: BTreeSet<&String> = s.rows.iter().take(SHOWN).filter_map(|r| r.as_object()).flat_map(|o| o.keys()).collect();
    Place {
        title: s.title,
        name: s.name,
        count: s.rows.len(),
        columns: names.iter().map(|n| Column::text(n)).collect(),
        rows: s.rows.iter().take(SHOWN).map(|r| names.iter().map(|n| cell(n, r.get(n.as_str()))).collect()).collect(),
    }
}

fn view(shell: Shell, csrf: &str, all: &Export) -> PersonPage {
    PersonPage {
        shell,
        person: all.person,
        csrf: csrf.to_owned(),
        made_at: all.made_at.clone(),
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
