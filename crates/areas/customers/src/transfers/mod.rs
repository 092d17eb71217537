//! Transfers of value: what manufacturers paid to people, as CMS Open Payments publishes it. A compliance reference, for those who may
//! read the audit log; never a score, and no input of any plan.
//!
//! A file of general payments is read in a stream; rows reach people by their NPI, and payments to people outside the record are passed
//! over. A record that CMS publishes again takes the place of its earlier form.
//!
//! Public: [`importers`], [`migrations`], [`TransfersPanel`]. Tables: [`TABLES`]. No pages: transfers show on people.

mod import;
mod pages;
mod store;

pub use import::importers;
pub use pages::TransfersPanel;
pub use store::migrations;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["value_transfer"];
