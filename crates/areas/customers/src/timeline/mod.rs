//! Timeline: everything that happened with an account, a person or a system, all roles and channels, newest first.
//!
//! Public: [`load`], [`Timeline`], [`Of`], [`Ask`]. Routes: `/accounts/{id}/timeline`, `/people/{id}/timeline`, `/systems/{id}/timeline`.
//! It reads the fact log, which all areas write, and shows no money beside a person: orders lie on accounts, and are left out for roles
//! that may not read them. A system's timeline is that of the system itself and of its present accounts within the visitor's scope.
//! Owns no tables.

mod api;
mod model;
mod pages;
mod queries;

pub use model::{Ask, Of, Timeline};
pub use queries::load;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/accounts/{id}/timeline", Permission::ReadRecord, pages::of_account),
        Route::get("/people/{id}/timeline", Permission::ReadRecord, pages::of_person),
        Route::get("/systems/{id}/timeline", Permission::ReadRecord, pages::of_system),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
