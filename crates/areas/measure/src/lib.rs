//! Measure: what was done, what came of it, and how sure that is.

pub mod indicators;
pub mod trial;

use rounds_customers::identifiers::EntityKind::Account;
use rounds_customers::merging::Reference;
use rounds_platform::jobs::Work;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Where rows of this area point at accounts.
pub const REFERENCES: &[Reference] =
    &[Reference::new("trial_row", "account_id", Account), Reference::new("contact_week", "account_id", Account)];

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut all = indicators::routes();
    all.extend(trial::routes());
    all
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = trial::migrations();
    all.extend(indicators::migrations());
    all
}

/// Every kind of long work of the area.
pub fn works() -> Vec<Arc<dyn Work>> {
    let mut all = trial::works();
    all.push(Arc::new(indicators::ContactSums));
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = indicators::samples();
    all.extend(trial::samples());
    all
}
