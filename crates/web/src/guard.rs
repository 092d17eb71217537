//! What stands before every handler: sign-in, permission, CSRF; and what turns an error into a page.

use crate::auth::AuthSession;
use crate::visitor::Visitor;
use crate::{App, problem};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use rounds_kernel::{Actor, Error, ErrorKind, Permission, Result, Role, Scope};
use tower_sessions::Session;

/// Forms are small; files come as multipart and have their own limit.
const FORM_LIMIT: usize = 1 << 20;
pub(crate) const CSRF_KEY: &str = "csrf";
const FLASH_KEY: &str = "flash";

/// Checks the visitor before the handler runs and draws the problem page if anything fails.
pub(crate) async fn check(
    State((app, permission, route)): State<(App, Permission, &'static str)>,
    auth: AuthSession,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let (began, method) = (app.runner().now(), request.method().clone());
    let answer = answered(&app, permission, auth, session, request, next).await;
    crate::metrics::request(route, method.as_str(), answer.status().as_u16(), app.runner().now().0 - began.0);
    answer
}

async fn answered(app: &App, permission: Permission, auth: AuthSession, session: Session, request: Request, next: Next) -> Response {
    let wants_json = problem::wants_json(request.headers());
    let path = request.uri().path().to_owned();
    if path.starts_with("/assets/") || matches!(path.as_str(), "/health" | "/healthz" | "/metrics") {
        // No session is made for what needs none.
        return match problem::error_of(next.run(request).await).await {
            Ok(response) => response,
            Err(e) => problem::bare(e, wants_json, &path),
        };
    }
    if auth.user.is_none() && permission != Permission::Open {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        return if reads && !wants_json { to_door(&request) } else { problem::bare(unauthenticated(), wants_json, &path) };
    }
    let shows_page = shows_page(&request);
    let visitor = match visitor(app, &auth, &session, &path, shows_page).await {
        Ok(v) => v,
        Err(e) => return problem::bare(e, wants_json, &path),
    };
    let response = match admit(permission, &visitor, &session, request).await {
        Ok(request) => next.run(request).await,
        Err(e) => problem::carry(e),
    };
    dress(app, &visitor, response, wants_json, &path).await
}

/// The answer for addresses that do not exist.
pub(crate) async fn nothing_here(State(app): State<App>, auth: AuthSession, session: Session, request: Request) -> Response {
    let wants_json = problem::wants_json(request.headers());
    let path = request.uri().path().to_owned();
    let shows_page = shows_page(&request);
    match visitor(&app, &auth, &session, &path, shows_page).await {
        Ok(v) => dress(&app, &v, problem::carry(Error::not_found("page")), wants_json, &path).await,
        Err(e) => problem::bare(e, wants_json, &path),
    }
}

async fn admit(permission: Permission, visitor: &Visitor, session: &Session, request: Request) -> Result<Request> {
    // No id holds a NUL character, and PostgreSQL takes none as text.
    if request.uri().path().contains("%00") {
        return Err(Error::not_found("page"));
    }
    readable(request.uri().query().unwrap_or_default().as_bytes())?;
    let mut request = if request.method() == Method::POST { checked_form(visitor, request).await? } else { request };
    visitor.actor.require(permission)?;
    request.extensions_mut().insert(visitor.clone());
    request.extensions_mut().insert(session.clone());
    Ok(request)
}

async fn visitor(app: &App, auth: &AuthSession, session: &Session, path: &str, shows_page: bool) -> Result<Visitor> {
    let csrf = csrf_token(session).await?;
    let flash = if shows_page { waiting(session).await? } else { None };
    let actor = auth.user.as_ref().map(|u| u.0.actor.clone());
    let signed_in = actor.is_some();
    let locale = auth.user.as_ref().map(|u| u.0.locale).unwrap_or_default();
    let actor = actor.unwrap_or_else(nobody);
    let simulated = rounds_store::settings::get(app.db(), rounds_store::settings::SIMULATED).await?.is_some();
    Ok(Visitor { actor, signed_in, csrf, locale, flash, simulated, path: path.to_owned(), now: app.runner().now() })
}

/// The waiting message, which is shown once. A session is written only if there was one: each write makes all readers of an embedded
/// database read again what they had at hand.
async fn waiting(session: &Session) -> Result<Option<crate::Flash>> {
    let flash = session.get(FLASH_KEY).await.map_err(Error::internal)?;
    if flash.is_some() {
        session.remove_value(FLASH_KEY).await.map_err(Error::internal)?;
    }
    Ok(flash)
}

/// Whether the answer is a page that can show the waiting message; live streams and assets leave it for the next page.
fn shows_page(request: &Request) -> bool {
    let stream = request.headers().get(header::ACCEPT).is_some_and(|a| a.as_bytes().starts_with(b"text/event-stream"));
    request.method() == Method::GET && !stream && !request.uri().path().starts_with("/assets/")
}

fn nobody() -> Actor {
    // Holds no user and no rows; `Open` routes ask for no permission.
    Actor { user: None, name: "nobody".into(), role: Role::FieldRep, scope: Scope::CoveredBy(Vec::new()), zone: "UTC".into() }
}

/// Makes the session's token on first need.
async fn csrf_token(session: &Session) -> Result<String> {
    if let Some(token) = session.get::<String>(CSRF_KEY).await.map_err(Error::internal)? {
        return Ok(token);
    }
    let token = crate::secret::token()?;
    session.insert(CSRF_KEY, &token).await.map_err(Error::internal)?;
    Ok(token)
}

/// Reads the token from the form (or, for uploads, from the address) and compares it with the session's.
async fn checked_form(visitor: &Visitor, request: Request) -> Result<Request> {
    let (parts, body) = request.into_parts();
    let upload = parts.headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"multipart/form-data"));
    let from_header = parts.headers.get("x-csrf-token").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let from_query = parts.uri.query().and_then(|q| pair(q.as_bytes(), "csrf"));
    if upload {
        same(visitor, from_header.or(from_query))?;
        return Ok(Request::from_parts(parts, body));
    }
    let bytes: Bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| {
        Error::invalid("form.too_large", "The form is larger than 1 MB. Nothing was changed.", "Shorten the text and send it again.")
    })?;
    same(visitor, from_header.or_else(|| pair(&bytes, "csrf")))?;
    readable(&bytes)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Refuses NUL, which no text holds and PostgreSQL does not keep.
