//! What adds contacts from elsewhere.

mod import;

pub use import::{ContactRow, ImportContacts};
