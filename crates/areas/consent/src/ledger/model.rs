//! One contact, as planning sees it.

use crate::gate::{Held, is_live};
use rounds_kernel::{AccountId, Channel, Outcome, PersonId, Time, UserId};

/// One contact with a person, compact: a year of a million of them is some tens of megabytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// With whom.
    pub person: PersonId,
    /// At which account.
    pub account: Option<AccountId>,
    /// Who acted for us.
    pub user: Option<UserId>,
    /// When.
    pub at: Time,
    /// How.
    pub channel: Channel,
    /// How it ended; `None` for words of a newer release.
    pub outcome: Option<Outcome>,
    /// They came to us.
    pub inbound: bool,
}

impl Touch {
    /// How the gate counts it; inbound contacts count towards no limit.
    pub fn held(&self) -> Option<Held> {
        let live = is_live(self.channel) && self.outcome != Some(Outcome::NoAnswer);
        (!self.inbound).then_some(Held { at: self.at, channel: self.channel, live, open: false })
    }
}
