//! Products: what the company sells, in families and business units.
//!
//! Public: [`Product`], [`ProductRow`], [`ImportProducts`], [`upsert`], [`ids`], [`all`]. Routes: `/products`. Tables: [`TABLES`].

mod commands;
mod pages;
mod store;

pub use commands::ImportProducts;
pub use store::{Product, ProductRow, all, ids, migrations, upsert};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["product"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/products", Permission::ReadRecord, pages::list).menu("Customers", "Products")]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
