//! The company's catalogue, and the FDA's list of product codes.

mod catalogue;
mod fda_codes;

use rounds_platform::imports::Importer;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(catalogue::Catalogue), Box::new(fda_codes::FdaCodes)]
}
