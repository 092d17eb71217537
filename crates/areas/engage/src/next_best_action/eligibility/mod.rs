//! Business rules, one a file: each says whether a candidate may be proposed, and if not, why, in plain words.
//!
//! Rules are asked in the order of [`RULES`]; the first that refuses is counted as the cause.

mod access;
mod account_covered;
mod channel_dismissed;
mod channel_frequency;
mod do_not_contact;
mod frequency;
mod live_spacing;
mod owner_available;
mod permission;
mod product_fit;
mod quiet_period;
mod reachable;

use super::model::{AccountIn, Candidate, Owner, PersonIn, Snapshot};

/// A candidate with what rules look at.
pub(super) struct Case<'a> {
    pub snapshot: &'a Snapshot,
    pub candidate: &'a Candidate,
    pub person: &'a PersonIn,
    pub account: &'a AccountIn,
    pub owner: &'a Owner,
}

impl<'a> Case<'a> {
    pub fn new(snapshot: &'a Snapshot, candidate: &'a Candidate) -> Self {
        let person = &snapshot.people[candidate.person as usize];
        Self {
            snapshot,
            candidate,
            person,
            account: &snapshot.accounts[person.account as usize],
            owner: &snapshot.owners[candidate.owner as usize],
        }
    }
}

/// One rule.
pub(super) struct Rule {
    /// Stable code.
    pub code: &'static str,
    /// What it guards, for lists.
    pub title: &'static str,
    /// Refuses?
    pub refuses: fn(&Case) -> bool,
    /// Why, for this candidate.
    pub words: fn(&Case) -> String,
}

/// All rules, the gravest first.
pub(super) const RULES: &[Rule] = &[
    do_not_contact::RULE,
    permission::RULE,
    quiet_period::RULE,
    access::RULE,
    reachable::RULE,
    frequency::RULE,
    channel_frequency::RULE,
    live_spacing::RULE,
    channel_dismissed::RULE,
    product_fit::RULE,
    owner_available::RULE,
    account_covered::RULE,
];

/// Position in [`RULES`] of the first rule that refuses.
pub(super) fn first_refusal(case: &Case) -> Option<usize> {
    RULES.iter().position(|r| (r.refuses)(case))
}

/// Title of a rule by its code.
pub fn title_of(code: &str) -> &'static str {
    match RULES.iter().find(|r| r.code == code) {
        Some(rule) => rule.title,
        None if code == super::plan::CROWDED_OUT => "others worth more",
        None => "another rule",
    }
}

pub(super) use frequency::left as contacts_left;
pub(super) use live_spacing::first_day;
pub(super) use rounds_consent::gate::is_live;
