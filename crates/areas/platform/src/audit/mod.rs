//! The audit log: who changed what and when, to be searched by user, command, day and words.
//!
//! Ids grow with time, so days become a range of ids, and every search walks one index, from the newest entry back or from the oldest on:
//! a log of millions has no other order that a page can afford. Words are looked for in a window of entries at a time, so that a page is
//! quick at any size of the log. Routes: `/audit`, `/audit/export` (all that was found, or the chosen entries). Reads the store's table;
//! owns none.

mod api;
mod model;
mod pages;
mod queries;
#[cfg(test)]
mod tests;

pub use pages::samples;
pub use queries::{Entry, Found, Search, search};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none, the runner writes the log.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/audit", Permission::ReadAudit, pages::list).menu("Admin", "Audit log"),
        Route::get("/audit/export", Permission::ReadAudit, pages::export),
    ]);
    all
}
