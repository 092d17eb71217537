//! Who may be contacted, and how: a dated permission per person and channel, append-only.
//!
//! "Unknown" is a state of its own: nobody asked yet. What unknown allows depends on the country ([`policy`]); a recorded no
//! always stands, and `*` (do not contact) beats everything.
//!
//! Public: [`State`], [`Reach`], [`current`] (bulk, for planning), [`of_person`], [`history`], [`policy`], [`RecordPermission`], [`PermissionPanel`],
//! [`ImportPermissions`]. Routes: `/permissions`, `/permissions/people`, `/people/{id}/permission` (POST). Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{ImportPermissions, PermissionRow, RecordPermission};
pub(crate) use commands::{take_answers, write_denial};
pub use model::{ANY_CHANNEL, Reach, State, policy};
pub use pages::PermissionPanel;
pub use queries::{Entry, Reachability, current, history, of_person};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["permission"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/permissions", Permission::ReadRecord, pages::overview).menu("Consent", "Reachability"),
        Route::get("/permissions/people", Permission::ReadRecord, pages::people),
        Route::post("/people/{id}/permission", Permission::WritePermission, pages::record),
    ]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
