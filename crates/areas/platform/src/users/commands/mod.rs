//! What is done to users, one kind of act a file.

mod basic;
mod edit;
mod import;

pub use basic::{CreateUser, SetActive, SetPassword};
pub(super) use edit::ChangeUser;
pub use edit::{EditUser, EndAllSessions};
pub use import::UserImporter;
