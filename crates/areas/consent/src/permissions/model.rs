//! States, what a permission is for, its legal basis, and a person's reach packed into eight bytes.

use crate::country_rules::CountryRule;
use rounds_kernel::{Channel, Purpose};
use serde::{Deserialize, Serialize};

/// Stands in the channel column for "any channel": denied there, it means do not contact.
pub const ANY_CHANNEL: &str = "*";
/// Stands in the purpose column for "every purpose of the channel".
pub const ANY_PURPOSE: &str = "*";

/// What is known about one channel of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody asked, or a former answer was taken back.
    #[default]
    Unknown,
    /// They said yes.
    Granted,
    /// They said no.
    Denied,
}

impl State {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Granted, Self::Denied, Self::Unknown];

    /// Code in tables and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Granted => "granted",
            Self::Denied => "denied",
        }
    }

    /// Words a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Granted => "Granted",
            Self::Denied => "Denied",
        }
    }

    /// From its code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

rounds_kernel::words! {
    /// What a permission is for.
    Aim {
        /// Products and their evidence.
        Information = "information", "Information about products";
        /// Prices, campaigns, samples.
        Offers = "offers", "Offers";
        /// Events, webinars, training.
        Events = "events", "Events and training";
        /// Surveys and market research.
        Research = "research", "Surveys";
        /// What an order, a device or a case needs; no advertising.
        Service = "service", "Service messages";
    }
}

impl Aim {
    /// What a contact of this purpose is judged by; an invitation to a webinar is about an event.
    pub fn of(purpose: Purpose, channel: Channel) -> Self {
        match (purpose, channel) {
            (Purpose::Service, _) => Self::Service,
            (_, Channel::Webinar) => Self::Events,
            _ => Self::Information,
        }
    }

    /// What outreach through `channel` is usually for.
    pub fn usual(channel: Channel) -> Self {
        Self::of(Purpose::Educate, channel)
    }
}

rounds_kernel::words! {
    /// Why the law lets us hold a yes.
    LegalBasis {
        /// They said yes, GDPR Art. 6(1)(a).
        Consent = "consent", "Consent";
        /// An existing customer, written to about similar products until they say no.
        ExistingCustomer = "existing_customer", "Existing customer (soft opt-in)";
        /// Our interest outweighs, GDPR Art. 6(1)(f); only where the country allows contact until a no.
        LegitimateInterest = "legitimate_interest", "Legitimate interest";
        /// A contract with them or their institution needs it, GDPR Art. 6(1)(b).
        Contract = "contract", "Contract";
        /// The law asks for it: field safety notices, recalls.
        LegalObligation = "legal_obligation", "Legal obligation";
    }
}

/// All permissions of one person: two bits a channel and purpose, and one for "do not contact".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach(u64);

const DO_NOT_CONTACT: u64 = 1 << 62;
/// "Every purpose", then each purpose.
const SLOTS: usize = 6;

fn place(channel: Channel, aim: Option<Aim>) -> usize {
    2 * (channel.index() * SLOTS + aim.map_or(0, |a| 1 + a as usize))
}

/// The bits that one open row adds to its person's [`Reach`]; kept beside the row, so that reading sums and nothing more.
pub(super) fn bits(channel: Option<Channel>, aim: Option<Aim>, state: State) -> i64 {
    let one = match (channel, state) {
        (_, State::Unknown) | (None, State::Granted) => 0,
        (None, State::Denied) => DO_NOT_CONTACT,
        (Some(c), State::Granted) => 1 << place(c, aim),
        (Some(c), State::Denied) => 2 << place(c, aim),
    };
    // The highest bit used is the 63rd.
    one as i64
}

impl Reach {
    /// From its bits as SQL sums them up; whatever cannot be such a sum means do not contact.
    pub fn from_bits(bits: i64) -> Self {
        match u64::try_from(bits) {
            Ok(b) if b & !DO_NOT_CONTACT < 1 << (2 * SLOTS * Channel::ALL.len()) => Self(b),
            _ => Self(DO_NOT_CONTACT),
        }
    }

    /// The same with `channel` in `state` for every purpose.
    #[must_use]
    pub fn with(self, channel: Channel, state: State) -> Self {
        self.with_aim(channel, None, state)
    }

    /// The same with `channel` in `state` for one purpose, or for every one.
    #[must_use]
    pub fn with_aim(self, channel: Channel, aim: Option<Aim>, state: State) -> Self {
        let cleared = self.0 & !(0b11 << place(channel, aim));
        Self(cleared | bits(Some(channel), aim, state) as u64)
    }

    /// The same person after asking for no contact at all.
    #[must_use]
    pub fn with_do_not_contact(self) -> Self {
        Self(self.0 | DO_NOT_CONTACT)
    }

