//! The one gate: nothing reaches a person, by a human or by a machine, without passing here.
//!
//! A contact is *cleared* when someone takes it on, *recorded* when it took place, and *released* when it will not be made. The
//! rules are one pure function, [`judge`], asked by planning and by acting alike: permission ([`permitted`]), frequency over all
//! channels and owners ([`frequency`]) and space between live contacts ([`spacing`]).
//!
//! Inside a command: [`clear`], [`record`], [`release`]. For others' own rules: [`Limits`], [`PersonState`], [`Held`], [`Refusal`],
//! [`next_live_day`], [`is_live`]. Tables: [`TABLES`]. No routes: engage and demand put the gate behind theirs.

mod check;
mod commands;
mod model;
mod store;
#[cfg(test)]
mod tests;

pub use check::{frequency, is_live, judge, next_live_day, permitted, spacing};
pub use commands::{ClearContact, RecordContact, clear, record, release};
pub use model::{Clearance, ContactMade, Direction, Held, Holding, Limits, PersonState, Recorded, Refusal, Request};
pub use store::migrations;
pub(crate) use store::{lock_person, revoke};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["clearance"];
