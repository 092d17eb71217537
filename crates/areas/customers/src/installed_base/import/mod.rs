//! Files of the installed base: devices with their service contracts, and service calls.

mod calls;
mod devices;

use rounds_platform::imports::Importer;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(devices::Devices), Box::new(calls::Calls)]
}
