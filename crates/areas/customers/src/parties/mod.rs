//! Parties: the numbers by which ERP systems and distributors know customers, and the accounts they stand for.
//!
//! A party plays any of four parts (sold-to, ship-to, bill-to, payer) in one system; many parties stand for one account, each from
//! one day to another. Sales land on ship-tos and reach an account through this link, never a person. A party that stands for no
//! account is kept with all its sales and listed as unmapped until someone, or a certain match, maps it.
//!
//! Public: [`PartyRow`], [`resolve`] (ids by number; new ones are added), [`Links`] (who stood for which account on a day),
//! [`mapped`] (the same as SQL), [`map`], [`end`], [`suggest`], [`match_again`], [`get`], [`links_of`], [`normal`], [`importers`],
//! [`PartiesPanel`]. Tables: [`TABLES`].

mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{end, map, match_again};
pub use import::importers;
pub use model::{HOWS, Link, Links, Party, PartyRow, ROLES, Suggestion, normal};
pub use pages::PartiesPanel;
pub use queries::{get, links_of, mapped, suggest};
pub use store::{migrations, resolve};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["party", "party_account"];
