//! The application as the areas see it: what is shared by all requests, and how routes become a server.

use crate::door::Second;
use crate::locale::Locale;
use crate::route::Route;
use crate::visitor::{Visitor, page};
use crate::{WebResult, api, assets, auth, drain, guard, links, live, security};
use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn, from_fn_with_state};
use rounds_kernel::{Actor, Permission, Result, Time, UserId};
use rounds_store::Runner;
use std::sync::Arc;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

/// Who may sign in. Implemented by the platform area.
#[async_trait::async_trait]
pub trait Directory: Send + Sync {
    /// The user with this e-mail and password, if they match. Takes the same time whether or not the user exists; refuses while the
    /// e-mail or the address is locked.
    async fn authenticate(&self, attempt: &Attempt) -> Result<Option<Account>>;
    /// What the user owes after the password.
    async fn second(&self, _account: &Account) -> Result<Second> {
        Ok(Second::NotNeeded)
    }
    /// Someone was let in.
    async fn entered(&self, _account: &Account, _now: Time) -> Result<()> {
        Ok(())
    }
    /// Words of the button that leads to an identity provider, if one is set up.
    async fn sign_on(&self) -> Result<Option<String>> {
        Ok(None)
    }
    /// The present state of a user by id; `None` if gone or switched off.
    async fn account(&self, id: UserId) -> Result<Option<Account>>;
    /// Who holds this key for the API, if it is in force at `now`.
    async fn key(&self, _token: &str, _now: Time) -> Result<Option<api::KeyHolder>> {
        Ok(None)
    }
}

/// An attempt to sign in.
#[derive(Clone)]
pub struct Attempt {
    /// Sign-in name as typed.
    pub email: String,
    /// Password as typed.
    pub password: String,
    /// Where it comes from; empty if not known.
    pub address: String,
    /// When.
    pub now: Time,
}

/// A user as the session needs them.
#[derive(Debug, Clone)]
pub struct Account {
    /// Id.
    pub id: UserId,
    /// Who acts, with scope as of now.
    pub actor: Actor,
    /// How they read dates and numbers.
    pub locale: Locale,
    /// Changes when the password does, which ends all older sessions.
    pub stamp: Vec<u8>,
}

/// What all requests share.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub runner: Runner,
    pub menu: Vec<MenuEntry>,
    pub config: WebConfig,
    pub limits: security::Limits,
    pub directory: Arc<dyn Directory>,
    pub keys: api::Limits,
    pub declared: Vec<Arc<api::Declared>>,
    pub document: String,
}

pub(crate) struct MenuEntry {
    pub group: &'static str,
    pub label: &'static str,
    pub path: &'static str,
    pub permission: Permission,
}

/// How the server is set up.
#[derive(Debug, Clone, Default)]
pub struct WebConfig {
    /// True when people reach it over HTTPS: cookies are then marked secure.
    pub https: bool,
    /// True when a trusted proxy in front tells the client's address by `x-forwarded-for`.
    pub behind_proxy: bool,
    /// Demo users shown at the door, with passwords that exist only in demo mode.
    pub demo: Vec<crate::components::DemoUser>,
    /// Requests a second that one address may make in the long run; 0 stands for 100.
    pub requests_per_second: u32,
    /// Requests a second that one key of the API may make in the long run; 0 stands for 50.
    pub key_requests_per_second: u32,
    /// Whoever sends it may read `/metrics` from anywhere.
    pub metrics_token: Option<String>,
    /// Attempts to sign in a minute from one address; 0 stands for 10.
    pub sign_ins_per_minute: u32,
    /// Requests a minute to signed links from one address; 0 stands for 60.
    pub links_per_minute: u32,
}

impl App {
    /// The command runner.
    pub fn runner(&self) -> &Runner {
        &self.0.runner
    }

    /// The database, for reads.
    pub fn db(&self) -> &rounds_store::Db {
        &self.0.runner.db
    }

    /// Who may sign in and call.
    pub(crate) fn directory(&self) -> &dyn Directory {
        &*self.0.directory
    }

    /// One more attempt at the door: refused when the address or the e-mail had too many within the minute.
    ///
    /// # Errors
    /// `limit.requests`.
    pub fn limit_door(&self, address: &str, email: &str) -> Result<()> {
        self.0.limits.sign_in(&security::Address(address.parse().ok()), email)
    }

    /// How the server is set up.
    pub fn config(&self) -> &WebConfig {
        &self.0.config
    }
}

/// Builds the server from the routes of all areas. Web's own routes (the door, assets, health) are added here.
pub fn build(runner: Runner, directory: Arc<dyn Directory>, routes: Vec<Route>, config: WebConfig) -> Router {
    let mut all = own_routes();
    all.extend(routes);
    let menu = menu_of(&all);
    let limits = security::Limits::new(&config);
    let sessions = SessionManagerLayer::new(crate::session::Sessions::new(runner.clone()))
        .with_name("rounds")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(config.https)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(30)));
    let backend = auth::Backend(directory.clone());
    let declared = all.iter().filter_map(|r| r.api.clone()).collect();
    let document = api::document(all.iter()).to_string();
    let keys = api::Limits::new(config.key_requests_per_second);
    let app = App(Arc::new(Shared { runner, menu, config, limits, directory, keys, declared, document }));
    let mut router = Router::new();
    for route in all {
        let permission = route.permission;
        let state = (app.clone(), permission);
        let guarded = (app.clone(), permission, route.path);
        let handler = match (&route.api, route.link) {
            (Some(_), _) => route.handler.layer(from_fn_with_state(state, api::admit)),
            (None, true) => route.handler.layer(from_fn_with_state(app.clone(), links::check)),
            (None, false) => route.handler.layer(from_fn_with_state(guarded, guard::check)),
        };
        router = router.route(route.path, handler);
    }
    router
        .fallback(guard::nothing_here)
        .with_state(app.clone())
        .layer(axum_login::AuthManagerLayerBuilder::new(backend, sessions).build())
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(from_fn_with_state(app, security::headers_and_limits))
        .layer(from_fn(drain::read_to_the_end))
        .layer(from_fn(security::request_log))
}

/// Web's own routes, also for the test that walks them all.
pub fn own_routes() -> Vec<Route> {
    let mut routes = auth::routes();
    routes.extend(assets::routes());
    routes.extend(live::routes());
    routes.extend(api::pages::routes());
    routes.push(Route::get("/gallery", Permission::SignedIn, gallery));
    routes.push(Route::get("/gallery/queue", Permission::SignedIn, gallery_queue));
    routes.push(Route::get("/gallery/account", Permission::SignedIn, gallery_account));
    routes
}

async fn gallery(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&crate::gallery::GalleryPage::new(visitor.shell(&app, "Gallery")))
}

async fn gallery_queue() -> WebResult {
    page(&crate::gallery::QueueSample::sample())
}

async fn gallery_account() -> WebResult {
    page(&crate::gallery::AccountSample::sample())
}

/// The menu in the house's order of areas; platform ("Admin") comes last.
const GROUPS: &[&str] = &["Customers", "Consent", "Design", "Demand", "Engage", "Serve", "Measure", "Admin"];

fn menu_of(routes: &[Route]) -> Vec<MenuEntry> {
    let mut menu: Vec<MenuEntry> = routes
        .iter()
        .filter_map(|r| r.menu.map(|(group, label)| MenuEntry { group, label, path: r.path, permission: r.permission }))
        .collect();
    menu.sort_by_key(|e| GROUPS.iter().position(|g| *g == e.group));
    menu
}
