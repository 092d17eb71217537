//! stub
use rounds_web::{App, Visitor, WebResult};
use axum::extract::State;
pub(super) async fn list(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) async fn uncovered(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) async fn fill(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
pub(super) async fn one(State(_): State<App>, _v: Visitor) -> WebResult { Err(rounds_kernel::Error::not_found("page").into()) }
/// x
pub fn panel() {}
/// x
pub fn samples() -> Vec<(&'static str, String)> { vec![] }
