//! Exports to the systems people keep: account_territory__v for Veeva Vault CRM, and Account, Contact, Order and OrderItem for Salesforce.
//!
//! Each is a CSV with the object's own field names, within the reader's scope, with nothing in it that a spreadsheet takes for a formula.
//! Contacts carry no money, and orders no person. Records are named by our source keys, as external ids. The same rows come from the
//! page `/exports` and from `rounds export`.
//!
//! Public: [`Object`], [`rows`], [`Rows`]. Routes: `/exports`, `/exports/{object}`. Owns no tables.

mod model;
mod pages;
mod queries;
#[cfg(test)]
mod tests;

pub use model::{Object, Rows};
pub use pages::samples;
pub use queries::rows;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/exports", Permission::ReadRecord, pages::show).menu("Serve", "Exports"),
        Route::get("/exports/{object}", Permission::ReadRecord, pages::download),
    ]
}
