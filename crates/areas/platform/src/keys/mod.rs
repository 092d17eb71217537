//! Keys for programs: named, ended by date or by hand, each acting as one user within a part of what their role may.
//!
//! A key is 32 random bytes; only its BLAKE3 hash is kept, and eight digits by which people tell keys apart. It is shown once.
//! Public: [`holder`] (who holds a token), [`new_token`], [`MakeKey`], [`RotateKey`], [`RevokeKey`]. Routes: `/keys`, `/keys/make`,
//! `/keys/{id}/rotate`, `/keys/{id}/revoke`, and `/api/v1/keys`. Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use commands::{MakeKey, RevokeKey, RotateKey};
pub use model::{Token, new_token};
pub use pages::samples;
pub use store::{holder, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["api_key"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/keys", Permission::Administer, pages::list).menu("Admin", "API keys"),
        Route::post("/keys/make", Permission::Administer, pages::make),
        Route::post("/keys/{id}/rotate", Permission::Administer, pages::rotate),
        Route::post("/keys/{id}/revoke", Permission::Administer, pages::revoke),
    ]);
    all
}
