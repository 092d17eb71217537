//! Long work: who does it, in the server or on the command line, what comes back every day, and the page that shows how far it got.
//!
//! Public: [`Work`] (a kind of job), [`Context`], [`run_now`] (command line), [`work_off`] (server), [`Recurring`], [`Every`],
//! [`schedule`], [`ask_if_due`]. Routes: `/jobs` and its acts, `/jobs.csv`. The table belongs to the store.

mod api;
mod model;
mod pages;
mod queries;
#[cfg(test)]
mod tests;
mod worker;

pub use model::{Every, Recurring};
pub use worker::{Context, Report, Work, ask_if_due, run_now, schedule, work_off};

use axum::Extension;
use axum::handler::Handler;
use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none, the store keeps jobs.
pub const TABLES: &[&str] = &[];

/// Routes of this capability; the page also shows what recurs.
pub fn routes(recurring: Vec<Recurring>) -> Vec<Route> {
    let list = pages::list.layer(Extension(pages::Schedule(recurring.clone())));
    let ask = pages::ask.layer(Extension(pages::Schedule(recurring)));
    let mut all = api::routes();
    all.extend([
        Route::get("/jobs", Permission::Administer, list).menu("Admin", "Jobs"),
        Route::get("/jobs.csv", Permission::Administer, pages::csv),
        Route::post("/jobs/ask/{kind}", Permission::Administer, ask),
        Route::post("/jobs/{id}/stop", Permission::WriteRecord, pages::stop),
        Route::post("/jobs/{id}/again", Permission::Administer, pages::again),
        Route::post("/jobs/{id}/anew", Permission::Administer, pages::anew),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
