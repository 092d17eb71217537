//! Leads: someone showed interest. Captured by hand or by import, taken by exactly one person, closed with a reason.
//!
//! Public: [`OpenLead`] and [`open_leads`] (signals for planning), [`CaptureLead`], [`TakeLead`], [`ReleaseLead`], [`CloseLead`],
//! [`ImportLeads`] with [`LeadRow`], [`REASONS`].
//! Routes: `/leads` (list), `/leads.csv`, `/leads/new` (form), `/leads/capture`, `/leads/{id}/take`, `/leads/{id}/release`, `/leads/{id}/close` (POST).
//! Tables: [`TABLES`]. Facts: kind `lead`, one at capture, take, release and close.

mod api;
mod commands;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use commands::{CaptureLead, CloseLead, ImportLeads, LeadRow, ReleaseLead, TakeLead};
pub use model::{OpenLead, REASONS};
pub use store::{migrations, open_leads};

use rounds_customers::panels::Panel;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["lead"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/leads", Permission::ReadDemand, pages::list::list).menu("Demand", "Leads"),
        Route::get("/leads.csv", Permission::ReadDemand, pages::list::csv),
        Route::get("/leads/new", Permission::WriteDemand, pages::form),
        Route::post("/leads/capture", Permission::WriteDemand, pages::capture),
        Route::post("/leads/{id}/take", Permission::WriteDemand, pages::take),
        Route::post("/leads/{id}/release", Permission::WriteDemand, pages::release),
        Route::post("/leads/{id}/close", Permission::WriteDemand, pages::close),
    ]);
    all
}

/// What this capability shows on other areas' pages.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(pages::LeadsPanel)]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
