//! The one gate: nothing reaches a person, by a human or by a machine, without passing here.
//!
//! A contact is *cleared* when someone takes it on, *recorded* when it took place, and *released* when it will not be made. The
//! rules are one pure function, [`judge`], asked by planning and by acting alike: permission ([`permitted`]), quiet periods of tenders ([`unless_quiet`]), the access register
//! ([`admitted`]), frequency over all channels and owners ([`frequency`]), space between live contacts ([`spacing`]) and calling hours
//! ([`hours`]).
//!
//! Inside a command: [`clear`], [`record`], [`release`]. For others' own rules: [`LimitBook`], [`Limits`], [`PersonState`], [`Held`],
//! [`Refusal`], [`next_live_day`], [`is_live`]. Tables: [`TABLES`]. Routes: `/contact-limits` (GET, POST); engage and demand put the
//! gate behind theirs.

mod check;
mod commands;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use check::{admitted, frequency, hours, is_live, judge, next_live_day, permitted, spacing, unless_quiet};
pub use commands::{ClearContact, RecordContact, SetLimits, clear, record, release};
pub use model::{Clearance, ContactMade, Direction, Held, Holding, LimitBook, Limits, PersonState, Recorded, Refusal, Request};
pub use store::migrations;
pub(crate) use store::{lock_person, revoke};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["clearance"];

use rounds_kernel::Permission;
use rounds_web::Route;

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/contact-limits", Permission::ReadRecord, pages::limits).menu("Consent", "Contact limits"),
        Route::post("/contact-limits", Permission::WriteRecord, pages::set),
    ]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
