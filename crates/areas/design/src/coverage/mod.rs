//! Who covers which account: a dated link account × business unit × role → owner. Several alignments hold side by side, one a
//! business unit and role, and at any day an account has at most one owner in each.
//!
//! A link holds from its first day until before its last (`valid_from <= day < valid_to`). The scope of users
//! (`platform::scope`) and of the search index follows the links of the present day.
//!
//! Public: [`CoverageLink`], [`links`] (bulk, for planning), [`owners_of`], [`FillAlignment`], [`propose`], [`ImportCoverage`], [`importers`],
//! [`RefreshScope`] (daily), [`SearchFollowsCoverage`], [`ScopeFollowsGrants`] (kinds of job), [`CoveragePanel`]. Routes: `/coverage`, `/coverage/uncovered`, `/coverage/fill` (POST), `/coverage/{alignment}`,
//! `/coverage/{alignment}/accounts`.
//! Tables: [`TABLES`].

mod check;
mod commands;
mod import;
mod inputs;
mod jobs;
mod model;
mod pages;
mod plan;
mod queries;
mod store;

pub use commands::{CoverageRow, FillAlignment, Filled, ImportCoverage, RefreshScope};
pub use inputs::propose;
pub use jobs::{ScopeFollowsGrants, SearchFollowsCoverage};
pub use model::{CoverageLink, FillBy, FillPlan, OwnerShare, Region};
pub use pages::{CoveragePanel, samples};
pub use queries::{Coverer, links, owners_of};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_platform::imports::Importer;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["alignment", "coverage"];

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    import::importers()
}

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/coverage", Permission::ReadDesign, pages::list).menu("Design", "Coverage"),
        Route::get("/coverage/uncovered", Permission::ReadDesign, pages::uncovered),
        Route::get("/coverage/uncovered.csv", Permission::ReadDesign, pages::uncovered_csv),
        Route::post("/coverage/fill", Permission::WriteDesign, pages::fill),
        Route::get("/coverage/{alignment}", Permission::ReadDesign, pages::one),
        Route::get("/coverage/{alignment}/accounts", Permission::ReadDesign, pages::accounts),
        Route::get("/coverage/{alignment}/accounts.csv", Permission::ReadDesign, pages::accounts_csv),
    ]
}
