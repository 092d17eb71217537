//! A new text, or a new version of one.

use crate::permissions::{ANY_PURPOSE, Aim};
use rounds_kernel::{Channel, Error, Permission, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Adds a text; what was written before stays, because people said yes to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddWording {
    /// The channel it asks about.
    pub channel: Channel,
    /// What for; `None` for every purpose.
    pub aim: Option<Aim>,
    /// Language, two letters.
    pub language: String,
    /// The words.
    pub text: String,
}

impl Command for AddWording {
    const NAME: &'static str = "consent.add_wording";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let text = self.text.trim();
        if text.is_empty() || text.chars().count() > 4_000 {
            return Err(Error::invalid(
                "consent.wording",
                "The text is empty or longer than 4,000 characters. Nothing was changed.",
                "Shorten it.",
            ));
        }
        if self.language.len() != 2 || !self.language.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(Error::invalid(
                "consent.language",
                format!("“{}” is no language. Nothing was changed.", self.language),
                "Use its two letters, e.g. de.",
            ));
        }
        let purpose = self.aim.map_or(ANY_PURPOSE, Aim::code);
        let key = || args![self.channel.code(), purpose, self.language.clone()];
        let version =
            1 + tx.number("SELECT MAX(version) FROM wording WHERE channel = $1 AND purpose = $2 AND language = $3", key()).await?;
        const INTO: &[&str] = &["channel", "purpose", "language", "version", "text", "user_name", "at"];
        let mut row = key();
        row.extend(args![version, text, tx.actor.name.clone(), tx.now.0]);
        tx.insert("wording", INTO, row).await
    }
}
