//! What changes the access register.

mod end;
mod set;

pub use end::EndAccess;
pub use set::SetAccess;
pub use set::Target;
pub(super) use set::write;
