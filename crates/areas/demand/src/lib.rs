//! Demand: signs of interest captured, taken by one person, and closed with a reason; the clock runs from the first moment.

pub mod leads;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    leads::routes()
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    leads::migrations()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    leads::samples()
}
