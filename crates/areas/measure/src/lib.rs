//! Measure: what was done, what came of it, and how sure that is.

pub mod indicators;

use rounds_customers::merging::Reference;
use rounds_store::MigrationTrait;
use rounds_web::Route;

/// Where rows of this area point at accounts and people: it keeps none.
pub const REFERENCES: &[Reference] = &[];

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
