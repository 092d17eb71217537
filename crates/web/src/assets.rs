//! Styles, scripts and icons, built from `assets/` and embedded in the program.

use crate::route::Route;
use crate::{App, WebResult};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds_kernel::{Error, Permission};

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/dist/"]
#[allow_missing = true]
struct Dist;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/assets/{*file}", Permission::Open, asset), Route::get("/health", Permission::Open, health)]
}

async fn asset(headers: HeaderMap, Path(file): Path<String>) -> WebResult {
    let found = Dist::get(&file).ok_or_else(|| Error::not_found("asset"))?;
    let tag = format!("\"{}\"", blake3::hash(&found.data).to_hex());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|t| t.as_bytes() == tag.as_bytes()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let kind = mime_guess::from_path(&file).first_or_octet_stream();
    let headers = [(header::CONTENT_TYPE, kind.to_string()), (header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    Ok((headers, found.data.into_owned()).into_response())
}

/// Answers if the database does: for load balancers and start-up scripts.
async fn health(axum::extract::State(app): axum::extract::State<App>) -> WebResult<Response> {
    rounds_store::outbox::head(app.db()).await?;
    Ok("ok\n".into_response())
}
