//! Contracts, their facilities and terms, and tenders.

use crate::reading::Words;
use rounds_store::FromQueryResult;

/// Whose contract it is.
pub(super) const KINDS: Words = &[("gpo", "GPO"), ("idn", "System (IDN)"), ("local", "Local"), ("tender", "From a tender")];

/// How many suppliers share it.
pub const POSITIONS: Words = &[("sole", "Sole source"), ("dual", "Dual source"), ("multi", "Multi source")];

/// Where a contract stands.
pub(super) const STATES: Words = &[
    ("negotiation", "In negotiation"),
    ("signed", "Signed"),
    ("active", "In force"),
    ("expired", "Expired"),
    ("lost", "Lost"),
    ("terminated", "Terminated"),
];

/// What a term is.
pub(super) const TERMS: Words = &[("price", "Price"), ("tier", "Tier"), ("commitment", "Commitment"), ("step", "Step")];

/// What a threshold or a commitment is counted in.
pub const BASES: Words = &[("share", "share of the category"), ("amount", "amount a year"), ("units", "base units a year")];

/// Where a tender stands.
pub(super) const TENDER_STATES: Words =
    &[("announced", "Announced"), ("submitted", "Submitted"), ("awarded", "Awarded"), ("lost", "Lost"), ("cancelled", "Cancelled")];

/// Who won a lot.
pub(super) const AWARDS: Words = &[("us", "To us"), ("other", "To another supplier"), ("none", "Not awarded")];

/// The head of a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Contract {
    /// Id.
    pub id: i64,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Code of its kind.
    pub kind: String,
    /// The GPO, system or account that holds it.
    pub holder: String,
    /// The system that holds it, if it is in the record.
    pub system_id: Option<i64>,
    /// The buying group that holds it, if it is in the record.
    pub buying_group_id: Option<i64>,
    /// Code of its position.
    pub position: String,
    /// Code of where it stands.
    pub state: String,
    /// Currency of its amounts.
    pub currency: String,
    /// Signed on.
    pub signed_on: Option<i64>,
    /// First day.
    pub starts_on: i64,
    /// Last day; open-ended without.
    pub ends_on: Option<i64>,
    /// Counted from 1; each change of the head is a new version.
    pub version: i64,
    /// File.
    pub source: String,
}

impl Contract {
    /// True when its prices hold on a day.
    pub fn holds(&self, day: i64) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|e| e >= day) && matches!(self.state.as_str(), "active" | "signed")
    }
}

/// An account that may buy on a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Facility {
    /// Contract.
    pub contract_id: i64,
    /// Account.
    pub account_id: i64,
    /// Its name.
    pub account: String,
    /// Tier it buys at; empty when the contract has none.
    pub tier: String,
    /// First day.
    pub valid_from: i64,
    /// Day from which it no longer may.
    pub valid_to: Option<i64>,
}

/// One term.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Term {
    /// Code of what it is.
    pub kind: String,
    /// Product family; empty for all.
    pub family: String,
    /// Article, for prices.
    pub product_id: Option<i64>,
    /// Its name.
    pub product: Option<String>,
    /// Tier.
    pub tier: String,
    /// Lot.
    pub lot: String,
    /// What the value is counted in.
    pub basis: String,
    /// Share in hundredths of a percent, minor units, or thousandths of base units; for prices the price.
    pub value: i64,
    /// Currency.
    pub currency: String,
    /// Unit of a price.
    pub unit: String,
    /// First day.
    pub valid_from: i64,
    /// Last day.
    pub valid_to: Option<i64>,
    /// Words.
    pub note: String,
}

/// A tender.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Tender {
    pub id: i64,
    pub number: String,
    pub name: String,
    pub issuer: String,
    pub state: String,
    pub deadline_on: Option<i64>,
    pub quiet_from: Option<i64>,
    pub quiet_to: Option<i64>,
    pub lots: i64,
    pub won: i64,
    pub facilities: i64,
}

/// A quiet period that holds for an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Quiet {
    /// Tender.
    pub tender: String,
    /// Its name.
    pub name: String,
    /// Last day of the quiet.
    pub until: i64,
}
