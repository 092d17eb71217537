//! Files of buying groups and of who buys through them.

mod groups;
mod members;

use rounds_platform::imports::Importer;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(groups::Groups), Box::new(members::Members)]
}
