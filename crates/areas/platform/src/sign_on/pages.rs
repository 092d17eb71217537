//! To the provider and back.

use super::commands::Recognise;
use super::model::{Flow, begin, finish, refused};
use crate::setup::{SignOn, link, load};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use rounds_kernel::{Actor, Error, Result};
use rounds_web::{App, Door, WebResult, local};
use serde::Deserialize;

const FLOW_KEY: &str = "sign_on";
const BACK: &str = "/sign-in/on/back";

async fn settings(app: &App) -> Result<SignOn> {
    load::<SignOn>(app.db()).await?.ready().ok_or_else(|| Error::not_found("identity provider"))
}

#[derive(Deserialize)]
pub(super) struct Away {
    #[serde(default)]
    next: String,
}

pub(super) async fn away(State(app): State<App>, door: Door, Query(q): Query<Away>) -> WebResult {
    let Ok(settings) = settings(&app).await else { return Ok(Redirect::to("/sign-in").into_response()) };
    let back = link(app.db(), BACK).await?;
    let (address, flow) = begin(&settings, app.runner().keys(), &back, local(&q.next)).await?;
    door.session().insert(FLOW_KEY, flow).await.map_err(Error::internal)?;
    Ok(Redirect::to(&address).into_response())
}

#[derive(Deserialize)]
pub(super) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(super) async fn back(State(app): State<App>, mut door: Door, Query(q): Query<Back>) -> WebResult {
    // Taken out before anything else: an answer is looked at once.
    let flow: Option<Flow> = door.session().remove(FLOW_KEY).await.map_err(Error::internal)?;
    let (Some(flow), Ok(settings)) = (flow, settings(&app).await) else { return Ok(Redirect::to("/sign-in").into_response()) };
    let state = q.state.unwrap_or_default();
    if !rounds_web::secret::equal(&state, &flow.state) || flow.issuer != settings.issuer {
        return Err(refused("the state is another").into());
    }
    let code = match (q.code, q.error) {
        (Some(code), None) => code,
        (_, error) => return Err(refused(format!("the provider said {}", error.unwrap_or_default().escape_debug())).into()),
    };
    let (address, after) = (link(app.db(), BACK).await?, link(app.db(), "/sign-in").await?);
    let next = flow.next.clone();
    let mut person = finish(&settings, app.runner().keys(), (&address, &after), flow, &code).await?;
    let leave = person.leave.take();
    let user = app.runner().run(&Actor::program("sign-on"), Recognise::new(person, &settings)).await?;
    let account = door.directory().account(user).await?.ok_or_else(|| Error::not_found("user"))?;
    if let Some(leave) = leave
        && let Err(e) = door.leave_at(&leave).await
    {
        tracing::warn!(code = e.code, cause = e.cause, "signing out will not reach the identity provider");
    }
    if settings.second_factor { door.admit(account, &next).await } else { door.enter(account, &next).await }
}

/// Pages drawn from their samples: none, the provider has its own.
pub fn samples() -> Vec<(&'static str, String)> {
    Vec::new()
}
