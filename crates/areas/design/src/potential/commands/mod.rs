//! What changes potentials.

mod import;

pub(super) use import::{Estimate, put, put_defaults};
pub use import::{ImportPotential, PotentialRow};
