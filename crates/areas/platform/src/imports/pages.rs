//! Pages of imports.

use super::Importers;
use rounds_web::Route;

/// Routes of this capability.
pub fn routes(importers: Importers) -> Vec<Route> {
    let _ = importers;
    Vec::new()
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    Vec::new()
}
