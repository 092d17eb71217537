//! Profiles: what a system or an account answers to a fixed set of questions: who decides, what they want, how they grow.
//!
//! Questions are data: operations add and retire them; an answer carries its day, its source and who gave it, and a later one closes
//! it, so that the profile of any day can be read. Completeness counts answers that are not older than their question allows.
//!
//! Public: [`AnswerProfile`], [`AddQuestion`], [`RetireQuestion`], [`ProfilePanel`], [`REFERENCES`]. Routes: `/profiles` (who is profiled, how
//! completely, how long ago), `/profiles.csv`, `/profiles/questions`, `/profiles/{kind}/{id}` (the questionnaire). Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod store;

pub use commands::{AddQuestion, AnswerProfile, RetireQuestion};
pub use model::Whose;
pub use pages::{ProfilePanel, samples};
pub use store::{migrations, name as name_of};

use crate::identifiers::EntityKind;
use crate::merging::Reference;
use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["profile_question", "profile_answer"];

/// What points at systems and accounts.
pub const REFERENCES: &[Reference] = &[
    Reference { kind_column: Some("subject_kind"), ..Reference::new("profile_answer", "subject_id", EntityKind::System) },
    Reference { kind_column: Some("subject_kind"), ..Reference::new("profile_answer", "subject_id", EntityKind::Account) },
];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/profiles", Permission::ReadRecord, pages::list).menu("Customers", "Profiles"),
        Route::get("/profiles.csv", Permission::ReadRecord, pages::csv),
        Route::get("/profiles/questions", Permission::WriteRecord, pages::questions),
        Route::post("/profiles/questions/add", Permission::WriteRecord, pages::add),
        Route::post("/profiles/questions/{id}/retire", Permission::WriteRecord, pages::retire),
        Route::get("/profiles/{kind}/{id}", Permission::ReadRecord, pages::sheet),
        Route::post("/profiles/{kind}/{id}/answer", Permission::WriteProfile, pages::answer),
    ]);
    all
}
