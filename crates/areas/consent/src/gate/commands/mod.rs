//! Clearing, recording and releasing, for use inside the commands of other areas and as commands of their own.

mod clear;
mod record;
mod release;
mod set_limits;

pub use clear::{ClearContact, clear};
pub use record::{RecordContact, record};
pub use release::release;
pub use set_limits::SetLimits;
