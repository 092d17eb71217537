//! Files of contracts: heads, facilities, terms, tenders.

mod contracts;
mod facilities;
mod tenders;
mod terms;

use rounds_platform::imports::Importer;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(contracts::Contracts), Box::new(facilities::Facilities), Box::new(terms::Terms), Box::new(tenders::Tenders)]
}
