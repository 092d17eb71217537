//! The second factor at the door.

use super::commands::{Confirm, Start, UseCode};
use super::model::{Shown, sample, shown};
use super::store::state_of;
use crate::passwords::Guard;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use rounds_kernel::{Error, Result};
use rounds_web::{Account, App, Door, Pending, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "second_factor/templates/code.html")]
struct CodePage {
    shell: Shell,
    error: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "second_factor/templates/enrol.html")]
struct EnrolPage {
    shell: Shell,
    shown: Option<Shown>,
    error: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "second_factor/templates/codes.html")]
pub(crate) struct CodesPage {
    pub shell: Shell,
    pub codes: Vec<String>,
    pub next: String,
}

#[derive(Deserialize)]
pub(super) struct Given {
    code: String,
}

async fn waiting(door: &Door) -> Result<(Pending, Account)> {
    let pending = door.pending().await?;
    let account = door.directory().account(pending.user).await?.ok_or_else(|| Error::not_found("user"))?;
    Ok((pending, account))
}

/// Who comes without a password goes to the door instead.
async fn or_door<T>(found: Result<T>) -> std::result::Result<T, axum::response::Response> {
    found.map_err(|_| Redirect::to("/sign-in").into_response())
}

pub(super) async fn code(State(app): State<App>, visitor: Visitor, door: Door) -> WebResult {
    match or_door(door.pending().await).await {
        Ok(_) => page(&CodePage { shell: visitor.shell(&app, "Second factor"), error: None }),
        Err(away) => Ok(away),
    }
}

pub(super) async fn check(State(app): State<App>, visitor: Visitor, mut door: Door, Form(f): Form<Given>) -> WebResult {
    let (pending, account) = waiting(&door).await?;
    let address = door.address();
    let name = format!("code of user {}", pending.user);
    let guard = Guard::new(app.db(), visitor.now, &name, &address);
    guard.check().await?;
    match app.runner().run(&account.actor, UseCode { user: pending.user, code: f.code }).await {
        Ok(()) => {
            guard.succeeded().await?;
            door.enter(account, &pending.next).await
        }
        Err(e) if e.code == "second_factor.wrong" => {
            guard.failed().await?;
            let error = Some(format!("{} {}", e.cause, e.remedy));
            let shown = page(&CodePage { shell: visitor.shell(&app, "Second factor"), error })?;
            Ok((axum::http::StatusCode::UNAUTHORIZED, shown).into_response())
        }
        Err(e) => Err(e.into()),
    }
}

async fn being_set_up(app: &App, account: &Account) -> Result<Option<Shown>> {
    let user = crate::users::by_id(app.db(), account.id).await?.ok_or_else(|| Error::not_found("user"))?;
    match state_of(app.db(), account.id).await?.filter(|f| f.confirmed_at.is_none()) {
        Some(f) => shown(app.runner().keys(), &f.secret, &user.email).map(Some),
        None => Ok(None),
    }
}

pub(super) async fn enrol(State(app): State<App>, visitor: Visitor, door: Door) -> WebResult {
    let (_, account) = match or_door(waiting(&door).await).await {
        Ok(found) => found,
        Err(away) => return Ok(away),
    };
    let shown = being_set_up(&app, &account).await?;
    page(&EnrolPage { shell: visitor.shell(&app, "Set up the second factor"), shown, error: None })
}

pub(super) async fn start(State(app): State<App>, door: Door) -> WebResult {
    let (pending, account) = waiting(&door).await?;
    app.runner().run(&account.actor, Start { user: pending.user }).await?;
    Ok(Redirect::to("/sign-in/enrol").into_response())
}

pub(super) async fn confirm(State(app): State<App>, visitor: Visitor, mut door: Door, Form(f): Form<Given>) -> WebResult {
    let (pending, account) = waiting(&door).await?;
    match app.runner().run(&account.actor, Confirm { user: pending.user, code: f.code }).await {
        Ok(codes) => {
            let shell = visitor.shell(&app, "Recovery codes");
            let next = pending.next.clone();
            // The session is entered; its new id travels with this page's answer.
            door.enter(account, &next).await?;
            page(&CodesPage { shell, codes, next })
        }
        Err(e) if e.code == "second_factor.wrong" => {
            let shown = being_set_up(&app, &account).await?;
            let error = Some(format!("{} {}", e.cause, e.remedy));
            page(&EnrolPage { shell: visitor.shell(&app, "Set up the second factor"), shown, error })
        }
        Err(e) => Err(e.into()),
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let shell = |t: &str| Shell { user: None, nav: Vec::new(), ..Shell::sample(t) };
    let code = CodePage { shell: shell("Second factor"), error: Some("This code is not right. <b>".into()) };
    let enrol = |shown| EnrolPage { shell: shell("Set up the second factor"), shown, error: None };
    let codes = CodesPage { shell: shell("Recovery codes"), codes: vec!["K7QPM-2XWTA".into(); 10], next: "/queue".into() };
    let draw = |t: &dyn Fn() -> askama::Result<String>| t().unwrap_or_default();
    use askama::Template;
    vec![
        ("second factor", draw(&|| code.render())),
        ("second factor, not started", draw(&|| enrol(None).render())),
        ("second factor, being set up", draw(&|| enrol(Some(sample())).render())),
        ("recovery codes", draw(&|| codes.render())),
    ]
}
