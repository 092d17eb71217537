//! Errors on their way to the browser.

use crate::components::ProblemPage;
use crate::shell::Shell;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
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

tokio::task_local! {
    /// Names the request in the log and on a problem page.
    pub(crate) static REQUEST_ID: String;
}

fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// What is away comes back: programs are told when to try again.
fn with_retry(kind: ErrorKind, mut answer: Response) -> Response {
    let seconds = match kind {
        ErrorKind::Unavailable => "5",
        ErrorKind::TooMany => "30",
        _ => return answer,
    };
    answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static(seconds));
    answer
}

/// The error as a page within `shell`.
pub(crate) fn drawn(error: Error, shell: Shell) -> Response {
    let (status, title) = (status_of(&error), title(error.kind));
    let page =
        ProblemPage { shell, code: error.code, title: title.into(), cause: error.cause, remedy: error.remedy, request_id: request_id() };
    match askama::Template::render(&page) {
        Ok(html) => with_retry(error.kind, (status, Html(html)).into_response()),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "The problem page could not be drawn.").into_response(),
    }
}

/// The error where there is no session to take a frame from: a page without a menu, or JSON for programs.
pub(crate) fn bare(error: Error, wants_json: bool, path: &str) -> Response {
    let error = told(error, path);
    if wants_json || crate::api::for_programs(path) {
        return plain(&error);
    }
    let shell = Shell { title: title(error.kind).into(), path: path.to_owned(), ..Shell::default() };
    drawn(error, shell)
}

/// What the visitor is told: details of a failure of ours go to the log instead.
pub(crate) fn told(error: Error, path: &str) -> Error {
    if error.kind != ErrorKind::Internal {
        return error;
    }
    tracing::error!(code = error.code, cause = error.cause, path, "request failed");
    Error { cause: "The server could not finish this.".into(), ..error }
}

/// The error that an answer carries: ours, or what the framework refused before our code was reached (a wrong method, an id that
/// is no number, a form without a field), put into words. The answer itself where nothing went wrong.
pub(crate) async fn error_of(response: Response) -> Result<Response, Error> {
    if let Some(error) = response.extensions().get::<Error>() {
        return Err(error.clone());
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let by_framework = kind.is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !response.status().is_client_error() || !by_framework {
        return Ok(response);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = response.headers().get(header::ALLOW).and_then(|a| a.to_str().ok()).unwrap_or("another method").to_owned();
        let cause = format!("This address does not take requests of this method, only {allowed}. Nothing was changed.");
        return Err(Error::invalid(WRONG_METHOD, cause, "Go to the page by the menu and use its form."));
    }
    let said = axum::body::to_bytes(response.into_body(), 4_096).await.unwrap_or_default();
    Err(refusal(&String::from_utf8_lossy(&said)))
}

/// Code of a request whose method the address does not take; answered with status 405.
pub(crate) const WRONG_METHOD: &str = "request.method";

fn refusal(said: &str) -> Error {
    let detail = said.split_once(": ").map_or(said, |(_, detail)| detail).trim_end_matches('.');
    if said.starts_with("Invalid URL") {
        let cause = format!("This address leads nowhere: {detail}.");
        return Error::invalid("request.address", cause, "Check the address: ids are whole numbers. Or go there by the menu.");
    }
    if said.contains("query string") {
        let cause = format!("The part of the address after the “?” cannot be read: {detail}.");
        return Error::invalid("request.query", cause, "Correct it, or leave that part out to see the page without filters.");
    }
    let cause = format!("The form cannot be read: {detail}. Nothing was changed.");
    Error::invalid("request.form", cause, "Reload the page, fill in every field and send it again.")
}

/// The error as a problem document (RFC 9457).
pub(crate) fn plain(error: &Error) -> Response {
    let status = status_of(error);
    with_retry(error.kind, crate::api::problem_response(error, status, &crate::api::problem_body(error, status)))
}

/// A wrong method keeps its own status, which programs look for.
fn status_of(error: &Error) -> StatusCode {
    if error.code == WRONG_METHOD { StatusCode::METHOD_NOT_ALLOWED } else { status(error.kind) }
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
