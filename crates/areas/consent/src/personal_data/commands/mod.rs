//! Asking for one's data, asking for an erasure, and settling both.

mod ask;
mod confirm;
mod refuse;

pub use ask::{AskErasure, AskForData};
pub use confirm::ConfirmErasure;
pub use refuse::RefuseRequest;
