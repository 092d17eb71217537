//! Names over time: what each source called a system or an account on which day, so that former names are kept, shown and found.
//!
//! Public: [`see`], [`history`], [`on`], [`former`], [`latest`]. Tables: [`TABLES`]; its `entity_id` points at records of `entity_kind`.

mod model;
mod store;

pub use model::{NameSpan, spans};
pub use store::{former, history, latest, migrations, on, see};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["name_sighting"];
