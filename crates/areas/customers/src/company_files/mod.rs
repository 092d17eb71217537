//! Company files: accounts and people as a company's own systems export them (CRM, ERP, spreadsheets).
//!
//! | kind | file | what it does |
//! |---|---|---|
//! | `accounts` | one account a row: key, name, kind, address, numbers, parent | accounts, systems, who belongs to whom, their numbers |
//! | `people` | one person (or one person at one account) a row | people, where they work, their NPI |
//!
//! Columns are known by many names: Salesforce's and Veeva's fields, common ERP and German ones. A parent is a system
//! or an account, named by key or by name alone, in any order of the rows; one that no row is about is a system. Contacts are the contact ledger's file, owners the coverage's, orders the order book's.
//!
//! Public: [`importers`], [`COMPANY_ACCOUNT`], [`COMPANY_PERSON`], [`account_ids`], [`person_ids`] (keys of the company's files to ids),
//! [`speaks_of_sales`] (what tells a header of orders from these).
//! Tables: [`TABLES`]; `company_parent` holds what rows say of parents that are not known yet, until the file has been read.

mod import;
mod queries;
mod store;

pub use import::importers;
pub(crate) use import::index_again;
pub use queries::{account_ids, person_ids, speaks_of_sales};
pub use store::migrations;

/// Tables this capability owns; all else it writes through the capabilities that own them.
pub const TABLES: &[&str] = &["company_parent"];

/// Scheme of the keys by which the company's own files name accounts.
pub const COMPANY_ACCOUNT: &str = "company_account";

/// Scheme of the keys by which the company's own files name people.
pub const COMPANY_PERSON: &str = "company_person";
