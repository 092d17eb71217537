//! Orders: lines of an account, never of a person, with what is still on back order.
//!
//! Public: [`OrderRow`], [`ImportOrders`] (also brings the status of known lines up to date), [`Status`],
//! [`sums`] (by day and family).
//! Routes: `/orders` (list), `/orders.csv`. Tables: [`TABLES`]. Facts: kind `order`, one a line, at its first import.

mod api;
mod commands;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use commands::{ImportOrders, OrderRow};
pub use model::Status;
pub use store::{FamilySum, migrations, sums};

use rounds_customers::panels::Panel;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["order_line", "order_day"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/orders", Permission::ReadOrders, pages::list).menu("Serve", "Orders"),
        Route::get("/orders.csv", Permission::ReadOrders, pages::export),
    ]);
    all
}

/// What this capability shows on other areas' pages.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(pages::OrdersPanel)]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
