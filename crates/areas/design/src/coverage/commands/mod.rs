//! What changes coverage.

mod fill;
mod import;
mod refresh;

pub use fill::{FillAlignment, Filled};
pub use import::{CoverageRow, ImportCoverage};
pub(super) use import::write_coverage;
pub use refresh::RefreshScope;
pub(super) use refresh::refresh;
