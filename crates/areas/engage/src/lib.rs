//! Engage: next best action, call and visit plans, calls, opportunities, account plans, coaching.

pub mod next_best_action;

use rounds_customers::panels::Panel;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    next_best_action::routes()
}

/// Panels on the pages of people and accounts.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(next_best_action::Next)]
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    next_best_action::migrations()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    next_best_action::samples()
}
