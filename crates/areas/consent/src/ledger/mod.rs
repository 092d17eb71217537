//! The contact ledger: every contact of every channel, in either direction, by whomever. The rows are facts of kind `contact`.
//!
//! Public: [`recent`] (bulk, for planning), [`Touch`], [`ImportContacts`] (history from a file), [`ids_of`]. Routes: `/contacts`.
//! Tables: [`TABLES`] (none: the store owns the fact log).

mod commands;
mod model;
mod pages;
mod queries;

pub use commands::{ContactRow, ImportContacts};
pub use model::Touch;
pub use queries::{ids_of, recent};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/contacts", Permission::ReadRecord, pages::list).menu("Consent", "Contact ledger")]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
