//! Answers to programs: JSON, and RFC 9457 problems.

use crate::problem;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds_kernel::{Error, ErrorKind};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What is wrong with one field of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field, e.g. `/channel`.
    pub field: String,
    /// What is wrong.
    pub detail: String,
}

impl FieldError {
    /// An error of the field at `at`; the empty pointer is the whole request.
    pub fn new(at: &str, detail: impl Into<String>) -> Self {
        Self { field: at.to_owned(), detail: detail.into() }
    }
}

/// A failure on its way out, with its own status where the kinds of the house are too coarse.
#[derive(Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    pub error: Error,
    pub fields: Vec<FieldError>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let status = match error.code.as_str() {
            "api.changed" => StatusCode::PRECONDITION_FAILED,
            "api.not_acceptable" => StatusCode::NOT_ACCEPTABLE,
            "api.media_type" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "api.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "fhir.unreadable" => StatusCode::UNPROCESSABLE_ENTITY,
            code if code.starts_with("import.") && error.kind == ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            problem::WRONG_METHOD => StatusCode::METHOD_NOT_ALLOWED,
            _ => problem::status(error.kind),
        };
        Self { status, error, fields: Vec::new() }
    }
}

impl Failure {
    /// A request whose fields are wrong.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let first = fields.first().map_or_else(String::new, |f| {
            let name = if f.field.is_empty() { "The request" } else { f.field.trim_start_matches('/') };
            format!("{name} {}. ", f.detail)
        });
        let error =
            Error::invalid("api.fields", format!("{first}Nothing was changed."), "Correct the fields named in “errors” and send it again.");
        Self { status: StatusCode::BAD_REQUEST, error, fields }
    }

    pub fn into_response(self, path: &str) -> Response {
        let error = problem::told(self.error, path);
        let mut body = problem_body(&error, self.status);
        if !self.fields.is_empty() {
            body["errors"] = serde_json::to_value(&self.fields).unwrap_or_default();
        }
        problem_response(&error, self.status, &body)
    }
}

/// The members of a problem document (RFC 9457): `type`, `title`, `status`, `detail`, and ours: `code` and `remedy`.
pub fn problem_body(error: &Error, status: StatusCode) -> Value {
    json!({
        "type": "/api#problems",
        "title": problem::title(error.kind),
        "status": status.as_u16(),
        "detail": error.cause,
        "code": error.code,
        "remedy": error.remedy,
    })
}

pub(crate) fn problem_response(error: &Error, status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    match error.kind {
        ErrorKind::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"rounds\""));
        }
        ErrorKind::TooMany => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        _ => {}
    }
    response
}

/// The answer of an operation that went well: `value` with its tag, or nothing for `null`.
pub(super) fn good(status: StatusCode, value: &Value, location: Option<String>, known: Option<&str>) -> Response {
    if value.is_null() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let text = value.to_string();
    let tag = tag_of(text.as_bytes());
    if status == StatusCode::OK && known.is_some_and(|k| k.split(',').any(|t| t.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let mut response = (status, [(header::CONTENT_TYPE, "application/json"), (header::ETAG, tag.as_str())], text).into_response();
    if let Some(location) = location.and_then(|l| HeaderValue::try_from(l).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The entity tag of a representation.
pub(super) fn tag_of(bytes: &[u8]) -> String {
    format!("\"{}\"", &blake3::hash(bytes).to_hex()[..32])
}
