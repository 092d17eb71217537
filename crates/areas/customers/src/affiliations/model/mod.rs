//! What is linked to what, what sources say of it, and the links that follow.

mod fold;
mod kinds;

pub use fold::fold;
pub use kinds::LinkKind;

use rounds_kernel::Day;
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// Source of what people enter by hand: it holds against all other sources until a person changes it.
pub const HAND: &str = "hand";

/// An account's system on its way into the record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountSystemRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// Source key of the account.
    pub account_key: String,
    /// Source key of the system; empty for an account that is independent on that day.
    pub system_key: String,
    /// Since when it is known to hold.
    pub from: Day,
    /// Where it comes from.
    pub source: String,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
}

/// A link about to be written.
#[derive(Debug, Clone)]
pub struct Link {
    /// Id of the child.
    pub child: i64,
    /// Id of the parent.
    pub parent: i64,
    /// Since when it is known to hold.
    pub from: Day,
    /// Where it comes from.
    pub source: String,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
}

/// A link as stored.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Affiliation {
    /// Id.
    pub id: i64,
    /// Id of the child.
    pub child_id: i64,
    /// Id of the parent.
    pub parent_id: i64,
    /// First day.
    pub valid_from: i64,
    /// Day from which it no longer holds; none while it does.
    pub valid_to: Option<i64>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// What the child is there: a person's role, or whether a place is a department, campus or practice; may be empty.
    pub role: String,
    /// Title, as on the card; may be empty.
    pub title: String,
    /// Department; may be empty.
    pub department: String,
    /// Share of the working time, percent.
    pub share: Option<i64>,
}

/// What the child is at the parent, where a source says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// A person's role there, or whether a place is a department, campus or practice of the other.
    pub role: String,
    /// Title, as on the card.
    pub title: String,
    /// Department.
    pub department: String,
    /// Share of the working time, percent.
    pub share: Option<i64>,
}

/// What a source says about a child on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Said {
    /// It is at this parent.
    Here,
    /// It has no parent.
    Alone,
    /// A whole release of the source no longer lists the child.
    Unlisted,
    /// From this day on it is at this parent; says nothing of others.
    Opened,
    /// From this day on it is no longer at this parent; says nothing of others.
    Ended,
}

impl Said {
    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Alone => "alone",
            Self::Unlisted => "unlisted",
            Self::Opened => "opened",
            Self::Ended => "ended",
        }
    }

    /// From its stored code.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Here, Self::Alone, Self::Unlisted, Self::Opened, Self::Ended].into_iter().find(|s| s.code() == code)
    }
}

/// One thing that a source said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    /// Id of the child.
    pub child: i64,
    /// Id of the parent; 0 when there is none.
    pub parent: i64,
    /// Who says so.
    pub source: String,
    /// For which day.
    pub day: i64,
    /// What.
    pub said: Said,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// What the child is there.
    pub post: Post,
}

impl Sighting {
    /// A sighting without a post, said for certain.
    pub fn new(child: i64, parent: i64, source: &str, day: Day, said: Said) -> Self {
        Self { child, parent, source: source.to_owned(), day: day.0.into(), said, confidence: 1.0, post: Post::default() }
    }

    /// Names the sighting among those of its kind of link.
    pub(super) fn key(&self) -> (i64, i64, &str, i64) {
        (self.child, self.day, &self.source, self.parent)
    }

    /// True when it speaks of all the child's parents at once.
    pub(super) fn whole(&self) -> bool {
        matches!(self.said, Said::Here | Said::Alone | Said::Unlisted)
    }
}

impl From<Link> for Sighting {
    fn from(l: Link) -> Self {
        Self {
            child: l.child,
            parent: l.parent,
            day: l.from.0.into(),
            said: Said::Here,
            source: l.source,
            confidence: l.confidence,
            post: Post::default(),
        }
    }
}

/// A link that follows from sightings.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Id of the parent.
    pub parent: i64,
    /// First day.
    pub from: i64,
    /// Day from which it no longer holds.
    pub to: Option<i64>,
    /// Who said so first.
    pub source: String,
    /// How sure it is.
    pub confidence: f64,
    /// What the child is there, as said last.
    pub post: Post,
}
