//! Measure: what was done, what came of it, and how sure that is.

pub mod indicators;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    indicators::routes()
}

/// All migrations of the area: it owns no tables yet and reads facts.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    Vec::new()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    indicators::samples()
}
