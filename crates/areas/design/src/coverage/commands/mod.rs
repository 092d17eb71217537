//! What changes coverage.

mod fill;
mod import;
mod refresh;

pub use fill::{FillAlignment, Filled};
pub(super) use import::write_coverage;
pub use import::{CoverageRow, ImportCoverage};
pub use refresh::RefreshScope;
pub(super) use refresh::refresh;
