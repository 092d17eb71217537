//! Schemes and what their values look like.

use serde::{Deserialize, Serialize};
mod digits;
mod schemes;

pub use schemes::{Reading, SCHEMES, Scheme, Standing, standing};

/// CMS certification number of a hospital.
pub const CCN: &str = "ccn";
/// AHRQ Compendium's hospital id.
pub const CHSP_HOSPITAL: &str = "chsp_hospital";
/// AHRQ Compendium's system id.
pub const CHSP_SYSTEM: &str = "chsp_system";

/// What an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A health system.
    System,
    /// An account.
    Account,
    /// A person.
    Person,
}

impl EntityKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Account, Self::Person, Self::System];

    /// From its code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }

    /// In words, many of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::System => "systems",
            Self::Account => "accounts",
            Self::Person => "people",
        }
    }

    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Account => "account",
            Self::Person => "person",
        }
    }

    /// Table of its records.
    pub fn table(self) -> &'static str {
        match self {
            Self::System => "health_system",
            Self::Account => "account",
            Self::Person => "person",
        }
    }

    /// Address of a record's page.
    pub fn path(self, id: i64) -> String {
        let folder = match self {
            Self::System => "systems",
            Self::Account => "accounts",
            Self::Person => "people",
        };
        format!("/{folder}/{id}")
    }
}

/// An identifier about to be written.
#[derive(Debug, Clone)]
pub struct NewIdentifier {
    /// Id of what it names.
    pub entity: i64,
    /// Scheme code.
    pub scheme: String,
    /// Value in its scheme's form.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// The long form of a Salesforce id of 15 signs.
pub(super) fn salesforce_long(text: &str) -> Option<String> {
    digits::salesforce_suffix(text).map(|suffix| format!("{text}{suffix}"))
}

/// A CCN as read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ccn {
    /// None given.
    Blank,
    /// Six characters, as issued.
    Whole(String),
    /// Five digits: the leading zero was lost (a spreadsheet took it for a number) and is put back.
    Restored(String),
    /// Anything else: which number was meant cannot be told.
    Unclear(String),
}

/// Reads a CCN: six characters, the first two digits (the state), the others digits or capital letters
/// (CMS State Operations Manual, section 2779A). Only all-digit values can have lost a zero to a spreadsheet,
/// and only one: no state's code starts with `00`.
pub fn ccn(text: &str) -> Ccn {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let state = text.bytes().take(2).all(|b| b.is_ascii_digit());
    match text.len() {
        0 => Ccn::Blank,
        6 if state && text.bytes().all(|b| b.is_ascii_alphanumeric()) => Ccn::Whole(text),
        5 if digits && !text.starts_with('0') => Ccn::Restored(format!("0{text}")),
        _ => Ccn::Unclear(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_put_back_only_where_they_were_lost() {
        assert_eq!(ccn(" 240010 "), Ccn::Whole("240010".into()));
        assert_eq!(ccn("01014f"), Ccn::Whole("01014F".into()));
        assert_eq!(ccn("05A263"), Ccn::Whole("05A263".into()));
        assert_eq!(ccn("10018"), Ccn::Restored("010018".into()));
        assert_eq!(ccn(""), Ccn::Blank);
        for unclear in ["1014F", "0101", "2400100", "00001", "A40010", "24-010"] {
            assert_eq!(ccn(unclear), Ccn::Unclear(unclear.into()), "{unclear}");
        }
    }
}
