//! Affiliations: dated links between systems, accounts, groups, regions and people, with their history.
//!
//! Two tables. `affiliation_sighting` keeps what each source said on which day, and what people entered by hand; `affiliation` holds
//! the links that follow from it, each with its first day, the day from which it no longer holds, source and confidence. Links are
//! made again from the sightings whenever one is added ([`model::fold`]), so the order in which sources and releases arrive does not
//! matter. A link without an end is current. The rules of making links out of sightings are in `docs/decisions/0012`.
//!
//! Public: [`LinkKind`] (what is linked to what), [`link`], [`end`] and [`see`] (bulk), [`Open`], [`Close`], [`Correct`], [`Undo`] (by
//! hand), [`current`], [`of_child`], [`merged`], [`taken_apart`] and [`settle`] (around a merge), [`close_unlisted`] (releases), [`LinksFollow`]
//! (after an import was taken back), [`AccountSystemRow`],
//! [`ImportAffiliations`]. Routes: `/affiliations/{kind}/{child}` and its posts.
//! Tables: [`TABLES`]; the columns `child_id`,
//! `parent_id` of both tables point at records of the kinds `child_kind` and `parent_kind`.

mod api;
mod check;
mod commands;
mod jobs;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{Close, Correct, ImportAffiliations, Open, Undo};
pub use jobs::LinksFollow;
pub use model::{AccountSystemRow, Affiliation, HAND, Link, LinkKind, Post, Said, Sighting, Span, fold};
pub use pages::{LinkGroup, LinkItem, editable, holds, links_of, sample};
pub use store::{Changes, close_unlisted, current, end, link, merged, migrations, of_child, see, settle, taken_apart, upsert};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["affiliation", "affiliation_sighting", "affiliation_edit"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/affiliations/{kind}/{child}", Permission::ReadRecord, pages::list),
        Route::post("/affiliations/{kind}/{child}/open", Permission::WriteRecord, pages::open),
        Route::post("/affiliations/{kind}/{child}/close", Permission::WriteRecord, pages::close),
        Route::post("/affiliations/{kind}/{child}/correct", Permission::WriteRecord, pages::correct),
        Route::post("/affiliations/edits/{edit}/undo", Permission::WriteRecord, pages::undo),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
