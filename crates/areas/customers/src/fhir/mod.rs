//! FHIR R4: the record as a provider directory, in and out, after the National Directory profiles: Organization, Practitioner,
//! PractitionerRole, OrganizationAffiliation and Location, as a Bundle or as NDJSON.
//!
//! | resource | record |
//! |---|---|
//! | Organization | a system, an account or a buying group, by its type (ours, or else by who is part of it) |
//! | Organization.partOf, OrganizationAffiliation | an affiliation; the latter has days |
//! | Location | address and telephone of its organization; a further place of an organization is an account of its own |
//! | Practitioner, PractitionerRole | a person, and where they work with role, title, department, share of time and days |
//!
//! Periods of FHIR include their last day, links of the record end on the day after it ([`model::period`]). What the record holds
//! beyond FHIR (beds, ratings, orders …) does not leave by this door. Public: [`receive`], [`export`], [`Format`], [`FhirReport`].
//! Routes: `/fhir`, `/fhir/export`, `/fhir/import`. Owns no tables: it writes through the capabilities that do.

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;

pub use import::receive;
pub use model::{FhirReport, Format, Issue};
pub use pages::samples;
pub use queries::export;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use rounds_kernel::Permission;

use rounds_web::Route;

/// The largest file taken through the browser; larger ones go by command.
const LARGEST_UPLOAD: usize = 64 << 20;

/// A source's name as it stands in keys: letters, digits and dashes; `fhir` without one.
fn named(text: &str) -> String {
    let kept: String = text.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
    let kept = kept.trim_matches('-').to_owned();
    if kept.is_empty() { "fhir".into() } else { kept }
}

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let upload = pages::upload.layer(DefaultBodyLimit::max(LARGEST_UPLOAD));
    let mut all = api::routes();
    all.extend([
        Route::get("/fhir", Permission::ReadRecord, pages::show).menu("Customers", "FHIR"),
        Route::get("/fhir/export", Permission::ReadRecord, pages::download),
        Route::post("/fhir/import", Permission::WriteRecord, upload),
    ]);
    all
}
