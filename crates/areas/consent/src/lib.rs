//! Consent: who may be contacted and how, the contact ledger, and the one gate that all outreach passes.

pub mod gate;
pub mod ledger;
pub mod permissions;
pub mod preferences;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut routes = permissions::routes();
    routes.extend(ledger::routes());
    routes
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = permissions::migrations();
    all.extend(preferences::migrations());
    all.extend(gate::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = permissions::samples();
    all.extend(ledger::samples());
    all
}
