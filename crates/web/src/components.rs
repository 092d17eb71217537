//! View structs of the shared components. `templates/components.html` draws them and says how.
//!
//! Every struct has a `sample()` in all the states that matter, so that the gallery, the render tests and the
//! authors of pages look at the same things.

mod action;
mod forms;
mod pages;
mod record;
mod tables;

pub use action::{ActionCard, CardState};
pub use forms::{Choice, Field, Filter};
pub use pages::{DemoUser, ProblemPage, SignInPage, SignedOutPage};
pub use record::{Fact, RecordHead, TimelineDay, TimelineItem};
pub use tables::{Column, JobState, Pager, Progress, Sort, Stat, Tab};

use std::fmt;

/// What a colour means. It is always drawn with an icon or a word, never alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// No judgement.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Look at it soon.
    Warn,
    /// Wrong or forbidden.
    Bad,
    /// Something to know.
    Info,
    /// The one thing to act on.
    Accent,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Accent => "accent",
        })
    }
}

/// A count as people read it: digits grouped by thousands.
pub fn grouped(n: i64) -> String {
    rounds_kernel::Money(n.saturating_mul(100)).whole()
}

/// A fact in a word or two, e.g. "Tier B" or "Permission given".
#[derive(Debug, Clone, Default)]
pub struct Chip {
    /// The words.
    pub text: String,
    /// What they mean for the reader.
    pub tone: Tone,
}

impl Chip {
    /// A chip of this tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// One chip of each tone.
    pub fn sample() -> Vec<Self> {
        vec![
            Self::new("Contract tier B", Tone::Plain),
            Self::new("Permission given", Tone::Good),
            Self::new("Order 3 weeks late", Tone::Warn),
            Self::new("No permission for mail", Tone::Bad),
            Self::new("Prefers phone before noon", Tone::Info),
            Self::new("Trial data asked for", Tone::Accent),
        ]
    }
}
