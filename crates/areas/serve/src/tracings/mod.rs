//! Tracings: what distributors sold on, as they report it weeks later.
//!
//! A report is what one distributor says of one period. A later file about the same period replaces it; the earlier one is kept with
//! its lines and counts no more. Ship-tos are parties of the system `tracings/DISTRIBUTOR`, mapped to accounts like those of an ERP;
//! what nobody could map or name stays as written and is shown. The lag of a report is the days from its period's end to its receipt.
//!
//! Public: [`net_by_family`] (indirect sales of accounts, for compliance), [`TracingsPanel`], [`importers`]. Routes: `/tracings`,
//! `/tracings/{id}`, `/tracings.csv`. Tables: [`TABLES`].

mod api;
mod import;
mod model;
mod pages;
mod queries;
mod store;
#[cfg(test)]
mod tests;

pub use import::importers;
pub use pages::{TracingsPanel, samples};
pub use queries::net_by_family;
pub use store::migrations;

use rounds_customers::panels::Panel;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["distributor", "tracing_report", "tracing_line"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/tracings", Permission::ReadOrders, pages::list).menu("Serve", "Tracings"),
        Route::get("/tracings.csv", Permission::ReadOrders, pages::csv),
        Route::get("/tracings/{id}", Permission::ReadOrders, pages::one),
    ]);
    all
}

/// What this capability shows on other areas' pages.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(TracingsPanel)]
}
