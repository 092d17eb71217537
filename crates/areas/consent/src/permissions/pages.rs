//! stub
use rounds_web::{App, Visitor, WebResult, page};
use axum::extract::State;
pub(super) async fn overview(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) async fn people(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) async fn record(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) fn samples() -> Vec<(&'static str, String)> { vec![] }
