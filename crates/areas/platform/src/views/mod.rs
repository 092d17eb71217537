//! Saved views: a list with its filters, sorting and search under a name, for oneself or for everyone.
//!
//! The state of every list stands in its address, so a view is no more than a path and a query; who opens a shared one sees what
//! their own scope allows.
//!
//! Public: [`Views`] (the line on a list page), [`of`], [`chosen`] (rows ticked on it), [`Short`] (lists read whole), [`SaveView`],
//! [`DropView`]. Routes: `/views/save`, `/views/{id}/drop` (POST).
//! Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{DropView, SaveView};
pub use model::{SavedView, Views, chosen};
pub use queries::{Key, Short, Way, value};
pub use store::{migrations, of};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["saved_view"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/views/save", Permission::SignedIn, pages::save),
        Route::post("/views/{id}/drop", Permission::SignedIn, pages::drop_view),
    ]
}
