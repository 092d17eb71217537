//! What changes country rules.

mod set;

pub use set::SetCountryRule;
