//! The headers that operations read besides their input: told in the document and checked from the same declaration.

use super::answer::FieldError;
use super::check::check;
use super::operation::{Declared, Verb};
use axum::http::HeaderMap;
use serde_json::{Value, json};

const KEY: &str = "Idempotency-Key";
const MATCH: &str = "If-Match";
/// Entity tags or “*” (RFC 9110, section 13.1.1): printable characters; whatever is no tag of ours matches no state.
const TAGS: &str = "^[!-~]([ -~]*[!-~])?$";

/// Name, words and schema of each header that `d` reads.
fn of(d: &Declared) -> Vec<(&'static str, &'static str, Value)> {
    let mut all = Vec::new();
    if d.verb.has_body() || d.verb == Verb::Delete {
        let about = "A text of your own: sent again with the same request, the first result comes back and nothing is done twice.";
        all.push((KEY, about, json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" })));
    }
    if d.matched {
        let about = "The ETag of the state you read: if it has changed since, nothing is done (412).";
        all.push((MATCH, about, json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": TAGS })));
    }
    all
}

/// Their part of the document.
pub(super) fn parameters(d: &Declared) -> Vec<Value> {
    let parameter =
        |(name, about, schema)| json!({ "name": name, "in": "header", "required": false, "description": about, "schema": schema });
    of(d).into_iter().map(parameter).collect()
}

/// What the headers of a request say, once each is what it was declared to be.
#[derive(Default)]
pub(super) struct Said {
    /// The key of the request, by which a second one is known to be the same.
    pub idempotency_key: Option<String>,
    /// The states that the caller read.
    pub if_match: Option<String>,
}

/// Checks the headers that `d` reads.
pub(super) fn said(d: &Declared, headers: &HeaderMap, wrong: &mut Vec<FieldError>) -> Said {
    let mut said = Said::default();
    for (name, _, schema) in of(d) {
        let Some(value) = headers.get(name) else { continue };
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        check(&schema, &mut Value::from(text.as_str()), &format!("/{name}"), wrong);
        match name {
            KEY => said.idempotency_key = Some(format!("api:{text}")),
            _ => said.if_match = Some(text),
        }
    }
    said
}
