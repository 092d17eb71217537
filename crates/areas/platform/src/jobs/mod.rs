//! Long work: who does it, in the server or on the command line, and the page that shows how far it got.
//!
//! Public: [`Work`] (a kind of job), [`Context`], [`run_now`] (command line), [`work_off`] (server). Routes: `/jobs`. The table
//! belongs to the store.

mod api;
mod pages;
mod worker;

pub use worker::{Context, Report, Work, run_now, work_off};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none, the store keeps jobs.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/jobs", Permission::Administer, pages::list).menu("Admin", "Jobs"),
        Route::post("/jobs/{id}/stop", Permission::WriteRecord, pages::stop),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
