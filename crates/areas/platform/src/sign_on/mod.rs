//! Single sign-on: OpenID Connect's code flow with PKCE, state and nonce, at the provider of the settings.
//!
//! The provider's keys and addresses are read anew at each sign-in, so that a change of keys needs nothing here. A person is known by
//! issuer and subject; the first time, by an e-mail that the provider calls verified. Unknown people become users only where the
//! settings say so and a claim names their role.
//!
//! Whoever came this way is sent to the provider when they sign out (RP-Initiated Logout), unless the settings say otherwise.
//!
//! Routes: `/sign-in/on` (to the provider), `/sign-in/on/back` (from it; a GET because the protocol says so: it changes the visitor's
//! session alone, and needs the state that only their browser holds). Public: [`label`]. Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod store;

pub use pages::samples;
pub use store::{label, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["sign_on_identity"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/sign-in/on", Permission::Open, pages::away), Route::get("/sign-in/on/back", Permission::Open, pages::back)]
}
