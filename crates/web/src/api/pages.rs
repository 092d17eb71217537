//! The document, and the same as a page for people.

use super::operation::Declared;
use crate::{App, Route, Shell, Visitor, WebResult, page};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rounds_kernel::Permission;
use serde_json::Value;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/api", Permission::SignedIn, readable), Route::get("/api/openapi.json", Permission::Open, machine)]
}

/// The page of all operations.
#[derive(askama::Template)]
#[template(path = "api.html")]
pub struct ApiPage {
    shell: Shell,
    groups: Vec<Group>,
    statuses: Vec<(&'static str, &'static str)>,
}

struct Group {
    name: String,
    operations: Vec<Line>,
}

struct Line {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    about: &'static str,
    permission: &'static str,
    sends: Vec<Field>,
    answer: String,
}

struct Field {
    name: String,
    kind: String,
    required: bool,
    about: String,
}

const STATUSES: &[(&str, &str)] = &[
    ("400", "A field is wrong: “errors” names each by its JSON pointer."),
    ("401", "No key, or one that is not in force."),
    ("403", "The role or the key does not allow it."),
    ("404", "No such record, or it is outside the key's scope; or “after” names no page of this list."),
    ("405, 406, 415", "A method, an Accept or a Content-Type that the address does not take."),
    ("409", "Someone was faster, or the same Idempotency-Key came with another request."),
    ("412", "It changed since the ETag in If-Match was read."),
    ("413, 422", "The body is too large, or the file cannot be read."),
    ("429", "Too fast: wait as long as Retry-After says."),
];

/// The kind of a value in words.
fn kind(schema: &Value) -> String {
    let list = |values: &Value| {
        let words: Vec<&str> = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        words.join(" | ")
    };
    if schema.get("enum").is_some() {
        return list(&schema["enum"]);
    }
    if let Some(one) = schema["oneOf"].as_array().and_then(|of| of.iter().find(|s| s["type"] != "null")) {
        return kind(one);
    }
    match &schema["type"] {
        Value::String(t) if t == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(t) => t.clone(),
        Value::Array(ts) => ts.iter().filter_map(Value::as_str).filter(|t| *t != "null").collect::<Vec<_>>().join(" | "),
        _ => "any".into(),
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = |name: &str| schema["required"].as_array().is_some_and(|r| r.iter().any(|n| n == name));
    let all = schema["properties"].as_object().into_iter().flatten();
    all.map(|(name, s)| Field {
        name: name.clone(),
        kind: kind(s),
        required: required(name),
        about: s["description"].as_str().unwrap_or_default().to_owned(),
    })
    .collect()
}

fn line(d: &Declared) -> Line {
    let named = d.output.schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
    let schema = d.output.named.get(named).unwrap_or(&d.output.schema);
    let names: Vec<&str> = schema["properties"].as_object().into_iter().flatten().map(|(n, _)| n.as_str()).collect();
    let what = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Line {
        method: d.verb.name(),
        path: d.path,
        summary: d.summary,
        about: d.about,
        permission: d.permission.label(),
        sends: fields(d.input()),
        answer: format!("{}{what}", d.status.as_u16()),
    }
}

fn view<'a>(shell: Shell, declared: impl Iterator<Item = &'a Declared>) -> ApiPage {
    let mut groups: Vec<Group> = Vec::new();
    for d in declared {
        let name = d.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default().replace('-', " ");
        match groups.iter_mut().find(|g| g.name == name) {
            Some(group) => group.operations.push(line(d)),
            None => groups.push(Group { name, operations: vec![line(d)] }),
        }
    }
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    ApiPage { shell, groups, statuses: STATUSES.to_vec() }
}

impl ApiPage {
    /// A page with two operations.
    pub fn sample() -> Self {
        use super::{Call, Id, Listed, Nothing, Operation, PageAsk};
        let (list, act) = (
            Operation::get("/api/v1/things", Permission::ReadRecord, "Things, page by page", |_: Call, _: Nothing, _: PageAsk| async {
                Ok(Listed::<super::FieldError> { items: Vec::new(), next: None })
            }),
            Operation::post("/api/v1/things/{id}/turn", Permission::WriteRecord, "Turn a thing", |_: Call, _: Id, _: Nothing| async {
                Ok(())
            }),
        );
        let declared: Vec<_> = [list, act].into_iter().filter_map(|o| o.route().api).collect();
        view(Shell::sample("API"), declared.iter().map(AsRef::as_ref))
    }
}

async fn readable(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&view(visitor.shell(&app, "API"), app.0.declared.iter().map(AsRef::as_ref)))
}

async fn machine(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], app.0.document.clone()).into_response()
}
