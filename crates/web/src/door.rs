//! The door as other capabilities use it: who is half-way in, and letting someone in.

use crate::app::{Account, Directory};
use crate::auth::{AuthSession, Member};
use crate::security::Address;
use crate::session::{ABOUT_KEY, BEGUN_KEY};
use crate::visitor::local;
use crate::{App, Problem, WebResult};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect};
use rounds_kernel::{Error, Permission, Result, Time, UserId};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tower_sessions::Session;

const PENDING_KEY: &str = "pending";
const LEAVE_KEY: &str = "leave";
/// Whoever gave the password has this long for the second factor.
const PENDING_MINUTES: i64 = 10;

/// What is asked for after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// Nothing more.
    NotNeeded,
    /// A code of the app that was set up.
    Code,
    /// Setting up an app, because the role must have one.
    Enrol,
}

/// Someone who gave the right password and still owes the second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// The user.
    pub user: UserId,
    /// Where they wanted to go.
    pub next: String,
    /// Until when the second factor is waited for.
    pub until: Time,
}

/// The door. Handlers take it as an argument.
pub struct Door {
    app: App,
    auth: AuthSession,
    session: Session,
    address: Address,
    agent: String,
}

impl FromRequestParts<App> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Problem> {
        let missing = || Problem(Error::internal("a handler ran without its session"));
        let auth = parts.extensions.get::<AuthSession>().cloned().ok_or_else(missing)?;
        let session = parts.extensions.get::<Session>().cloned().ok_or_else(missing)?;
        let Ok(address) = Address::from_request_parts(parts, app).await;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|a| a.to_str().ok()).unwrap_or_default();
        let agent = agent.chars().filter(|c| !c.is_control()).take(160).collect();
        Ok(Self { app: app.clone(), auth, session, address, agent })
    }
}

impl Door {
    /// Who may sign in.
    pub fn directory(&self) -> Arc<dyn Directory> {
        self.auth.backend.0.clone()
    }

    /// Where the request comes from.
    pub fn address(&self) -> String {
        self.address.0.map(|a| a.to_string()).unwrap_or_default()
    }

    /// Name of the visitor's session in lists of sessions.
    pub fn session_name(&self) -> Option<String> {
        self.session.id().map(|id| crate::session::key(&id))
    }

    /// Lets in who proved who they are, or asks for the second factor that is still owed.
    ///
    /// # Errors
    /// Of the database.
    pub async fn admit(&mut self, account: Account, next: &str) -> WebResult {
        let to = match self.directory().second(&account).await? {
            Second::NotNeeded => return self.enter(account, next).await,
            Second::Code => "/sign-in/code",
            Second::Enrol => "/sign-in/enrol",
        };
        let until = self.app.runner().now().plus_minutes(PENDING_MINUTES);
        let pending = Pending { user: account.id, next: local(next).to_owned(), until };
        self.session.insert(PENDING_KEY, pending).await.map_err(Error::internal)?;
        Ok(Redirect::to(to).into_response())
    }

    /// Who is half-way in.
    ///
    /// # Errors
    /// `sign_in.no_password` when nobody gave a password lately.
    pub async fn pending(&self) -> Result<Pending> {
        let found: Option<Pending> = self.session.get(PENDING_KEY).await.map_err(Error::internal)?;
        found.filter(|p| p.until >= self.app.runner().now()).ok_or_else(|| {
            Error::invalid(
                "sign_in.no_password",
                "Nobody gave a password in this browser lately.",
                "Sign in with e-mail and password first.",
            )
        })
    }

    /// Signs in: a new session id, so that a planted cookie is worth nothing, and a new token for forms.
    ///
    /// # Errors
    /// Of the database.
    pub async fn enter(&mut self, account: Account, next: &str) -> WebResult {
        let now = self.app.runner().now();
        let failed = |e: axum_login::Error<crate::auth::Backend>| Problem(Error::internal(e));
        let member = Member(account);
        self.auth.login(&member).await.map_err(failed)?;
        // The forms' token was known to whoever planted the cookie: the next page makes a new one.
        self.session.remove::<String>(crate::guard::CSRF_KEY).await.map_err(Error::internal)?;
        self.session.remove::<Pending>(PENDING_KEY).await.map_err(Error::internal)?;
        let about = format!("{} · {}", self.address(), self.agent);
        self.session.insert(BEGUN_KEY, now.0 / 1_000_000).await.map_err(Error::internal)?;
        self.session.insert(ABOUT_KEY, about).await.map_err(Error::internal)?;
        self.directory().entered(&member.0, now).await?;
        self.app.runner().run(&member.0.actor, SignIn { address: self.address() }).await?;
        Ok(Redirect::to(local(next)).into_response())
    }

    /// Signs the present user in anew after a change of theirs that ended all sessions, this one included.
    ///
    /// # Errors
    /// Of the database.
    pub async fn renew(&mut self, user: UserId) -> Result<()> {
        let Some(account) = self.directory().account(user).await? else { return Ok(()) };
        self.auth.login(&Member(account)).await.map_err(Error::internal)?;
        self.session.remove::<String>(crate::guard::CSRF_KEY).await.map_err(Error::internal)?;
        Ok(())
    }

    /// Remembers, sealed, where whoever leaves is sent on to: an address of the identity provider that let them in.
    ///
    /// # Errors
    /// `keys.missing` without a lasting key.
    pub async fn leave_at(&self, address: &str) -> Result<()> {
        let sealed = crate::secret::seal(self.app.runner().keys(), LEAVE_KEY, address)?;
        self.session.insert(LEAVE_KEY, sealed).await.map_err(Error::internal)
    }

    /// Where whoever leaves is sent on to, if anywhere.
    pub(crate) async fn leaves_at(&self) -> Option<String> {
        let sealed: Option<String> = self.session.get(LEAVE_KEY).await.ok()?;
        crate::secret::open(self.app.runner().keys(), LEAVE_KEY, &sealed?).ok()
    }

    /// The session's place for what a flow must remember between two requests.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// Someone signed in: no change but an entry in the audit log.
#[derive(Debug, Serialize)]
struct SignIn {
    address: String,
}

impl Command for SignIn {
    const NAME: &'static str = "web.sign_in";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
}
