//! The owner must have time in the week at all.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    code: "owner_available",
    title: "owner has no time this week",
    refuses: |c| c.owner.minutes < c.candidate.minutes,
    words: |c| format!("{} has {} minutes this week, {} are needed.", c.owner.name, c.owner.minutes, c.candidate.minutes),
};
