//! Free text under watch: notes are screened for patient data and adverse events, and made findable by their words.
//!
//! A note is never refused and never silently changed: it is flagged, and quality decides. Patient data can be masked on the
//! timeline; what stood there stays as evidence that only quality reads. Awareness of an adverse event starts a clock
//! (21 CFR 803.10, MDR (EU) 2017/745 Art. 87), so the queue shows how long each has waited.
//!
//! Words that a form takes are put into the body of the fact it writes, as `note`; where they are kept beside the log too is said by
//! each area with [`Kept`], so that what is masked is masked there as well.
//!
//! Public: [`screen`] (one text), [`heard`] (to be called when a note was written), [`Kept`], [`FreeTextWork`], [`Decide`]. Routes: `/quality`,
//! `/quality/{id}/decide` (POST), `/notes` (full-text search over notes). Tables: [`TABLES`].

mod commands;
mod jobs;
mod model;
mod pages;
mod store;

pub use commands::{Decide, Verdict};
pub use jobs::{FreeTextWork, KIND, heard};
pub use model::{Flag, FlagKind, Kept, screen};
pub use pages::samples;
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["text_flag", "free_text"];

/// Routes of this capability; `kept` are all columns that hold notes beside the fact log.
pub fn routes(kept: Vec<Kept>) -> Vec<Route> {
    let decide = move |app, visitor, flashes, id, form| pages::decide(app, visitor, flashes, id, form, kept.clone());
    vec![
        Route::get("/quality", Permission::Quality, pages::queue).menu("Customers", "Quality queue"),
        Route::post("/quality/{id}/decide", Permission::Quality, decide),
        Route::get("/notes", Permission::ReadRecord, pages::notes).menu("Customers", "Notes"),
    ]
}
