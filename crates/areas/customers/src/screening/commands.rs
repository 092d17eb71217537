//! What quality decides about a flag.

use super::model::Kept;
use super::store::{self, FlagRow, MaskedRow};
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// What a flag turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// An event: it went to the complaint file under the reference given.
    Reported,
    /// Patient data: the words are masked on every timeline, and kept as evidence.
    Masked,
    /// Neither, for the reason given.
    Cleared,
    /// Undone: it waits again.
    Reopened,
}

impl Verdict {
    /// State of the flag after it.
    pub fn state(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Masked => "masked",
            Self::Cleared => "cleared",
            Self::Reopened => "open",
        }
    }

    /// From a form.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Reported, Self::Masked, Self::Cleared]
            .into_iter()
            .find(|v| v.state() == code)
            .or(matches!(code, "" | "open").then_some(Self::Reopened))
    }
}

/// Decides about one flag.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Decide {
    /// The flag.
    pub flag: i64,
    /// What it is.
    pub verdict: Verdict,
    /// Reference in the complaint file, or the reason. Required, but for undoing.
    pub reason: String,
    /// Where notes are kept beside the fact log.
    #[serde(skip)]
    pub kept: Vec<Kept>,
}

/// What stands on the timeline in place of masked words.
pub const MASK: &str = "[removed by quality: patient data]";

impl Command for Decide {
    const NAME: &'static str = "customers.decide_flag";
    const PERMISSION: Permission = Permission::Quality;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let flag = store::flag(tx, &tx.actor, self.flag).await?.ok_or_else(|| Error::not_found("flag"))?;
        let reason = self.reason.trim();
        if reason.is_empty() && self.verdict != Verdict::Reopened {
            let (cause, remedy) =
                ("A decision needs its reason. Nothing was changed.", "Give the reference in the complaint file, or say why it is none.");
            return Err(Error::invalid("quality.reason_missing", cause, remedy));
        }
        if reason.chars().count() > 500 {
            return Err(Error::invalid(
                "quality.reason_long",
                "The reason is longer than 500 characters. Nothing was changed.",
                "Shorten it.",
            ));
        }
        if (flag.state == "open") == (self.verdict == Verdict::Reopened) {
            let cause = format!("This flag is {} already. Nothing was changed.", if flag.state == "open" { "open" } else { "decided" });
            return Err(Error::conflict("quality.decided", cause, "Look at the queue again: a colleague may have been quicker."));
        }
        let masked = self.words(tx, &flag).await?;
        let (by, at) = match self.verdict {
            Verdict::Reopened => (None, None),
            _ => (tx.actor.user.map(|u| u.0), Some(tx.now.0)),
        };
        tx.execute(
            "UPDATE text_flag SET state = $2, reason = $3, decided_by = $4, decided_at = $5, masked = $6 WHERE id = $1",
            args![self.flag, self.verdict.state(), reason.to_owned(), by, at, serde_json::to_string(&masked).map_err(Error::internal)?],
        )
        .await
        .map(|_| ())
    }
}

impl Decide {
    /// Masks the words, or puts them back; returns the rows beside the log that are masked now.
    async fn words(&self, tx: &mut Tx, flag: &FlagRow) -> Result<Vec<MaskedRow>> {
        if self.verdict == Verdict::Masked {
            rounds_store::facts::replace_note(tx, flag.fact_id, MASK).await?;
            return store::mask(tx, &self.kept, &flag.evidence, MASK).await;
        }
        if flag.state == "masked" {
            rounds_store::facts::replace_note(tx, flag.fact_id, &flag.evidence).await?;
            let rows: Vec<MaskedRow> = serde_json::from_str(&flag.masked).unwrap_or_default();
            store::unmask(tx, &self.kept, &rows, MASK).await?;
        }
        Ok(Vec::new())
    }
}
