//! Demand: signs of interest captured, taken by one person, and closed with a reason; the clock runs from the first moment.

pub mod leads;

use rounds_consent::personal_data::{PersonTable, PersonalData};
use rounds_customers::identifiers::EntityKind::{Account, Person};
use rounds_customers::merging::Reference;
use rounds_customers::panels::Panel;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Columns of this area that hold what people wrote.
pub const NOTES: &[rounds_customers::screening::Kept] = &[rounds_customers::screening::Kept::new("lead", "note")];

/// Where rows of this area point at accounts and people.
pub const REFERENCES: &[Reference] = &[Reference::new("lead", "account_id", Account), Reference::new("lead", "person_id", Person)];

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    leads::routes()
}

/// What the area shows on the pages of accounts.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    leads::panels()
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    leads::migrations()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    leads::samples()
}

/// Where the area keeps a person's data.
pub fn personal_data() -> Vec<Box<dyn PersonalData>> {
    vec![Box::new(PersonTable::cleared("lead", "person_id", "Leads", &[("note", "''")]))]
}
