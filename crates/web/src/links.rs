//! Routes that a signed link opens, for people who have no account here: no session, no cookie, no CSRF token. The signature in the
//! address is what lets them in, so the handler checks it before anything else; addresses that ask too fast are turned away.

use crate::app::App;
use crate::problem;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use rounds_kernel::Error;
use std::net::SocketAddr;

/// Their forms are small.
const FORM_LIMIT: usize = 64 << 10;

/// Limits and words around the handler.
pub(crate) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let wants_json = problem::wants_json(request.headers());
    // The address holds a token: it is not repeated on the page.
    let path = "/";
    let direct = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let from = crate::security::address(&app, request.headers(), direct);
    if let Err(e) = app.0.limits.link(&from) {
        return problem::bare(e, wants_json, path);
    }
    let request = match whole(request).await {
        Ok(request) => request,
        Err(e) => return problem::bare(e, wants_json, path),
    };
    let mut response = match problem::error_of(next.run(request).await).await {
        Ok(response) => response,
        Err(e) => problem::bare(e, wants_json, path),
    };
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}

/// Reads a small body whole.
async fn whole(request: Request) -> Result<Request, Error> {
    if request.method() != Method::POST {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| {
        Error::invalid("form.too_large", "The form is too large. Nothing was changed.", "Send it again without what was added.")
    })?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
