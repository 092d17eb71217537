//! What people say for themselves, over a signed link and without an account: a confirmed yes (double opt-in), one click to
//! unsubscribe (RFC 8058), and the page of all their choices.
//!
//! A link carries a token signed for one thing, one person and a time; it opens nothing else. GET and HEAD change nothing, so that
//! programs that fetch links in mails do no harm; doing a thing twice is doing it once.
//!
//! Public: [`RequestConfirmation`], [`unsubscribe_path`], [`choices_path`], [`unsubscribe_headers`], [`InvitePerson`], [`ChoicesPanel`].
//! Routes: `/confirm/{token}`, `/u/{token}`, `/choices/{token}` (GET, POST each), `/choices/{token}/data` (POST),
//! `/people/{id}/confirmation`, `/people/{id}/invitation` (POST). Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod store;

pub use commands::{InvitePerson, RequestConfirmation};
pub use model::{choices_path, unsubscribe_headers, unsubscribe_path};
pub use pages::ChoicesPanel;
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["confirmation"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/confirm/{token}", Permission::Open, pages::ask_confirm).by_link(),
        Route::post("/confirm/{token}", Permission::Open, pages::confirm).by_link(),
        Route::get("/u/{token}", Permission::Open, pages::ask_unsubscribe).by_link(),
        Route::post("/u/{token}", Permission::Open, pages::unsubscribe).by_link(),
        Route::get("/choices/{token}", Permission::Open, pages::choices).by_link(),
        Route::post("/choices/{token}", Permission::Open, pages::choose).by_link(),
        Route::post("/choices/{token}/data", Permission::Open, pages::ask_for_data).by_link(),
        Route::post("/people/{id}/confirmation", Permission::WritePermission, pages::request_confirmation),
        Route::post("/people/{id}/invitation", Permission::WritePermission, pages::invite),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
