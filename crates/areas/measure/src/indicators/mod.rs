//! Indicators: leading ones (contacts, reach, what became of actions) and lagging ones (orders), read from the fact log in scope.
//!
//! Figures about employees follow the group rule ([`shield`]): no figure stands for fewer than [`SMALLEST_GROUP`] people, or than
//! the strictest country within scope asks for (its works councils' agreement), and there is no list of individuals. Orders are figures about customers and always shown.
//!
//! Public: [`shield`], [`Group`], [`SMALLEST_GROUP`]. Routes: `/indicators`. Tables: [`TABLES`] (none).

mod model;
mod pages;
mod queries;
#[cfg(test)]
mod tests;

pub use model::{Group, SMALLEST_GROUP, shield};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/indicators", Permission::ReadMeasures, pages::show).menu("Measure", "Indicators")]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
