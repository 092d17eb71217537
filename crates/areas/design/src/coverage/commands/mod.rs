//! What changes coverage.

mod fill;
mod import;
mod refresh;

pub use fill::{FillAlignment, Filled};
pub use import::{CoverageRow, ImportCoverage};
pub use refresh::RefreshScope;
