//! Products: what the company sells, by business unit, family, line and article, as a governed catalogue.
//!
//! An article has a device identifier (GTIN checked by its check digit, or HIBCC and ICCBBA by name), an FDA product code from the
//! public list, units of measure with what they hold, list prices with currency and dates, a stage, a predecessor and a successor.
//! Every change of a field is kept with who made it. Public: [`Product`], [`ProductRow`], [`ImportProducts`], [`upsert`], [`ids`],
//! [`all`], [`Numbers`] (articles by code, device identifier or GTIN), [`importers`].
//! Routes: `/products`, `/products.csv`, `/products/{id}`. Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::ImportProducts;
pub use import::importers;
pub use pages::samples;
pub use queries::Numbers;
pub use store::{Product, ProductRow, all, ids, migrations, upsert};

use crate::panels::Panels;
use axum::extract::{Path, State};
use rounds_kernel::Permission;
use rounds_web::{App, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["product", "product_unit", "product_price", "product_change", "fda_product_code", "consumable_of"];

/// Routes of this capability; `panels` are drawn on the page of a product.
pub fn routes(panels: &Panels) -> Vec<Route> {
    let panels = panels.clone();
    let one = move |State(app): State<App>, visitor: Visitor, Path(id): Path<i64>| pages::one(app, visitor, id, panels.clone());
    let mut all = api::routes();
    all.extend([
        Route::get("/products", Permission::ReadRecord, pages::list).menu("Customers", "Products"),
        Route::get("/products.csv", Permission::ReadRecord, pages::csv),
        Route::get("/products/{id}", Permission::ReadRecord, one),
    ]);
    all
}
