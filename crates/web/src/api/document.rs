//! The OpenAPI 3.1 document, printed from the declarations.

use super::answer::FieldError;
use super::operation::{Declared, Verb};
use super::schema::Shape;
use crate::Route;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

/// The document of the operations among `routes`.
pub fn document<'a>(routes: impl Iterator<Item = &'a Route>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for d in routes.filter_map(|r| r.api.as_deref()) {
        let tag = tag(d.path);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        let of_path = paths.entry(d.path.to_owned()).or_insert_with(|| json!({}));
        of_path[d.verb.name().to_lowercase()] = operation(d, tag);
        schemas.extend(d.output.named.iter().map(|(n, s)| (n.clone(), s.clone())));
    }
    tags.sort_unstable();
    schemas.insert("Problem".into(), problem());
    schemas.extend(Shape::output::<FieldError>().named);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rounds",
            "version": "1",
            "description": "The record, the queue and everything around them, for programs. Every operation runs the same commands and queries as the pages, within the caller's scope.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.iter().map(|t| json!({ "name": t })).collect::<Vec<_>>(),
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Problem": {
                "description": "It failed, and nothing was changed; the document says why and what to do.",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            } },
            "securitySchemes": { "key": {
                "type": "http", "scheme": "bearer", "bearerFormat": "Rounds key",
                "description": "A key from /keys. It acts as its user, within the permissions given to it.",
            } },
        },
    })
}

fn tag(path: &str) -> &str {
    path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default()
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "remedy"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string", "description": "The kind of failure." },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What happened, and what it means for the data." },
            "code": { "type": "string", "description": "Stable code in the form area.problem." },
            "remedy": { "type": "string", "description": "What to do." },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/FieldError" } },
        },
    })
}

fn operation(d: &Declared, tag: &str) -> Value {
    let about = if d.about.is_empty() { String::new() } else { format!("{} ", d.about) };
    let mut out = json!({
        "operationId": operation_id(d),
        "tags": [tag],
        "summary": d.summary,
        "description": format!("{about}Needs the permission “{}”.", d.permission.label()),
        "x-permission": d.permission.code(),
        "parameters": parameters(d),
        "responses": responses(d),
    });
    if d.upload.is_some() {
        let file = json!({ "schema": {} });
        out["requestBody"] = json!({ "required": true, "content": { "application/octet-stream": file.clone(), "text/csv": file } });
    } else if d.verb.has_body() {
        out["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": d.input } } });
    }
    out
}

fn operation_id(d: &Declared) -> String {
    let place = |c: char| matches!(c, '/' | '{' | '}' | '.' | '-');
    let words = d.path.trim_start_matches("/api/v1").split(place).filter(|w| !w.is_empty());
    words.fold(d.verb.name().to_lowercase(), |id, w| format!("{id}_{w}"))
}

fn parameters(d: &Declared) -> Vec<Value> {
    let mut all: Vec<Value> = d
        .place_names()
        .iter()
        .zip(&d.places)
        .map(|(name, schema)| json!({ "name": name, "in": "path", "required": true, "schema": schema }))
        .collect();
    if !d.verb.has_body() || d.upload.is_some() {
        let required = |name: &str| d.input["required"].as_array().is_some_and(|r| r.iter().any(|n| n == name));
        for (name, schema) in d.input["properties"].as_object().into_iter().flatten() {
            all.push(json!({
                "name": name, "in": "query", "required": required(name),
                "description": schema["description"].as_str().unwrap_or_default(), "schema": present(schema),
            }));
        }
    }
    all.extend(super::headers::parameters(d));
    all
}

/// A parameter's schema without `null`: what is absent from an address is not there, it is not null.
fn present(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(types) = schema["type"].as_array() {
        let rest: Vec<Value> = types.iter().filter(|t| *t != "null").cloned().collect();
        schema["type"] = if rest.len() == 1 { rest[0].clone() } else { Value::Array(rest) };
    }
    if let Some(of) = schema.get("oneOf").and_then(Value::as_array) {
        let mut rest = of.iter().filter(|s| s["type"] != "null");
        if let (Some(one), None) = (rest.next(), rest.next()) {
            return one.clone();
        }
    }
    schema
}

fn responses(d: &Declared) -> Value {
    let mut out = Map::new();
    let tagged = json!({ "ETag": { "description": "Names this state.", "schema": { "type": "string" } } });
    let good = if d.status == StatusCode::NO_CONTENT {
        json!({ "description": "Done." })
    } else {
        json!({ "description": "Done.", "headers": tagged, "content": { "application/json": { "schema": d.output.schema } } })
    };
    out.insert(d.status.as_u16().to_string(), good);
    if d.verb == Verb::Get {
        out.insert("304".into(), json!({ "description": "What you know (`If-None-Match`) is still so." }));
    }
    let mut bad = vec![400, 401, 403, 404, 405, 406, 429, 500, 503];
    if d.verb != Verb::Get {
        bad.extend([409]);
    }
    if d.verb.has_body() {
        bad.extend([413, 415]);
    }
    if d.upload.is_some() {
        bad.push(422);
    }
    if d.matched {
        bad.push(412);
    }
    for status in bad {
        out.insert(status.to_string(), json!({ "$ref": "#/components/responses/Problem" }));
    }
    out.insert("414".into(), json!({ "description": "The address is longer than 64 kB: refused before it was read, without a body." }));
    out.insert("431".into(), json!({ "description": "The headers are too large: refused before they were read, without a body." }));
    Value::Object(out)
}
