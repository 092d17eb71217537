//! What changes permissions.

mod import;
mod record;

pub(crate) use import::take_answers;
pub use import::{ImportPermissions, PermissionRow};
pub use record::RecordPermission;
pub(crate) use record::write_denial;
