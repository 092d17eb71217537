//! Errors on their way to the browser.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds_kernel::{Error, ErrorKind};

/// An error returned by a handler; the guard draws it as a page.
#[derive(Debug)]
pub struct Problem(pub Error);

/// Result of a handler.
pub type WebResult<T = Response> = Result<T, Problem>;

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        Self(e)
    }
}

impl From<askama::Error> for Problem {
    fn from(e: askama::Error) -> Self {
        Self(Error::internal(e))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        carry(self.0)
    }
}

pub(crate) fn carry(error: Error) -> Response {
    let mut response = plain(&error);
    response.extensions_mut().insert(error);
    response
}

/// The error as JSON: code, cause, remedy.
pub(crate) fn plain(error: &Error) -> Response {
    (status(error.kind), Json(serde_json::json!({ "code": error.code, "cause": error.cause, "remedy": error.remedy }))).into_response()
}

pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|a| a.as_bytes().starts_with(b"application/json"))
}

pub(crate) fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(crate) fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "That input cannot be used",
        ErrorKind::Unauthenticated => "Please sign in",
        ErrorKind::Forbidden => "Your role does not allow this",
        ErrorKind::NotFound => "Not found",
        ErrorKind::Conflict => "Someone was faster",
        ErrorKind::TooMany => "Too many requests",
        ErrorKind::Unavailable => "Not available just now",
        ErrorKind::Internal => "The server could not finish this",
    }
}
