//! Compliance: what contracts promised against what their facilities bought, and how far the next tier is.
//!
//! Computed, never stored: commitments and tiers of a contract against net sales (invoices less returns; orders where a company keeps no
//! invoices) and distributors' tracings of its facilities, each facility for the days on which it was eligible, in the contract year
//! that holds today. What cannot be counted is said: other currencies, units that the catalogue does not explain, categories whose
//! size nobody estimated, facilities outside the reader's reach.
//!
//! Public: [`CompliancePanel`] (on a contract's page). Routes: `/contracts-compliance`. Owns no tables.

mod model;
mod pages;
mod queries;
#[cfg(test)]
mod tests;

pub use pages::{CompliancePanel, samples};

use rounds_customers::panels::Panel;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/contracts-compliance", Permission::ReadContracts, pages::list)]
}

/// What this capability shows on other areas' pages.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(CompliancePanel)]
}
