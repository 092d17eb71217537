//! The trial's mirror: what a company's own files say about its business, a few minutes after they were exported.
//!
//! A run reads the whole record once and writes what it found as rows, so that the page is quick and every number opens its rows:
//! unmapped sales, rejected rows, duplicates, calls against potential (or, where no potential is known, against revenue), accounts
//! nobody calls and accounts called too much, people contacted twice, systems that several owners share, and what is unknown.
//! Each finding has its rule on its page ([`model::FINDINGS`]). Nothing here is a judgement on a person: there is no ranking of owners.
//!
//! Public: [`ask`], [`MIRROR`], [`works`], [`NoteFiles`] and [`TrialFile`] (how the files of a trial were read). Routes: `/trial`, `/trial/{finding}`, `/trial/{finding}/rows.csv`. Jobs: `mirror`.
//! Tables: [`TABLES`].

mod commands;
mod jobs;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::NoteFiles;
pub use jobs::{MIRROR, ask, works};
pub use pages::samples;
pub use store::{TrialFile, migrations};

use rounds_kernel::Permission::{ReadMeasures, WriteRecord};
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["trial_row", "trial_mirror", "trial_file"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/trial", ReadMeasures, pages::show).menu("Measure", "Mirror"),
        Route::post("/trial", WriteRecord, pages::again),
        Route::get("/trial/{finding}", ReadMeasures, pages::rows),
        Route::get("/trial/{finding}/rows.csv", ReadMeasures, pages::csv),
    ]
}
