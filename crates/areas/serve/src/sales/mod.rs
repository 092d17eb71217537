//! Sales: order, invoice, return and consignment lines as ERP systems keep them.
//!
//! A line has four parties; it lands on its ship-to and reaches an account through the dated link of `customers::parties`, never a
//! person. A ship-to that stands for no account keeps its lines, listed as unmapped sales until it is mapped. Currencies stay their
//! own and are summed apart; a rate table by date, if imported, gives one more sum in the reporting currency, named as such. A line
//! that comes again with other values is restated: the record holds the new ones and keeps the old.
//!
//! Public: [`FamilySales`], [`orders_by_day`] (orders by day and family, for indicators), [`net_by_family`] (what accounts were
//! billed, for compliance), [`SalesPanel`], [`ProductPanel`], [`importers`].
//! Routes: `/sales`, `/sales.csv`, `/sales/{id}`, `/unmapped-sales` and `/parties` with their `.csv`, `/parties/{id}` with its acts.
//! Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;
#[cfg(test)]
mod tests;

pub use commands::ImportSales;
#[cfg(test)]
pub(crate) use tests::{body, load, runners, walk};

pub use import::importers;
pub use model::{FamilySales, SaleRow};
pub use pages::{ConsignmentPanel, ProductPanel, SalesPanel, samples};
pub use queries::{OrderDay, billed_since, net_by_family, orders_by_day};
pub use store::migrations;

use rounds_customers::panels::Panel;
use rounds_kernel::Permission;
use rounds_web::Route;
use std::sync::Arc;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["sale_line", "sale_line_was", "sale_day", "consignment_stock", "exchange_rate"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    use Permission::{ReadOrders, Steward};
    let mut all = api::routes();
    all.extend([
        Route::get("/sales", ReadOrders, pages::list::list).menu("Serve", "Sales"),
        Route::get("/sales.csv", ReadOrders, pages::list::csv),
        Route::get("/sales/{id}", ReadOrders, pages::document::show),
        Route::get("/unmapped-sales", ReadOrders, pages::unmapped::list),
        Route::get("/unmapped-sales.csv", ReadOrders, pages::unmapped::csv),
        Route::post("/unmapped-sales/match", Steward, pages::unmapped::again),
        Route::get("/parties", ReadOrders, pages::parties::list),
        Route::get("/parties.csv", ReadOrders, pages::parties::csv),
        Route::get("/parties/{id}", ReadOrders, pages::parties::one),
        Route::post("/parties/{id}/map", Steward, pages::parties::map),
        Route::post("/parties/{id}/end", Steward, pages::parties::end),
    ]);
    all
}

/// What this capability shows on other areas' pages.
pub fn panels() -> Vec<Arc<dyn Panel>> {
    vec![Arc::new(SalesPanel), Arc::new(ConsignmentPanel), Arc::new(ProductPanel)]
}
