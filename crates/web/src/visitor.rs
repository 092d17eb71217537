//! Who makes the request, as a handler sees them.

use crate::locale::Locale;
use crate::shell::{Flash, NavGroup, NavItem, Shell, UserBadge};
use crate::{App, Problem, WebResult, guard};
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use rounds_kernel::{Actor, Day, Error, Permission, Time};
use tower_sessions::Session;

/// The visitor: actor, token for forms, and what their frame shows. Handlers take it as an argument.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who acts, with permissions and scope.
    pub actor: Actor,
    /// False at the door.
    pub signed_in: bool,
    /// Token that forms send back.
    pub csrf: String,
    /// How the visitor reads dates and numbers.
    pub locale: Locale,
    /// The time of the request.
    pub now: Time,
    pub(crate) flash: Option<Flash>,
    pub(crate) simulated: bool,
    pub(crate) path: String,
}

impl Visitor {
    /// The frame of a page titled `title`.
    pub fn shell(&self, app: &App, title: &str) -> Shell {
        let user = self.signed_in.then(|| UserBadge { name: self.actor.name.clone(), role: self.actor.role.label().into() });
        Shell {
            title: title.to_owned(),
            user,
            nav: if self.signed_in { self.nav(app) } else { Vec::new() },
            csrf: self.csrf.clone(),
            simulated: self.simulated,
            flash: self.flash.clone(),
            path: self.path.clone(),
        }
    }

    fn nav(&self, app: &App) -> Vec<NavGroup> {
        let mut groups: Vec<NavGroup> = Vec::new();
        for e in app.0.menu.iter().filter(|e| self.actor.may(e.permission)) {
            let current = self.path == e.path || (e.path != "/" && self.path.starts_with(&format!("{}/", e.path)));
            let item = NavItem { label: e.label.into(), href: e.path.into(), current };
            match groups.last_mut() {
                Some(g) if g.label == e.group => g.items.push(item),
                _ => groups.push(NavGroup { label: e.group.into(), items: vec![item] }),
            }
        }
        groups
    }

    /// A signed-in remote rep with user id 5, for samples.
    pub fn sample() -> Self {
        use rounds_kernel::{Role, Scope, UserId};
        let user = UserId(5);
        Self {
            actor: Actor {
                user: Some(user),
                name: "Ines Kowalski".into(),
                role: Role::RemoteRep,
                scope: Scope::CoveredBy(vec![user]),
                zone: "America/Chicago".into(),
            },
            signed_in: true,
            csrf: "sample".into(),
            locale: Locale::default(),
            now: Time(1_795_444_000_000_000),
            flash: None,
            simulated: true,
            path: "/queue".into(),
        }
    }

    /// A moment as this visitor reads it, in their zone.
    pub fn time(&self, at: Time) -> String {
        self.locale.time(at, &self.actor.zone)
    }

    /// A day as this visitor reads it.
    pub fn day(&self, day: Day) -> String {
        self.locale.day(day)
    }

    /// A whole number as this visitor reads it.
    pub fn number(&self, n: i64) -> String {
        self.locale.number(n)
    }

    /// Where this visitor's day starts.
    pub fn home(&self) -> &'static str {
        if self.actor.role == rounds_kernel::Role::Manager {
            return "/team";
        }
        let starts = [("/queue", Permission::WorkQueue), ("/plans", Permission::ReadPlan), ("/leads", Permission::ReadDemand)];
        starts.iter().find(|(_, p)| self.actor.may(*p)).map_or("/accounts", |(path, _)| path)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem(Error::internal("a handler ran without its guard")))
    }
}

/// Draws a page.
pub fn page(template: &impl askama::Template) -> WebResult {
    Ok(Html(template.render()?).into_response())
}

/// Leaves one message for the next page and goes there.
pub async fn go(session: &Session, to: &str, flash: Flash) -> WebResult {
    guard::set_flash(session, &flash).await?;
    Ok(Redirect::to(local(to)).into_response())
}

/// Only addresses of this server: `//elsewhere` and `https://…` become `/`. Browsers drop tabs and line ends before they read an
/// address and take `\` for `/`, so `/<tab>/elsewhere` leads away too.
pub fn local(path: &str) -> &str {
    let ok = path.starts_with('/') && !path.starts_with("//") && !path.contains(|c: char| c == '\\' || c.is_control());
    if ok { path } else { "/" }
}

/// The session, for [`go`].
pub struct Flashes(pub Session);

impl FromRequestParts<App> for Flashes {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Session>().cloned().map(Self).ok_or_else(|| Problem(Error::internal("a handler ran without its session")))
    }
}

impl Flashes {
    /// Says that it went well and goes to `to`.
    pub async fn good(&self, to: &str, text: impl Into<String>) -> WebResult {
        go(&self.0, to, Flash { tone: "good".into(), text: text.into(), undo: None }).await
    }

    /// Says that it went well, offers to take it back by posting to `undo`, and goes to `to`.
    pub async fn good_with_undo(&self, to: &str, text: impl Into<String>, undo: String) -> WebResult {
        go(&self.0, to, Flash { tone: "good".into(), text: text.into(), undo: Some((undo, "Undo".into())) }).await
    }

    /// Says what to mind and goes to `to`.
    pub async fn warn(&self, to: &str, text: impl Into<String>) -> WebResult {
        go(&self.0, to, Flash { tone: "warn".into(), text: text.into(), undo: None }).await
    }
}

/// A CSV file to save, as an answer. Letters, digits, `-`, `_` and `.` of the name stay.
pub fn download(name: &str, csv: String) -> Response {
    let file: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    let disposition = format!("attachment; filename=\"{file}\"");
    ([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)], csv).into_response()
}
