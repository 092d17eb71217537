//! What people do to subscriptions.

mod change;
mod make;
mod replay;
mod rotate;

pub use change::{ChangeWebhook, RemoveWebhook};
pub use make::MakeWebhook;
pub use replay::{Replay, SendTest};
pub use rotate::RotateSecret;

use super::model::TOPICS;
use rounds_kernel::{Error, Result};

/// The topics as kept: known ones, each once, in the list's order.
fn topics(asked: &[String]) -> Result<String> {
    if let Some(unknown) = asked.iter().find(|t| !TOPICS.iter().any(|(known, _)| known == &t.as_str())) {
        let cause = format!("There is no topic “{unknown}”. Nothing was saved.");
        return Err(Error::invalid("webhook.topic", cause, "Choose from the list."));
    }
    let kept: Vec<&str> = TOPICS.iter().map(|(t, _)| *t).filter(|t| asked.iter().any(|a| a == t)).collect();
    if kept.is_empty() {
        return Err(Error::invalid("webhook.topics", "No topic was chosen. Nothing was saved.", "Choose at least one."));
    }
    Ok(kept.join(","))
}
