//! Merging: two records that are one become one, with everything that points at them, and can be taken apart again.
//!
//! Public: [`Reference`] with its parts [`Once`], [`Wins`] and [`RowKey`]: how an area says where its rows point at records.

mod model;

pub(crate) use model::OWN;
pub use model::{Once, Reference, RowKey, Wins};

/// Tables this capability owns.
pub const TABLES: &[&str] = &[];
