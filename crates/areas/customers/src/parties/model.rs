//! A party, its links, and when two names are the same.

use crate::reading::Words;
use rounds_store::FromQueryResult;
use std::collections::HashMap;

/// The parts a party plays in a sale.
pub const ROLES: Words = &[("sold_to", "Sold-to"), ("ship_to", "Ship-to"), ("bill_to", "Bill-to"), ("payer", "Payer")];

/// How a party came to its account.
pub const HOWS: Words =
    &[("file", "by file"), ("key", "same key"), ("match", "same name and ZIP"), ("name", "known by its name only"), ("hand", "by hand")];

/// A party on its way into the record. What is blank says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartyRow {
    /// The system that gives the number: an ERP, or `tracings/` and a distributor.
    pub erp: String,
    /// Its number there.
    pub number: String,
    /// Name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country, two letters.
    pub country: String,
    /// Which parts it plays, in the order of [`ROLES`].
    pub roles: [bool; 4],
}

/// A party as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Party {
    /// Id.
    pub id: i64,
    /// The system that gives the number.
    pub erp: String,
    /// Its number there.
    pub number: String,
    /// Name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country.
    pub country: String,
    /// 1 when it buys.
    pub sold_to: i64,
    /// 1 when it receives.
    pub ship_to: i64,
    /// 1 when it is billed.
    pub bill_to: i64,
    /// 1 when it pays.
    pub payer: i64,
}

impl Party {
    /// The parts it plays, in words.
    pub fn roles(&self) -> String {
        let flags = [self.sold_to, self.ship_to, self.bill_to, self.payer];
        let played: Vec<&str> = ROLES.iter().zip(flags).filter(|(_, f)| *f == 1).map(|((_, label), _)| *label).collect();
        played.join(", ")
    }

    /// Street, town, state and postal code.
    pub fn place(&self) -> String {
        let parts = [self.street.as_str(), self.city.as_str(), self.state.as_str(), self.zip.as_str()];
        parts.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A dated link of a party to an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Link {
    /// The party.
    pub party_id: i64,
    /// The account.
    pub account_id: i64,
    /// Its name.
    pub account: String,
    /// First day.
    pub valid_from: i64,
    /// Day from which it no longer holds.
    pub valid_to: Option<i64>,
    /// Code of [`HOWS`].
    pub how: String,
    /// Who made it.
    pub actor: String,
}

/// Who stood for which account, for a set of parties.
#[derive(Debug, Clone, Default)]
pub struct Links(HashMap<i64, Vec<Link>>);

impl Links {
    pub(super) fn new(links: Vec<Link>) -> Self {
        let mut out: HashMap<i64, Vec<Link>> = HashMap::new();
        links.into_iter().for_each(|l| out.entry(l.party_id).or_default().push(l));
        Self(out)
    }

    /// The account that a party stood for on a day.
    pub fn at(&self, party: i64, day: i64) -> Option<i64> {
        let holds = |l: &&Link| l.valid_from <= day && l.valid_to.is_none_or(|to| to > day);
        self.0.get(&party)?.iter().find(holds).map(|l| l.account_id)
    }
}

/// An account that a party may stand for, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Account.
    pub account_id: i64,
    /// Its name.
    pub account: String,
    /// Its place.
    pub place: String,
    /// 0 to 1.
    pub score: f64,
    /// In words.
    pub why: String,
}

/// Words that say little about whose name it is.
const COMMON: &[&str] = &["the", "of", "and", "at", "inc", "llc", "ltd", "corp", "co", "gmbh", "ag", "dba", "for"];

/// A name as it is compared: lower case, abbreviations spelled out, words that say little left out.
pub fn normal(name: &str) -> Vec<String> {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    let long = |word: &str| match word {
        "st" | "ste" => "saint".to_owned(),
        "med" => "medical".to_owned(),
        "ctr" | "cntr" | "centre" => "center".to_owned(),
        "hosp" | "hsp" => "hospital".to_owned(),
        "univ" => "university".to_owned(),
        "mem" | "meml" => "memorial".to_owned(),
        "reg" | "regl" => "regional".to_owned(),
        "comm" | "cmnty" => "community".to_owned(),
        other => other.to_owned(),
    };
    plain.split_ascii_whitespace().filter(|w| !COMMON.contains(w)).map(long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviated_names_are_the_same_name() {
        assert_eq!(normal("St. Brigid Med Ctr, Inc."), normal("SAINT BRIGID MEDICAL CENTER"));
        assert_ne!(normal("St. Brigid Medical Center"), normal("St. Brigid Medical Center East"));
    }

    #[test]
    fn a_link_holds_from_its_first_day_to_the_day_before_its_last() {
        let link = |account_id, from, to| Link { party_id: 1, account_id, valid_from: from, valid_to: to, ..Link::default() };
        let links = Links::new(vec![link(7, 0, Some(100)), link(8, 100, None)]);
        assert_eq!((links.at(1, 99), links.at(1, 100), links.at(1, -1), links.at(2, 50)), (Some(7), Some(8), None, None));
    }
}
