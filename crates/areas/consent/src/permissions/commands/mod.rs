//! What changes permissions.

mod count;
mod import;
mod lapse;
mod record;

pub use count::CountReach;
pub(crate) use import::take_answers;
pub use import::{ImportPermissions, PermissionRow};
pub use lapse::LapsePermissions;
pub(crate) use record::write_denial;
pub use record::{RecordPermission, Terms};
