//! What a lead is.

use rounds_kernel::{AccountId, LeadId, PersonId, Time, UserId};

/// A lead that is not closed, as planning reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLead {
    /// Id.
    pub id: LeadId,
    /// At which account.
    pub account: AccountId,
    /// Who showed interest, if known.
    pub person: Option<PersonId>,
    /// Product family asked about, if known.
    pub family: Option<String>,
    /// When it was captured.
    pub captured_at: Time,
    /// Who took it, if anybody.
    pub taken_by: Option<UserId>,
}

/// Reasons to close a lead: code and words.
pub const REASONS: &[(&str, &str)] = &[
    ("contacted", "In conversation, carried on elsewhere"),
    ("ordered", "They ordered"),
    ("not_interested", "Not interested after all"),
    ("not_reached", "Could not be reached"),
    ("duplicate", "Captured twice"),
    ("not_relevant", "Not a customer of ours"),
];

/// Where leads come from: code and words.
pub(super) const SOURCES: &[(&str, &str)] = &[
    ("phone", "Phone call"),
    ("email", "E-mail"),
    ("visit", "Visit"),
    ("website", "Website"),
    ("webinar", "Webinar"),
    ("congress", "Congress or fair"),
    ("portal", "Customer portal"),
    ("other", "Other"),
];

/// Longest note, in characters.
pub(super) const LONGEST_NOTE: usize = 1_000;

/// The words of a code of `list`; the code itself when unknown.
pub(super) fn words(list: &[(&'static str, &'static str)], code: &str) -> String {
    list.iter().find(|(c, _)| *c == code).map_or(code, |(_, w)| w).to_owned()
}

/// A length of time as people say it: `41 s`, `3 min`, `2 h 10`, `3 days`.
pub(super) fn span(micros: i64) -> String {
    let seconds = (micros / 1_000_000).max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{minutes} min"),
        3_600..=172_799 => format!("{hours} h {:02}", minutes % 60),
        _ => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn waiting_is_said_in_words() {
        let s = 1_000_000;
        let cases = [(41 * s, "41 s"), (180 * s, "3 min"), (7_800 * s, "2 h 10"), (3 * 86_400 * s, "3 days"), (-5, "0 s")];
        for (micros, words) in cases {
            assert_eq!(span(micros), words);
        }
    }
}
