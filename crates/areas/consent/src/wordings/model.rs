//! A text as people saw it.

use crate::permissions::Aim;
use rounds_kernel::{Channel, Time};

/// One version of a text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Id, kept beside the answers given to it.
    pub id: i64,
    /// The channel it asks about.
    pub channel: Channel,
    /// What for; `None` for every purpose.
    pub aim: Option<Aim>,
    /// Language, two letters.
    pub language: String,
    /// Counted from 1 for each channel, purpose and language.
    pub version: i64,
    /// The words.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Time,
}

impl Wording {
    /// Its name in lists.
    pub fn title(&self) -> String {
        let aim = self.aim.map_or("every purpose".to_owned(), |a| a.label().to_lowercase());
        format!("{}, {aim} ({}, version {})", self.channel.label(), self.language, self.version)
    }
}
