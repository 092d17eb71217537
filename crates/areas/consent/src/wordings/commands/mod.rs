//! What adds wordings.

mod add;

pub use add::AddWording;
