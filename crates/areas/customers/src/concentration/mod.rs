//! Market concentration over time: which share of hospitals and beds the largest systems hold, and how concentrated each referral region is.
//!
//! Shares of the top 10 and 50 systems, and the Herfindahl–Hirschman index (HHI) of regions: the sum of the squared shares, in percent, of
//! all systems there, an independent hospital counting as a system of its own (U.S. Department of Justice and Federal Trade Commission,
//! Merger Guidelines 2023, section 2.1: above 1,000 moderately, above 1,800 highly concentrated).
//!
//! Public: [`Market`], [`load`]. Routes: `/concentration`, `/concentration.csv`. Owns no tables.

mod model;
mod pages;
mod queries;

pub use model::{By, Market, Place, Standing};
pub use pages::samples;
pub use queries::load;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/concentration", Permission::ReadRecord, pages::show).menu("Customers", "Concentration"),
        Route::get("/concentration.csv", Permission::ReadRecord, pages::csv),
    ]
}