fn readable(bytes: &[u8]) -> Result<()> {
    if form_urlencoded::parse(bytes).any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        let cause = "A field holds a NUL character, which is no text. Nothing was changed.";
        return Err(Error::invalid("form.binary", cause, "Type the text again instead of pasting it."));
    }
    Ok(())
}

fn pair(bytes: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(bytes).find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

fn same(visitor: &Visitor, token: Option<String>) -> Result<()> {
    if token.is_some_and(|t| crate::secret::equal(&t, &visitor.csrf)) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Forbidden,
        "form.stale",
        "This form does not belong to your present session: you may have signed in again since, or another site sent it. Nothing was changed.",
        "Reload the page and do it again.",
    ))
}

fn to_door(request: &Request) -> Response {
    let next = request.uri().path_and_query().map_or("/", |p| p.as_str());
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

fn unauthenticated() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "access.sign_in",
        "Nobody is signed in. Nothing was changed.",
        "Sign in at /sign-in and do it again.",
    )
}

/// Draws a carried error as a problem page in the visitor's frame, or as JSON for programs.
async fn dress(app: &App, visitor: &Visitor, response: Response, wants_json: bool, path: &str) -> Response {
    let error = match problem::error_of(response).await {
        Ok(response) => return response,
        Err(e) => problem::told(e, path),
    };
    if wants_json || crate::api::for_programs(path) {
        return problem::plain(&error);
    }
    let shell = visitor.shell(app, problem::title(error.kind));
    problem::drawn(error, shell)
}

/// Keeps a message for the next page.
pub(crate) async fn set_flash(session: &Session, flash: &crate::shell::Flash) -> Result<()> {
    session.insert(FLASH_KEY, flash).await.map_err(Error::internal)
}