    /// What is recorded for every purpose of `channel`, leaving "do not contact" aside.
    pub fn state(self, channel: Channel) -> State {
        self.said(channel, None)
    }

    /// What is recorded for exactly this purpose of `channel` (`None`: every purpose).
    pub fn said(self, channel: Channel, aim: Option<Aim>) -> State {
        match self.0 >> place(channel, aim) & 0b11 {
            0 => State::Unknown,
            1 => State::Granted,
            _ => State::Denied,
        }
    }

    /// What stands for this purpose of `channel`: a no to the channel, then what was said about the purpose, then what was said
    /// about the channel.
    pub fn state_for(self, channel: Channel, aim: Aim) -> State {
        match (self.said(channel, None), self.said(channel, Some(aim))) {
            (State::Denied, _) => State::Denied,
            (whole, State::Unknown) => whole,
            (_, one) => one,
        }
    }

    /// They asked not to be contacted at all.
    pub fn do_not_contact(self) -> bool {
        self.0 & DO_NOT_CONTACT != 0
    }

    /// Whether `channel` may be used towards them for this purpose under `rule`, as far as permission goes. A service message that an
    /// order or a device needs is no advertising: it is allowed until they say no.
    pub fn allows(self, rule: &CountryRule, channel: Channel, aim: Aim) -> bool {
        !self.do_not_contact()
            && match self.state_for(channel, aim) {
                State::Granted => true,
                State::Denied => false,
                State::Unknown => aim == Aim::Service || rule.allows_unknown(channel),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country_rules::Rules;

    #[test]
    fn reach_keeps_each_channel_and_purpose_apart() {
        let every: Vec<(Channel, Option<Aim>)> =
            Channel::ALL.iter().flat_map(|c| std::iter::once((*c, None)).chain(Aim::ALL.iter().map(|a| (*c, Some(*a))))).collect();
        for first in &every {
            for second in &every {
                let r = Reach::default().with_aim(first.0, first.1, State::Denied).with_aim(second.0, second.1, State::Granted);
                assert_eq!(r.said(second.0, second.1), State::Granted);
                assert_eq!(r.said(first.0, first.1), if first == second { State::Granted } else { State::Denied });
                assert!(!r.do_not_contact() && r.with_do_not_contact().do_not_contact());
                assert_eq!(r.with_aim(second.0, second.1, State::Unknown).said(second.0, second.1), State::Unknown);
                let rows = bits(Some(second.0), second.1, State::Granted)
                    + if first == second { 0 } else { bits(Some(first.0), first.1, State::Denied) };
                assert_eq!(Reach::from_bits(rows), r);
            }
        }
    }

    #[test]
    fn a_no_to_the_channel_beats_a_yes_to_a_purpose_and_a_purpose_beats_a_yes_to_the_channel() {
        use State::{Denied, Granted, Unknown};
        for (whole, one, stands) in [
            (Denied, Granted, Denied),
            (Denied, Unknown, Denied),
            (Granted, Denied, Denied),
            (Granted, Unknown, Granted),
            (Unknown, Granted, Granted),
            (Unknown, Denied, Denied),
            (Unknown, Unknown, Unknown),
        ] {
            let r = Reach::default().with(Channel::Email, whole).with_aim(Channel::Email, Some(Aim::Events), one);
            assert_eq!(r.state_for(Channel::Email, Aim::Events), stands, "{whole:?} {one:?}");
            assert_eq!(r.state_for(Channel::Email, Aim::Offers), whole);
        }
    }

    #[test]
    fn do_not_contact_beats_a_grant() {
        let rules = Rules::shipped();
        let r = Reach::default().with(Channel::Email, State::Granted);
        let de = rules.of("DE");
        assert!(r.allows(de, Channel::Email, Aim::Offers) && !r.with_do_not_contact().allows(de, Channel::Email, Aim::Offers));
    }

    #[test]
    fn service_needs_no_yes_but_respects_a_no() {
        let rules = Rules::shipped();
        let de = rules.of("DE");
        let r = Reach::default();
        assert!(r.allows(de, Channel::Email, Aim::Service) && !r.allows(de, Channel::Email, Aim::Information));
        assert!(!r.with(Channel::Email, State::Denied).allows(de, Channel::Email, Aim::Service));
    }

    #[test]
    fn bits_out_of_range_fail_safe() {
        assert!(
            Reach::from_bits(-1).do_not_contact()
                && Reach::from_bits(1 << 60).do_not_contact()
                && Reach::from_bits(i64::MAX).do_not_contact()
        );
        assert!(Reach::from_bits(bits(None, None, State::Denied)).do_not_contact());
    }
}
