//! Design: what accounts could buy, and who covers them for which business unit in which role.

pub mod coverage;
pub mod potential;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    coverage::routes()
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = coverage::migrations();
    all.extend(potential::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = coverage::samples();
    all.extend(potential::samples());
    all
}
