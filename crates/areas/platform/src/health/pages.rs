//! The two addresses.

use super::queries::{gauges, worker_age};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rounds_kernel::Error;
use rounds_store::{Engine, Query};
use rounds_web::{Address, App, WebResult};
use serde_json::json;
use std::time::Duration;

/// A database that takes longer is not well.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn healthz(State(app): State<App>) -> Response {
    let now = app.runner().now();
    let asked = async {
        let applied = app.db().number("SELECT COUNT(*) FROM seaql_migrations", vec![]).await?;
        Ok::<_, Error>((applied, worker_age(app.db(), now).await?))
    };
    let (status, database, applied, age) = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok((applied, age))) => (StatusCode::OK, "ok".to_owned(), applied, age),
        Ok(Err(e)) => (StatusCode::SERVICE_UNAVAILABLE, e.code, 0, None),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "slow".to_owned(), 0, None),
    };
    let engine = if app.db().engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
    let worker = match age {
        Some(seconds) if seconds <= 60 => "ok",
        Some(_) => "silent",
        None => "not seen",
    };
    let body = json!({
        "status": if status == StatusCode::OK { "ok" } else { "unavailable" },
        "database": database, "engine": engine, "migrations": applied, "worker": worker, "version": env!("CARGO_PKG_VERSION"),
    });
    let mut answer = (status, Json(body)).into_response();
    if status != StatusCode::OK {
        answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    }
    answer
}

pub(super) async fn metrics(State(app): State<App>, address: Address, headers: HeaderMap) -> WebResult {
    let config = app.config();
    let given = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let by_token = config.metrics_token.as_deref().zip(given).is_some_and(|(t, g)| rounds_web::secret::equal(t, g));
    let here = !config.behind_proxy && address.0.is_some_and(|a| a.is_loopback()) && !headers.contains_key("x-forwarded-for");
    if !by_token && !here {
        return Err(Error::not_found("page").into());
    }
    let mut text = rounds_web::metrics_text();
    text.push_str(&gauges(app.db(), app.runner().now()).await?);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
