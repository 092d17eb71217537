//! Stakeholder map: who counts in a system or at an account, how they stand towards us, who knows whom, and who of us meets them.
//!
//! A place on the map is dated: a later judgement closes the earlier one. Who of us meets a person is not judged but counted, from
//! the contacts of the last year. Influence and stance are judgements about a role in a decision, never about a person's worth.
//!
//! Public: [`PlaceStakeholder`], [`LinkPeople`], [`StakeholderPanel`], [`REFERENCES`]. Routes: `/stakeholders/{kind}/{id}` (the map),
//! `…/place`, `…/link` (POST), `/stakeholders/places/{id}/end`, `/stakeholders/links/{id}/end` (POST). Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod store;

pub use commands::{EndLink, EndPlace, LinkPeople, PlaceStakeholder};
pub use model::{DecisionRole, Stance, Tie};
pub use pages::{StakeholderPanel, samples};
pub use store::migrations;

use crate::identifiers::EntityKind;
use crate::merging::Reference;
use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["stakeholder", "acquaintance"];

/// What points at systems, accounts and people.
pub const REFERENCES: &[Reference] = &[
    Reference { kind_column: Some("subject_kind"), ..Reference::new("stakeholder", "subject_id", EntityKind::System) },
    Reference { kind_column: Some("subject_kind"), ..Reference::new("stakeholder", "subject_id", EntityKind::Account) },
    Reference::new("stakeholder", "person_id", EntityKind::Person),
    Reference::new("acquaintance", "from_id", EntityKind::Person),
    Reference::new("acquaintance", "to_id", EntityKind::Person),
];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/stakeholders/{kind}/{id}", Permission::ReadRecord, pages::map),
        Route::post("/stakeholders/{kind}/{id}/place", Permission::WriteProfile, pages::place),
        Route::post("/stakeholders/{kind}/{id}/link", Permission::WriteProfile, pages::link),
        Route::post("/stakeholders/places/{id}/end", Permission::WriteProfile, pages::end_place),
        Route::post("/stakeholders/links/{id}/end", Permission::WriteProfile, pages::end_link),
    ]);
    all
}
