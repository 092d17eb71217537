//! Serve: what customers ordered, were billed and sent back, and what they still wait for.

pub mod compliance;
pub mod crm_export;
pub mod orders;
pub mod pull_through;
pub mod sales;
pub mod tracings;

use rounds_customers::identifiers::EntityKind::Account;
use rounds_customers::merging::Reference;
use rounds_customers::panels::Panel;
use rounds_platform::imports::Importer;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Where rows of this area point at accounts.
pub const REFERENCES: &[Reference] = &[Reference::new("order_line", "account_id", Account)];

/// All importers of the area.
pub fn importers() -> Vec<Box<dyn Importer>> {
    let mut all = sales::importers();
    all.extend(tracings::importers());
    all
}

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut all = orders::routes();
    all.extend(sales::routes());
    all.extend(tracings::routes());
    all.extend(compliance::routes());
    all.extend(crm_export::routes());
    all
}

/// What the area shows on the pages of accounts.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    let mut all = orders::panels();
    all.extend(sales::panels());
    all.extend(tracings::panels());
    all.extend(compliance::panels());
    all.push(Arc::new(pull_through::PullThroughPanel));
    all
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = orders::migrations();
    all.extend(sales::migrations());
    all.extend(tracings::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = orders::samples();
    all.extend(sales::samples());
    all.extend(tracings::samples());
    all.extend(compliance::samples());
    all.extend(crm_export::samples());
    all
}
