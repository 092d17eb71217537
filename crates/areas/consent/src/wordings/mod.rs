//! The words people say yes to: versioned, by language, never changed once written.
//!
//! Public: [`AddWording`], [`Wording`], [`latest`], [`titles`]. Routes: `/wordings` (GET, POST). Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::AddWording;
pub use model::Wording;
pub use queries::{all, get, latest, titles};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["wording"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/wordings", Permission::ReadRecord, pages::list).menu("Consent", "Wordings"),
        Route::post("/wordings", Permission::WriteRecord, pages::add),
    ]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
