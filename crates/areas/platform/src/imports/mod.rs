//! Imports: files on their way into the record, for all areas.
//!
//! An area registers what it can read as an [`Importer`]. A file is received (kept, compressed, before anyone is told that it was
//! accepted), then worked off in transactions of a few chunks of [`CHUNK`] rows: each writes its rows, its rejected rows and the
//! job's position together or not at all, so that a killed program goes on where it was. Running a finished file again is harmless.
//!
//! * reading: `import/` (lines, records, cells): UTF-8 with or without byte-order mark; a line that is no valid UTF-8 is read as
//!   CP1252; a row that cannot be used is rejected with line, code, cause and remedy, and stops no other row;
//! * [`Incoming`] keeps a file in parts as it arrives, [`ask`] asks for its import (or a dry run), [`run_job`] does the work here and
//!   now, [`run_import`] all three; [`ImportWork`] is the work itself (server); [`UndoImport`] and [`UndoWork`] take an import back;
//! * [`export`] writes CSV that no spreadsheet takes for formulas.
//!
//! Routes (see [`routes`]): `/imports`, `/imports/upload`, `/imports/files/{hash}` (which column is which), `/imports/{job}`,
//! `/imports/{job}/line`, `/imports/{job}/rejects.csv`, `/imports/{job}/rejected-rows.csv`, `/imports/{job}/undo`, `/imports/{job}/again`.
//! Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod jobs;
mod model;
mod pages;
mod store;

pub use commands::{Ask, Incoming, ask, receive};
use import::choose;
pub use import::{DayOrder, Fit, Mapping, fit, header_of_text};
pub use jobs::{ImportWork, Tell, UNDO_KIND, UndoImport, UndoReport, UndoWork, run_import, run_job, run_undo};
pub use model::{
    ChunkReport, Column, FileInfo, Follows, Form, ImportReport, Importer, Importers, Note, NoteCount, Preview, Row, Shown, Touched, export,
    folded, reject,
};
pub use pages::samples;
pub use store::{RejectRow, mapping_of_header, migrations, rejects_of, saved_mapping};

use rounds_web::Route;

/// Routes of this capability, for all that `importers` read.
pub fn routes(importers: Importers) -> Vec<Route> {
    let mut all = api::routes(importers.clone());
    all.extend(pages::routes(importers));
    all
}

/// Tables this capability owns.
pub const TABLES: &[&str] = &["import_file", "import_part", "import_reject", "import_mapping", "import_fact", "import_undone"];

/// Kind of the jobs of this capability.
pub const JOB_KIND: &str = "import";

/// Rows that are checked and written together.
pub const CHUNK: usize = 1_000;

/// Chunks a transaction takes at most.
const MOST_CHUNKS: usize = 4;

/// Milliseconds that a transaction should not exceed, so that pages which write stay quick while a file loads.
const LONGEST_MS: i64 = 60;

/// Setting that holds the largest file taken through the browser, in megabytes.
pub const LARGEST_UPLOAD: &str = "import.largest_upload_mb";

/// The same where nothing is set. Files arrive in pieces: their size costs no memory.
pub const LARGEST_UPLOAD_MB: u64 = 4_096;
