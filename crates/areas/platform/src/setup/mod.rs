//! How the installation is set up: mail server, sessions, lock-out, second factor, sign-on at an identity provider, backups, defaults.
//!
//! Each section is one JSON value among the store's settings; its secrets are sealed with the installation's key. Every change is a
//! command and stands in the audit log as one line a field, without the secrets.
//!
//! Public: [`load`], [`change`], [`link`], the sections ([`Smtp`], [`Place`], [`SessionRules`], [`LockOut`], [`SecondFactor`],
//! [`SignOn`], [`Backups`]). Routes: `/settings`, `/settings/{section}` (POST). Tables: none, the store keeps settings.

mod commands;
mod model;
mod pages;

pub use commands::{change, link, load};
pub use model::{Backups, Form, LockOut, Place, SecondFactor, Section, SessionRules, SignOn, Smtp};
pub use pages::samples;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none, the store keeps settings.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/settings", Permission::Administer, pages::all).menu("Admin", "Settings"),
        Route::post("/settings/{section}", Permission::Administer, pages::save),
    ]
}
