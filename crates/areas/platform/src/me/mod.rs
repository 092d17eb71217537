//! One's own account: language and zone, password, second factor, sessions.
//!
//! Routes: `/me` and its forms. Owns no table: users, sessions and second factors have their own homes.

mod commands;
mod pages;

pub use pages::samples;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/me", Permission::SignedIn, pages::show),
        Route::post("/me/preferences", Permission::SignedIn, pages::prefer),
        Route::post("/me/password", Permission::SignedIn, pages::password),
        Route::post("/me/sessions/end", Permission::SignedIn, pages::end),
        Route::post("/me/second-factor/start", Permission::SignedIn, pages::start),
        Route::post("/me/second-factor/confirm", Permission::SignedIn, pages::confirm),
        Route::post("/me/second-factor/off", Permission::SignedIn, pages::off),
    ]
}
