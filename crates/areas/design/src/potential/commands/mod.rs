//! What changes potentials.

mod import;

pub use import::{ImportPotential, PotentialRow};
