//! Headers that keep pages safe, and limits on how fast one address may ask.

use crate::app::WebConfig;
use crate::{App, problem};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rounds_kernel::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// The client's address; `None` when the server was not told (tests without a socket).
#[derive(Debug, Clone, Copy)]
pub struct Address(pub Option<IpAddr>);

pub(crate) struct Limits {
    all: DefaultKeyedRateLimiter<Option<IpAddr>>,
    doors: DefaultKeyedRateLimiter<Option<IpAddr>>,
    accounts: DefaultKeyedRateLimiter<String>,
    links: DefaultKeyedRateLimiter<Option<IpAddr>>,
    asked: AtomicU64,
}

/// Addresses not seen lately are forgotten every so many requests, so that the limits' memory stays bounded.
const SWEEP: u64 = 4_096;

fn or(n: u32, default: u32) -> NonZeroU32 {
    NonZeroU32::new(n).or(NonZeroU32::new(default)).unwrap_or(NonZeroU32::MIN)
}

impl Limits {
    pub(crate) fn new(config: &WebConfig) -> Self {
        let per_second = or(config.requests_per_second, 100);
        Self {
            all: RateLimiter::keyed(Quota::per_second(per_second).allow_burst(per_second.saturating_mul(or(4, 4)))),
            doors: RateLimiter::keyed(Quota::per_minute(or(config.sign_ins_per_minute, 10))),
            accounts: RateLimiter::keyed(Quota::per_minute(or(config.sign_ins_per_minute, 10).saturating_mul(or(3, 3)))),
            links: RateLimiter::keyed(Quota::per_minute(or(config.links_per_minute, 60))),
            asked: AtomicU64::new(0),
        }
    }

    /// One more attempt to sign in as `email`: limited by address, and more widely by account, so that guessing from many
    /// addresses is slow too.
    pub(crate) fn sign_in(&self, address: &Address, email: &str) -> Result<(), Error> {
        self.doors.check_key(&address.0).map_err(|_| too_many("There were too many attempts to sign in from your address."))?;
        let account = email.trim().to_lowercase();
        self.accounts.check_key(&account).map_err(|_| too_many("There were too many attempts to sign in with this e-mail."))
    }

    /// One more request to a signed link.
    pub(crate) fn link(&self, address: &Address) -> Result<(), Error> {
        self.links.check_key(&address.0).map_err(|_| too_many("There were too many requests from your address."))
    }

    /// Whether the address may ask once more.
    fn admits(&self, address: &Address) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.all.retain_recent();
            self.doors.retain_recent();
            self.accounts.retain_recent();
            self.links.retain_recent();
        }
        self.all.check_key(&address.0).is_ok()
    }
}

fn too_many(cause: &str) -> Error {
    Error::new(ErrorKind::TooMany, "limit.requests", format!("{cause} Nothing was changed."), "Wait a minute, then try again.")
}

pub(crate) fn address(app: &App, headers: &HeaderMap, direct: Option<IpAddr>) -> Address {
    let forwarded = app.config().behind_proxy.then(|| headers.get("x-forwarded-for")).flatten();
    // The last entry is the one our own proxy added; earlier ones are the client's claim.
    let claimed = forwarded.and_then(|v| v.to_str().ok()).and_then(|v| v.rsplit(',').next()).and_then(|v| v.trim().parse().ok());
    Address(claimed.or(direct))
}

impl FromRequestParts<App> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        Ok(address(app, &parts.headers, direct))
    }
}

const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Adds the headers to every answer and turns away who asks too fast.
pub(crate) async fn headers_and_limits(State(app): State<App>, request: Request, next: Next) -> Response {
    let direct = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let from = address(&app, request.headers(), direct);
    let asset = request.uri().path().starts_with("/assets/");
    let (wants_json, path) = (problem::wants_json(request.headers()), request.uri().path().to_owned());
    let mut response = if !asset && !app.0.limits.admits(&from) {
        let error = too_many("There were too many requests from your address.");
        problem::bare(error, problem::wants_json(request.headers()), request.uri().path())
    } else {
        next.run(request).await
    };
    if response.status().is_server_error() && !response.headers().contains_key("content-type") {
        // The layers below the guard have no words of their own: a session that cannot be read ends here.
        let error = match rounds_store::outbox::head(app.db()).await {
            Err(e) => e,
            Ok(_) => Error::internal("a session could not be read"),
        };
        response = problem::bare(error, wants_json, &path);
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if app.config().https {
        headers.insert("strict-transport-security", HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    headers.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    response
}

/// One line a request in the log: its id, method, path, status. No query, no body: they may hold personal data. The id also goes into the
/// answer and onto problem pages, so that a user's screenshot finds the line.
pub(crate) async fn request_log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id: String = crate::secret::token().unwrap_or_default().chars().take(12).collect();
    let span = tracing::info_span!("request", id);
    let answering = problem::REQUEST_ID.scope(id.clone(), next.run(request));
    let mut response = tracing::Instrument::instrument(answering, span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    tracing::debug!(id, %method, path, status = response.status().as_u16(), "request");
    response
}
