//! "Whom do I call for what": the card that an account's own people see, in place of the list on the ward's wall.
//!
//! A topic leads to a role; whoever covers the account in that role today stands on the card, so that it is right on the day the
//! coverage changes. An account may have someone else for a topic, and a topic without a role has a line of its own.
//!
//! Public: [`WhoToCallPanel`], [`SetTopic`], [`SetExceptions`], [`REFERENCES`]. Routes: `/whom-to-call` (topics), `/whom-to-call/topics` (POST),
//! `/accounts/{id}/whom-to-call` (card, exceptions, the link to share), `/card/{token}` (the card, by signed link). Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod store;

pub use commands::{SetExceptions, SetTopic};
pub use pages::{WhoToCallPanel, samples};
pub use store::migrations;

use rounds_customers::identifiers::EntityKind::Account;
use rounds_customers::merging::Reference;
use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["call_topic", "call_exception"];

/// What points at accounts.
pub const REFERENCES: &[Reference] = &[Reference::new("call_exception", "account_id", Account)];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/whom-to-call", Permission::WriteDesign, pages::topics).menu("Design", "Whom to call"),
        Route::post("/whom-to-call/topics", Permission::WriteDesign, pages::set_topic),
        Route::get("/accounts/{id}/whom-to-call", Permission::ReadRecord, pages::card),
        Route::post("/accounts/{id}/whom-to-call", Permission::WriteProfile, pages::set_exceptions),
        Route::get("/card/{token}", Permission::Open, pages::shared).by_link(),
    ]
}
