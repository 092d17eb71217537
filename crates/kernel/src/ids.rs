//! Typed ids: database-assigned 64-bit numbers that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }
    )*};
}

ids! {
    /// A health system (integrated delivery network, IDN).
    SystemId,
    /// A place that buys and uses products: hospital, practice, surgery centre.
    AccountId,
    /// A stakeholder at one or more accounts.
    PersonId,
    /// A product of the portfolio.
    ProductId,
    /// A user of Rounds.
    UserId,
    /// A dated set of coverage links of one business unit and role.
    AlignmentId,
    /// One stored week's plan.
    PlanId,
    /// One action of a plan.
    ActionId,
    /// One entry of the fact log.
    FactId,
    /// One piece of long work.
    JobId,
    /// One captured sign of interest.
    LeadId,
}
