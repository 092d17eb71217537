//! Passwords: the lock-out of guessers, new passwords by mail, invitations.
//!
//! A link to choose a password is a signed token that names the user and the password it replaces: it expires, and using it makes it
//! void. Asking for one takes the same time and gives the same answer whoever is asked for. Wrong passwords and codes in a row lock the
//! e-mail, known or not, and the address they come from, each time twice as long.
//!
//! Public: [`Guard`] (the lock-out), [`check`] (rules), [`send_link`], [`LinkFor`], [`Unlock`]. Routes: `/forgot`, `/password/{token}`. Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod store;

pub use commands::{Unlock, send_link};
pub use model::{LinkFor, check};
pub use pages::samples;
pub use store::{Guard, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["sign_in_lock"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/forgot", Permission::Open, pages::forgot),
        Route::post("/forgot", Permission::Open, pages::ask),
        Route::get("/password/{token}", Permission::Open, pages::choose),
        Route::post("/password/{token}", Permission::Open, pages::keep),
    ]
}
