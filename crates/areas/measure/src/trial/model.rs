//! What is looked for, and what a run says.

use serde::{Deserialize, Serialize};

/// One thing the mirror looks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finding {
    /// Code in addresses.
    pub code: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// The rule, in a sentence.
    pub rule: &'static str,
    /// What `n` of a row counts.
    pub counts: &'static str,
    /// Whether rows carry money.
    pub money: bool,
    /// The part of the page it stands in.
    pub part: &'static str,
}

const fn finding(
    part: &'static str,
    code: &'static str,
    title: &'static str,
    counts: &'static str,
    money: bool,
    rule: &'static str,
) -> Finding {
    Finding { code, title, rule, counts, money, part }
}

/// Everything the mirror looks for, in the page's order.
pub(super) const FINDINGS: &[Finding] = &[
    finding(
        "Sales",
        "unmapped",
        "Ship-tos that stand for no account",
        "Lines",
        true,
        "Sales of a ship-to whose number names no account: they are in nobody's figures.",
    ),
    finding(
        "Sales",
        "articles",
        "Articles that no catalogue knows",
        "Lines",
        true,
        "Sales lines of an article that is not in the product catalogue: they have no family.",
    ),
    finding(
        "Files",
        "unread-files",
        "Files that were not read",
        "Files",
        false,
        "Files of the folder whose header is of no kind that can be read, or that were refused; none of their rows is in any figure. A mapping \
         (--mapping) says what they are.",
    ),
    finding(
        "Files",
        "unread-columns",
        "Columns that were not read",
        "Columns",
        false,
        "Columns of the files whose names mean nothing here. Where one matters, a mapping (--mapping) says which of ours it is.",
    ),
    finding(
        "Files",
        "other-names",
        "Columns read under another name",
        "Columns",
        false,
        "Columns that were taken for one of ours by their name alone. Where a guess is wrong, a mapping (--mapping) puts it right.",
    ),
    finding(
        "Files",
        "rejected",
        "Rejected rows",
        "Rows",
        false,
        "Rows that could not be used, by file and reason; the import's page holds each of them with its line.",
    ),
    finding(
        "Duplicates",
        "duplicate-accounts",
        "Accounts that may be one",
        "Score",
        false,
        "Pairs that record linkage gives at least an even chance; stewards settle them under Matching.",
    ),
    finding(
        "Duplicates",
        "duplicate-people",
        "People who may be one",
        "Score",
        false,
        "Pairs that record linkage gives at least an even chance; stewards settle them under Matching.",
    ),
    finding(
        "Coverage",
        "uncovered",
        "Accounts with value and no contact",
        "Contacts",
        true,
        "Worth something, and nobody contacted it in the twelve months.",
    ),
    finding(
        "Coverage",
        "under",
        "Large accounts called less than small ones",
        "Contacts",
        true,
        "In the three upper tenths by value, with fewer contacts than an average account of the three lower tenths.",
    ),
    finding(
        "Coverage",
        "over",
        "Small accounts called like large ones",
        "Contacts",
        true,
        "In the three lower tenths by value, with more contacts than an average account of the three upper tenths.",
    ),
    finding("Coverage", "no-owner", "Accounts that nobody owns", "Contacts", true, "No owner in the territory file."),
    finding(
        "Contacts",
        "same-day",
        "One person, two owners, one day",
        "Contacts",
        false,
        "Two or more owners contacted the person on the same day (UTC).",
    ),
    finding(
        "Contacts",
        "same-week",
        "One person, two owners, one week",
        "Contacts",
        false,
        "Two or more owners contacted the person in the same week, Monday to Sunday.",
    ),
    finding(
        "Borders",
        "borders",
        "Systems that cross borders",
        "Owners",
        false,
        "A system is contained if one owner has at least 90 % of its accounts; these are not.",
    ),
];

/// The finding of that code.
pub(super) fn by_code(code: &str) -> Option<&'static Finding> {
    FINDINGS.iter().find(|f| f.code == code)
}

/// A row of a finding on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct NewRow {
    pub finding: String,
    /// Largest first.
    pub rank: i64,
    /// The account whose scope decides who sees it; rows without one are seen by those who see the whole base.
    pub account: Option<i64>,
    pub what: String,
    pub sub: String,
    pub href: String,
    pub detail: String,
    pub n: i64,
    pub minor: i64,
    pub currency: String,
}

/// A tenth of the accounts, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tenth {
    pub accounts: i64,
    pub contacts: i64,
    pub minor: i64,
}

/// How much of a field is unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Blank {
    pub code: String,
    pub unknown: i64,
    pub all: i64,
}

/// Money of sales lines in one currency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sold {
    pub currency: String,
    pub lines: i64,
    pub minor: i64,
    pub unmapped_minor: i64,
}

/// What a run says of the whole base.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Figures {
    /// First and last day looked at.
    pub from: i32,
    pub to: i32,
    pub accounts: i64,
    pub people: i64,
    pub systems: i64,
    pub contacts: i64,
    /// Which lines are counted as sales, in words.
    pub lines: String,
    pub sold: Vec<Sold>,
    /// `potential`, `revenue` or nothing.
    pub value: String,
    pub currency: String,
    pub tenths: Vec<Tenth>,
    /// Systems with two accounts or more, and how many of them are contained; whether by territory file or by who calls.
    pub shared_systems: i64,
    pub contained: i64,
    pub owners_from: String,
    pub blanks: Vec<Blank>,
}
