//! Products: what the company sells, in families and business units.
//!
//! Public: [`Product`], [`ProductRow`], [`ImportProducts`], [`upsert`], [`ids`], [`all`]. Routes: `/products`. Tables: [`TABLES`].

mod commands;
mod store;

pub use commands::ImportProducts;
pub use store::{Product, ProductRow, all, ids, migrations, upsert};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["product"];
