//! Design: what accounts could buy, and who covers them for which business unit in which role.

pub mod coverage;
pub mod potential;
pub mod who_to_call;

use rounds_customers::identifiers::EntityKind::Account;
use rounds_customers::merging::{Once, Reference, Wins};
use rounds_platform::imports::Importer;
use rounds_store::MigrationTrait;
use rounds_web::Route;

/// Where rows of this area point at accounts. One owner a business unit and role: the survivor's stays; of two potentials the later
/// estimate stays.
pub const REFERENCES: &[Reference] = &[
    Reference::new("coverage", "account_id", Account).once(&[Once {
        columns: &["business_unit", "role"],
        among: "{row}.valid_to IS NULL",
        wins: Wins::Survivor,
    }]),
    Reference::new("potential", "account_id", Account).once(&[Once { columns: &["family"], among: "", wins: Wins::Latest("as_of") }]),
];

/// All importers of the area.
pub fn importers() -> Vec<Box<dyn Importer>> {
    let mut all = coverage::importers();
    all.extend(potential::importers());
    all
}

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut all = coverage::routes();
    all.extend(potential::routes());
    all.extend(who_to_call::routes());
    all
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = coverage::migrations();
    all.extend(potential::migrations());
    all.extend(who_to_call::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = coverage::samples();
    all.extend(potential::samples());
    all.extend(who_to_call::samples());
    all
}
