//! Recording a contact outside the plan: a customer who called, a talk in the corridor. It passes the same gate as everything else.
//!
//! Public: [`LogContact`] (panel on a person's page). Routes: `/people/{id}/contacts`. Tables: none, the gate writes the ledger.

mod pages;

pub use pages::LogContact;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::post("/people/{id}/contacts", Permission::WorkQueue, pages::record)]
}

/// Panels drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
