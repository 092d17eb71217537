//! The contact ledger: every contact of every channel, in either direction, by whomever. The rows are facts of kind `contact`.
//!
//! Public: [`recent`] (bulk, for planning), [`Touch`], [`ImportContacts`] (history), [`importers`] (history from a company's file), [`ids_of`]. Routes: `/contacts`.
//! Tables: [`TABLES`] (none: the store owns the fact log).

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;

pub use commands::{ContactRow, ImportContacts};
pub use model::Touch;
pub use queries::{ids_of, recent};

use rounds_kernel::Permission;
use rounds_platform::imports::Importer;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    import::importers()
}

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.push(Route::get("/contacts.csv", Permission::ReadRecord, pages::csv));
    all.push(Route::get("/contacts", Permission::ReadRecord, pages::list).menu("Consent", "Contact ledger"));
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
