//! Products: what the company sells, in families and business units.
//!
//! Public: [`Product`], [`ProductRow`], [`ImportProducts`], [`upsert`], [`ids`], [`all`]. Routes: `/products`. Tables: [`TABLES`].

mod api;
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
    let mut all = api::routes();
    all.push(Route::get("/products", Permission::ReadRecord, pages::list).menu("Customers", "Products"));
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
