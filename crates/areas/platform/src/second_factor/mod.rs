//! The second factor: six digits from an app (TOTP, RFC 6238), and recovery codes for the day the phone is lost.
//!
//! The app's secret is kept encrypted, recovery codes as keyed hashes. A code is taken once: the time step it belongs to must be later
//! than the last one taken. Roles that must have a second factor set it up at the door before they are let in.
//!
//! Public: [`needed`], [`state_of`], [`Factor`], [`Start`], [`Confirm`], [`Drop`], [`shown`]. Routes: `/sign-in/code`,
//! `/sign-in/enrol`. Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod store;

pub use commands::{Confirm, Drop, Start, UseCode};
pub use model::{Shown, shown};
pub(crate) use pages::CodesPage;
pub use pages::samples;
pub use store::{Factor, migrations, needed, state_of};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["second_factor", "recovery_code"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in/code", Permission::Open, pages::code),
        Route::post("/sign-in/code", Permission::Open, pages::check),
        Route::get("/sign-in/enrol", Permission::Open, pages::enrol),
        Route::post("/sign-in/enrol/start", Permission::Open, pages::start),
        Route::post("/sign-in/enrol", Permission::Open, pages::confirm),
    ]
}
