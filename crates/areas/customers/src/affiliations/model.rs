//! Links, as read and as stored, and what a new link means for the older ones.

use rounds_kernel::Day;
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// What is linked to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// An account belongs to a system: to one at a time.
    AccountSystem,
    /// A person works at an account: perhaps at several.
    PersonAccount,
}

impl LinkKind {
    /// Kind of the child, as stored.
    pub fn child(self) -> &'static str {
        match self {
            Self::AccountSystem => "account",
            Self::PersonAccount => "person",
        }
    }

    /// Kind of the parent, as stored.
    pub fn parent(self) -> &'static str {
        match self {
            Self::AccountSystem => "system",
            Self::PersonAccount => "account",
        }
    }

    /// The relation, as stored.
    pub fn relation(self) -> &'static str {
        match self {
            Self::AccountSystem => "part_of",
            Self::PersonAccount => "works_at",
        }
    }
}

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
    /// Id; 0 for one that is about to be written.
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
}

/// What a new link does to a child's links.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// The record knows it.
    Known,
    /// It is added beside the others.
    Added,
    /// It takes the place of a current link (its position among the child's links).
    Moved(usize),
    /// It is older than what is known: added as past, until the day given.
    Past(i64),
}

/// What `link` means beside the child's links. An account is part of one system at a time, so a later link ends the current
/// one; a person's later link ends the current one of the same source, and stands beside those of others.
pub(super) fn effect(kind: LinkKind, links: &[Affiliation], link: &Link) -> Effect {
    let from = i64::from(link.from.0);
    if links.iter().any(|l| l.parent_id == link.parent && (l.valid_to.is_none() || l.valid_from == from)) {
        return Effect::Known;
    }
    let rival = links.iter().position(|l| l.valid_to.is_none() && (kind == LinkKind::AccountSystem || l.source == link.source));
    match rival {
        None => Effect::Added,
        Some(i) if links[i].valid_from < from => Effect::Moved(i),
        Some(_) if kind == LinkKind::PersonAccount && links.iter().any(|l| l.valid_to.is_none() && l.valid_from == from) => Effect::Added,
        // The nearest later link is where the older one must have ended.
        Some(i) => Effect::Past(links.iter().map(|l| l.valid_from).filter(|f| *f > from).min().unwrap_or(links[i].valid_from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(parent: i64, from: i64, to: Option<i64>) -> Affiliation {
        Affiliation { id: parent, child_id: 1, parent_id: parent, valid_from: from, valid_to: to, source: "ahrq".into(), confidence: 1.0 }
    }

    fn new(parent: i64, from: i32, source: &str) -> Link {
        Link { child: 1, parent, from: Day(from), source: source.into(), confidence: 1.0 }
    }

    #[test]
    fn an_account_is_part_of_one_system_at_a_time() {
        use LinkKind::AccountSystem as Kind;
        assert_eq!(effect(Kind, &[], &new(10, 100, "ahrq")), Effect::Added);
        assert_eq!(effect(Kind, &[held(10, 100, None)], &new(10, 200, "ahrq")), Effect::Known);
        assert_eq!(effect(Kind, &[held(10, 100, None)], &new(11, 200, "other")), Effect::Moved(0));
        assert_eq!(effect(Kind, &[held(10, 50, Some(100)), held(11, 100, None)], &new(9, 20, "ahrq")), Effect::Past(50));
        assert_eq!(effect(Kind, &[held(10, 50, Some(100)), held(11, 100, None)], &new(10, 50, "ahrq")), Effect::Known);
    }

    #[test]
    fn a_person_may_work_at_two_places() {
        use LinkKind::PersonAccount as Kind;
        assert_eq!(effect(Kind, &[held(10, 100, None)], &new(11, 100, "ahrq")), Effect::Added, "the same day: at both");
        assert_eq!(effect(Kind, &[held(10, 100, None)], &new(11, 200, "ahrq")), Effect::Moved(0), "a later day: moved");
        assert_eq!(effect(Kind, &[held(10, 100, None)], &new(11, 200, "another")), Effect::Added, "another source ends nothing");
    }
}
