//! Governance: how complete, how old and how contradictory the record is, what waits for stewards, and what they settle.
//!
//! Routes: `/governance` (stewards). Owns no tables: it reads those of this area.

mod pages;
mod queries;

pub use pages::samples;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/governance", Permission::Steward, pages::show).menu("Customers", "Governance")]
}
