//! What an order line can be.

use rounds_kernel::Money;

/// Where an order line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Cannot be delivered yet; the due date is what was promised.
    BackOrder,
    /// On its way.
    Open,
    /// Arrived.
    Delivered,
}

impl Status {
    /// All, the most urgent first.
    pub const ALL: [Self; 3] = [Self::BackOrder, Self::Open, Self::Delivered];

    /// The stored code.
    pub fn code(self) -> &'static str {
        match self {
            Self::BackOrder => "back_order",
            Self::Open => "open",
            Self::Delivered => "delivered",
        }
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::BackOrder => "Back order",
            Self::Open => "Open",
            Self::Delivered => "Delivered",
        }
    }

    /// From its stored code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// Whole US dollars with thousands separators.
pub(super) fn dollars(cents: i64) -> String {
    format!("${}", Money(cents).whole())
}
