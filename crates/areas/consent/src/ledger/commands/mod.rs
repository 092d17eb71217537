//! What adds contacts from elsewhere.

mod directory;
mod import;

pub(super) use directory::Directory;
pub(super) use import::write;
pub use import::{ContactRow, ImportContacts};
