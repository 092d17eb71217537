//! Clearing, recording and releasing, for use inside the commands of other areas and as commands of their own.

mod clear;
mod record;
mod release;

pub use clear::{ClearContact, clear};
pub use record::{RecordContact, record};
pub use release::release;
