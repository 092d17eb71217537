//! Answering, and changing what is asked.

mod answer;
mod questions;

pub use answer::AnswerProfile;
pub use questions::{AddQuestion, RetireQuestion};
