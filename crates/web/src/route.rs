//! A route with its permission: there is no way to add one without.

use crate::App;
use crate::api::Declared;
use axum::handler::Handler;
use axum::routing::MethodRouter;
use rounds_kernel::Permission;
use std::sync::Arc;

/// One address with what it needs.
pub struct Route {
    /// `GET` or `POST`; operations of the API also `PATCH` and `DELETE`.
    pub method: &'static str,
    /// Path with `{names}`.
    pub path: &'static str,
    /// What the role must hold.
    pub permission: Permission,
    /// Menu group (area) and label, for pages that stand in the menu.
    pub menu: Option<(&'static str, &'static str)>,
    /// What the API's document says of it, for operations of the API.
    pub api: Option<Arc<Declared>>,
    /// Opened by a signed link: no session, no CSRF token; the handler checks the signature.
    pub link: bool,
    pub(crate) handler: MethodRouter<App>,
}

impl Route {
    /// A page or data; must change nothing.
    pub fn get<H, T>(path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: "GET", path, permission, menu: None, api: None, link: false, handler: axum::routing::get(handler) }
    }

    /// A change; the request must carry the session's CSRF token.
    pub fn post<H, T>(path: &'static str, permission: Permission, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: "POST", path, permission, menu: None, api: None, link: false, handler: axum::routing::post(handler) }
    }

    /// Opens the route to whoever has a signed link, without session and CSRF token. The handler must check the signature first.
    #[must_use]
    pub fn by_link(mut self) -> Self {
        self.link = true;
        self
    }

    /// Puts the page into the menu.
    pub fn menu(mut self, group: &'static str, label: &'static str) -> Self {
        self.menu = Some((group, label));
        self
    }
}
