//! Users and roles: who signs in, in which role, under which manager, seeing what.
//!
//! Public: [`UserRow`], [`all`], [`by_email`], [`by_id`], [`actor_of`], [`managers_above`], [`StoredDirectory`], [`CreateUser`],
//! [`EditUser`], [`SetPassword`], [`SetActive`], [`EndAllSessions`], [`UserImporter`]. Routes: `/users`, `/users.csv`, `/users/create`,
//! `/users/{id}` and its acts. Tables: [`TABLES`].

mod api;
mod commands;
mod directory;
mod pages;
mod store;

pub use commands::{CreateUser, EditUser, EndAllSessions, SetActive, SetPassword, UserImporter};
pub use directory::{StoredDirectory, actor_of};
pub(crate) use directory::{hash, verify};
pub use store::{UserRow, all, by_email, by_id, managers_above, migrations};
pub(crate) use store::{keep_password, keep_preferences};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["app_user"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/users", Permission::Administer, pages::list).menu("Admin", "Users"),
        Route::get("/users.csv", Permission::Administer, pages::file),
        Route::post("/users/create", Permission::Administer, pages::create),
        Route::get("/users/{id}", Permission::Administer, pages::detail),
        Route::post("/users/{id}/edit", Permission::Administer, pages::edit),
        Route::post("/users/{id}/active", Permission::Administer, pages::set_active),
        Route::post("/users/{id}/invite", Permission::Administer, pages::invite),
        Route::post("/users/{id}/unlock", Permission::Administer, pages::unlock),
        Route::post("/users/{id}/sign-out", Permission::Administer, pages::sign_out),
        Route::post("/users/{id}/second-factor/off", Permission::Administer, pages::factor_off),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
