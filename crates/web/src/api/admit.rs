//! What stands before every operation: a key or a session, its permission, and the session's token for changes.

use super::answer::Failure;
use super::operation::translated;
use crate::auth::AuthSession;
use crate::{App, guard, secret};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rounds_kernel::{Actor, Error, ErrorKind, Permission, Result};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower_sessions::Session;

/// Who holds a key, as the directory knows them.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    /// Number of the key.
    pub key: i64,
    /// The user in whose name it acts, with role and scope as of now, the scope perhaps narrowed by the key.
    pub actor: Actor,
    /// What the key may do, of what the role may.
    pub permissions: Vec<Permission>,
}

/// Who calls.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub actor: Actor,
    /// The key, if it was one.
    pub key: Option<i64>,
    /// What the key allows; everything the role may for a session.
    permissions: Option<Arc<[Permission]>>,
}

impl Caller {
    pub fn allows(&self, permission: Permission) -> bool {
        let always = matches!(permission, Permission::Open | Permission::SignedIn);
        always || self.permissions.as_ref().is_none_or(|ps| ps.contains(&permission))
    }
}

/// How fast one key may ask.
pub(crate) struct Limits {
    keys: DefaultKeyedRateLimiter<i64>,
    asked: AtomicU64,
}

impl Limits {
    /// So many requests a second for each key in the long run; 0 stands for 50.
    pub fn new(per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN.saturating_add(49));
        let quota = Quota::per_second(per_second).allow_burst(per_second.saturating_mul(NonZeroU32::MIN.saturating_add(3)));
        Self { keys: RateLimiter::keyed(quota), asked: AtomicU64::new(0) }
    }

    fn admit(&self, key: i64) -> Result<()> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % 4_096 == 4_095 {
            self.keys.retain_recent();
        }
        let cause = "There were too many requests with this key. Nothing was changed.";
        self.keys.check_key(&key).map_err(|_| Error::new(ErrorKind::TooMany, "limit.key", cause, "Wait a minute, then go on slower."))
    }
}

/// Checks who calls before the operation runs; every failure is a problem document.
pub(crate) async fn admit(
    State((app, permission)): State<(App, Permission)>,
    auth: AuthSession,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let caller = match caller(&app, &auth, &session, request.method(), request.headers(), permission).await {
        Ok(caller) => caller,
        Err(e) => return Failure::from(e).into_response(&path),
    };
    request.extensions_mut().insert(caller);
    translated(next.run(request).await, &path).await
}

async fn caller(
    app: &App,
    auth: &AuthSession,
    session: &Session,
    method: &Method,
    headers: &HeaderMap,
    permission: Permission,
) -> Result<Caller> {
    let caller = match headers.get(header::AUTHORIZATION) {
        Some(given) => by_key(app, given.to_str().unwrap_or_default()).await?,
        None => by_session(auth, session, method, headers).await?,
    };
    caller.actor.require(permission)?;
    if !caller.allows(permission) {
        return Err(Error::new(
            ErrorKind::Forbidden,
            "key.forbidden",
            format!("This key does not allow it: {}. Nothing was changed.", permission.label()),
            "Use a key that may, or ask an administrator for one.",
        ));
    }
    Ok(caller)
}

async fn by_key(app: &App, given: &str) -> Result<Caller> {
    let refused = || {
        let cause = "This key is not known, or it has ended. Nothing was changed.";
        Error::new(ErrorKind::Unauthenticated, "key.unknown", cause, "Send “Authorization: Bearer” with a key that is in force.")
    };
    let (scheme, token) = given.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    let holder = app.directory().key(token.trim(), app.runner().now()).await?.ok_or_else(refused)?;
    app.0.keys.admit(holder.key)?;
    Ok(Caller { actor: holder.actor, key: Some(holder.key), permissions: Some(holder.permissions.into()) })
}

/// A page's own script may call too: with its session, and for changes with the session's token.
async fn by_session(auth: &AuthSession, session: &Session, method: &Method, headers: &HeaderMap) -> Result<Caller> {
    let Some(user) = &auth.user else {
        let cause = "The request carries no key. Nothing was changed.";
        return Err(Error::new(ErrorKind::Unauthenticated, "access.sign_in", cause, "Send “Authorization: Bearer” with a key from /keys."));
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        let token = headers.get("x-csrf-token").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let own: Option<String> = session.get(guard::CSRF_KEY).await.map_err(Error::internal)?;
        if !own.is_some_and(|own| secret::equal(&own, token)) {
            let cause = "A change by a browser's session needs the session's token. Nothing was changed.";
            return Err(Error::new(ErrorKind::Forbidden, "form.stale", cause, "Send the form's token as “X-CSRF-Token”, or use a key."));
        }
    }
    Ok(Caller { actor: user.0.actor.clone(), key: None, permissions: None })
}
