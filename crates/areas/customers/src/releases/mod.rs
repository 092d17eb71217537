//! Releases of public sources: what one says differently from the one before, hospital by hospital and system by system.
//!
//! A source that publishes whole lists (the AHRQ Compendium) is read release by release. What a release no longer lists ends on its
//! day; sales, mergers, new names and openings are told apart here. Releases may arrive in any order.
//!
//! Public: [`complete`] (called when a release's file is read to its end), [`newer`], [`preview`] (what a file would change, without changing
//! it), [`compare`]. Routes: `/releases`, `/releases/{id}`, `/releases/preview`. Tables: [`TABLES`].

mod model;
mod pages;
mod queries;
mod store;

pub use model::{Change, ChangeKind, ReleaseReport, Snapshot, compare};
pub use pages::samples;
pub use queries::preview;
pub use store::{complete, migrations, newer};

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["source_release"];

/// The largest file that is looked at before it is imported: a release has a few megabytes.
const LARGEST_UPLOAD: usize = 64 << 20;

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let preview = pages::preview.layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    vec![
        Route::get("/releases", Permission::WriteRecord, pages::list).menu("Customers", "Releases"),
        Route::get("/releases/{id}", Permission::WriteRecord, pages::detail),
        Route::post("/releases/preview", Permission::WriteRecord, preview),
    ]
}
