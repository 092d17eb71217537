//! Files of sales: document lines, consignment counts, exchange rates.

mod consignment;
mod lines;
mod rates;

use rounds_platform::imports::Importer;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(lines::SaleLines), Box::new(consignment::Consignment), Box::new(rates::ExchangeRates)]
}
