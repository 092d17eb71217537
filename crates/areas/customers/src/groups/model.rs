//! A buying group, as read and as stored.

use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// What kind of buyer it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Group purchasing organisation: negotiates prices that its members may use.
    #[default]
    Gpo,
    /// Buys for the public hospitals of a region.
    RegionalBuyer,
    /// Hospitals of several owners that buy together.
    HospitalGroup,
    /// Puts out tenders for others.
    TenderBody,
}

impl GroupKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Gpo, Self::RegionalBuyer, Self::HospitalGroup, Self::TenderBody];

    /// As stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gpo => "gpo",
            Self::RegionalBuyer => "regional_buyer",
            Self::HospitalGroup => "hospital_group",
            Self::TenderBody => "tender_body",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gpo => "Group purchasing organization",
            Self::RegionalBuyer => "Regional buyer",
            Self::HospitalGroup => "Hospital buying group",
            Self::TenderBody => "Tender body",
        }
    }

    /// From its stored code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.code() == code)
    }
}

/// A buying group on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GroupRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// The source's own key.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Kind of buyer.
    pub kind: GroupKind,
    /// Town of its head office.
    pub city: String,
    /// Country, two letters.
    pub country: String,
    /// Where it comes from.
    pub source: String,
}

/// A buying group as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Group {
    /// Id.
    pub id: i64,
    /// The source's own key.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Kind code.
    pub kind: String,
    /// Town of its head office.
    pub city: String,
    /// Country, two letters.
    pub country: String,
    /// Where it comes from.
    pub source: String,
}

impl Group {
    /// Kind in words.
    pub fn kind_label(&self) -> &str {
        GroupKind::parse(&self.kind).map_or(self.kind.as_str(), |k| k.label())
    }
}
