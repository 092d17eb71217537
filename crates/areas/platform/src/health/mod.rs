//! Whether the installation is well: `/healthz` for load balancers, `/metrics` for Prometheus.
//!
//! `/healthz` answers 200 while the database answers and 503 otherwise, with what was checked. `/metrics` is for this computer, and for
//! whoever sends `Authorization: Bearer TOKEN` with the server's `ROUNDS_METRICS_TOKEN`; behind a proxy the token is needed always.
//! Public: [`beat`]. Tables: none.

mod pages;
mod queries;

pub use queries::beat;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/healthz", Permission::Open, pages::healthz), Route::get("/metrics", Permission::Open, pages::metrics)]
}
