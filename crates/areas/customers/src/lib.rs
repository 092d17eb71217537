//! Customers: systems, accounts, people, their dated affiliations, identifiers, referral regions and products; timeline and search.

pub mod accounts;
pub mod affiliations;
pub mod identifiers;
pub mod people;
pub mod products;
pub mod public_files;
pub mod regions;
pub mod scope;
pub mod search;
pub mod systems;

use rounds_platform::imports::Importer;
use rounds_store::MigrationTrait;

/// All importers of the area.
pub fn importers() -> Vec<Box<dyn Importer>> {
    public_files::importers()
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = systems::migrations();
    all.extend(accounts::migrations());
    all.extend(people::migrations());
    all.extend(affiliations::migrations());
    all.extend(identifiers::migrations());
    all.extend(products::migrations());
    all.extend(regions::migrations());
    all
}
