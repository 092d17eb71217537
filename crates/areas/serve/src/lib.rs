//! Serve: what customers ordered and what they still wait for.

pub mod orders;

use rounds_customers::identifiers::EntityKind::Account;
use rounds_customers::merging::Reference;
use rounds_customers::panels::Panel;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Where rows of this area point at accounts.
pub const REFERENCES: &[Reference] = &[Reference::new("order_line", "account_id", Account)];

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    orders::routes()
}

/// What the area shows on the pages of accounts.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    orders::panels()
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    orders::migrations()
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    orders::samples()
}
