//! Users and roles: who signs in, in which role, under which manager.
//!
//! Public: [`UserRow`], [`all`], [`by_email`], [`actor_of`], [`managers_above`], [`StoredDirectory`], [`CreateUser`], [`SetPassword`],
//! [`SetActive`]. Routes: `/users` (list), `/users/create`, `/users/{id}/active`. Tables: [`TABLES`].

mod api;
mod commands;
mod directory;
mod pages;
mod store;

pub use commands::{CreateUser, SetActive, SetPassword};
pub use directory::{StoredDirectory, actor_of};
pub use store::{UserRow, all, by_email, managers_above, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["app_user"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/users", Permission::Administer, pages::list).menu("Admin", "Users"),
        Route::post("/users/create", Permission::Administer, pages::create),
        Route::post("/users/{id}/active", Permission::Administer, pages::set_active),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
