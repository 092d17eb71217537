//! Engage: next best action, call and visit plans, calls, opportunities, account plans, coaching.

pub mod log_contact;
pub mod next_best_action;

use rounds_consent::personal_data::{PersonTable, PersonalData};
use rounds_customers::identifiers::EntityKind::{Account, Person};
use rounds_customers::merging::Reference;
use rounds_customers::panels::Panel;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Where rows of this area point at accounts and people.
pub const REFERENCES: &[Reference] =
    &[Reference::new("plan_action", "account_id", Account), Reference::new("plan_action", "person_id", Person)];

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut all = next_best_action::routes();
    all.extend(log_contact::routes());
    all
}

/// Panels on the pages of people and accounts.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(next_best_action::Next), Arc::new(log_contact::LogContact)]
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    next_best_action::migrations()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = next_best_action::samples();
    all.extend(log_contact::samples());
    all
}

/// Where the area keeps a person's data. A step's reason is one of a list; a snapshot holds ids and no names.
pub fn personal_data() -> Vec<Box<dyn PersonalData>> {
    vec![Box::new(PersonTable::cleared("plan_action", "person_id", "Planned contacts", &[("reason", "'erased'")]))]
}
