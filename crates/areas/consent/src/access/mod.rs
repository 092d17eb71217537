//! The access register: how people may be visited, by person, department, site or country; dated and with its source.
//!
//! The nearest rule wins: the person's own, then their department's at the site, then the site's, then the country's.
//!
//! Public: [`Access`], [`AccessRule`], [`VisitTerms`], [`of_person`], [`in_force`] (bulk, for planning), [`SetAccess`], [`EndAccess`],
//! [`AccessFile`], [`AccessPanel`]. Routes: `/access` (GET, POST), `/access.csv`, `/access/{id}/end` (POST). Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;
#[cfg(test)]
mod tests;

pub use commands::{EndAccess, SetAccess, Target};
pub use import::AccessFile;
pub use model::{Access, AccessRule, Subject, VisitTerms};
pub use pages::AccessPanel;
pub use queries::{Register, in_force, of_person};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["access_rule"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/access", Permission::ReadRecord, pages::list::list).menu("Consent", "Access register"),
        Route::get("/access.csv", Permission::ReadRecord, pages::list::csv),
        Route::post("/access", Permission::WritePermission, pages::set),
        Route::post("/access/{id}/end", Permission::WritePermission, pages::end),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
