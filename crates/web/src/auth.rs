//! The door: signing in and out.

use crate::app::{Account, Attempt, Directory};
use crate::components::{SignInPage, SignedOutPage};
use crate::door::Door;
use crate::route::Route;
use crate::visitor::{Visitor, local, page};
use crate::{App, Problem, Shell, WebResult};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum_login::{AuthUser, AuthnBackend};
use rounds_kernel::{Error, Permission, Time, UserId};
use serde::Deserialize;
use std::sync::Arc;

/// A signed-in user as axum-login keeps it.
#[derive(Debug, Clone)]
pub struct Member(pub Account);

impl AuthUser for Member {
    type Id = i64;

    fn id(&self) -> i64 {
        self.0.id.0
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.0.stamp
    }
}

/// Asks the directory.
#[derive(Clone)]
pub struct Backend(pub Arc<dyn Directory>);

/// What the door form sends.
#[derive(Debug, Clone, Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
    #[serde(skip)]
    address: String,
    #[serde(skip)]
    now: Time,
}

impl AuthnBackend for Backend {
    type User = Member;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, c: Credentials) -> Result<Option<Member>, Error> {
        let attempt = Attempt { email: c.email, password: c.password, address: c.address, now: c.now };
        Ok(self.0.authenticate(&attempt).await?.map(Member))
    }

    async fn get_user(&self, id: &i64) -> Result<Option<Member>, Error> {
        Ok(self.0.account(UserId(*id)).await?.map(Member))
    }
}

pub(crate) type AuthSession = axum_login::AuthSession<Backend>;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/", Permission::Open, home),
        Route::get("/sign-in", Permission::Open, door),
        Route::post("/sign-in", Permission::Open, sign_in),
        Route::post("/sign-out", Permission::SignedIn, sign_out),
    ]
}

async fn home(visitor: Visitor) -> Redirect {
    Redirect::to(if visitor.signed_in { visitor.home() } else { "/sign-in" })
}

#[derive(Deserialize)]
struct DoorQuery {
    #[serde(default)]
    next: String,
}

async fn door(State(app): State<App>, visitor: Visitor, auth: AuthSession, Query(q): Query<DoorQuery>) -> WebResult {
    if visitor.signed_in {
        return Ok(Redirect::to(local(&q.next)).into_response());
    }
    page(&door_page(&app, &visitor, &auth, String::new(), q.next, None).await?)
}

async fn door_page(
    app: &App,
    visitor: &Visitor,
    auth: &AuthSession,
    email: String,
    next: String,
    error: Option<String>,
) -> Result<SignInPage, Error> {
    let sign_on = auth.backend.0.sign_on().await?;
    Ok(SignInPage { shell: visitor.shell(app, "Sign in"), email, next, error, sign_on, demo: app.config().demo.clone() })
}

async fn sign_in(State(app): State<App>, visitor: Visitor, mut door: Door, auth: AuthSession, Form(mut c): Form<Credentials>) -> WebResult {
    app.limit_door(&door.address(), &c.email)?;
    c.address = door.address();
    c.now = visitor.now;
    let (email, next) = (c.email.clone(), c.next.clone());
    match auth.authenticate(c).await.map_err(failed)? {
        Some(member) => door.admit(member.0, &next).await,
        None => {
            let error = "E-mail and password do not match. Nothing was changed; try again, or ask for a new password below.";
            let shown = page(&door_page(&app, &visitor, &auth, email, next, Some(error.into())).await?)?;
            Ok((StatusCode::UNAUTHORIZED, shown).into_response())
        }
    }
}

/// Ends the session; whoever came from an identity provider is sent on there. By a page, because browsers let no form lead to
/// another site under our content policy.
async fn sign_out(door: Door, mut auth: AuthSession) -> WebResult {
    let provider = door.leaves_at().await;
    auth.logout().await.map_err(failed)?;
    let Some(provider) = provider else { return Ok(Redirect::to("/sign-in").into_response()) };
    let onward = HeaderValue::try_from(format!("1; url={provider}")).map_err(Error::internal)?;
    let shell = Shell { title: "Signed out".into(), path: "/sign-in".into(), ..Shell::default() };
    let mut shown = page(&SignedOutPage { shell, provider })?;
    shown.headers_mut().insert("refresh", onward);
    Ok(shown)
}

fn failed(e: axum_login::Error<Backend>) -> Problem {
    match e {
        axum_login::Error::Backend(e) => Problem(e),
        axum_login::Error::Session(e) => Problem(Error::internal(e)),
    }
}
