//! States, a person's reach packed into two bytes, and what "unknown" allows where.

use rounds_kernel::Channel;
use serde::{Deserialize, Serialize};

/// Stands in the channel column for "any channel": denied there, it means do not contact.
pub const ANY_CHANNEL: &str = "*";

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

/// All permissions of one person, two bits a channel and one for "do not contact".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reach(u16);

const DO_NOT_CONTACT: u16 = 1 << 15;

impl Reach {
    /// From its bits as SQL sums them up: bit 2c granted, bit 2c+1 denied for channel number c, bit 15 do not contact.
    pub fn from_bits(bits: i64) -> Self {
        Self(u16::try_from(bits).unwrap_or(DO_NOT_CONTACT))
    }

    /// The same with `channel` in `state`.
    #[must_use]
    pub fn with(self, channel: Channel, state: State) -> Self {
        let at = 2 * channel.index();
        let cleared = self.0 & !(0b11 << at);
        Self(match state {
            State::Unknown => cleared,
            State::Granted => cleared | 1 << at,
            State::Denied => cleared | 2 << at,
        })
    }

    /// The same person after asking for no contact at all.
    #[must_use]
    pub fn with_do_not_contact(self) -> Self {
        Self(self.0 | DO_NOT_CONTACT)
    }

    /// What is recorded for `channel`, leaving "do not contact" aside.
    pub fn state(self, channel: Channel) -> State {
        match self.0 >> (2 * channel.index()) & 0b11 {
            0 => State::Unknown,
            1 => State::Granted,
            _ => State::Denied,
        }
    }

    /// They asked not to be contacted at all.
    pub fn do_not_contact(self) -> bool {
        self.0 & DO_NOT_CONTACT != 0
    }

    /// Whether `channel` may be used towards them in `country`, as far as permission goes.
    pub fn allows(self, country: &str, channel: Channel) -> bool {
        !self.do_not_contact()
            && match self.state(channel) {
                State::Granted => true,
                State::Denied => false,
                State::Unknown => policy::when_unknown(country, channel) == policy::WhenUnknown::Allowed,
            }
    }
}

/// What an unknown permission allows, by country and channel. This is business practice between professionals, not legal
/// advice: where a rule leaves doubt, the stricter reading stands here.
///
/// | Country | Visit | Phone, video | E-mail, webinar invitation | Source |
/// |---|---|---|---|---|
/// | US | until a no | until a no: calls between businesses are outside the do-not-call rules, 16 CFR 310.6(b)(7) | until a no (CAN-SPAM, 15 USC 7704: opt-out) | FTC |
/// | CA | until a no | until a no: calls to businesses are exempt from the national list (CRTC 2007-48) | needs a grant (CASL, S.C. 2010 c. 23, s. 6) | CRTC |
/// | EU, EEA | until a no | until a no: Directive 2002/58/EC Art. 13(3) leaves voice calls to the states, most want no more than an opt-out between businesses; in Germany UWG § 7(2) no. 1 takes presumed consent | needs a grant (Art. 13(1)) | ePrivacy |
/// | AT | until a no | needs a grant (TKG 2021 § 174(1)) | needs a grant (TKG 2021 § 174(3)) | RTR |
/// | UK | until a no | until a no (PECR 2003 reg. 21: opt-out) | needs a grant (PECR 2003 reg. 22; sole practitioners count as individuals) | ICO |
/// | CH | until a no | until a no (UWG Art. 3(1)(u): opt-out) | needs a grant (UWG Art. 3(1)(o)) | SECO |
/// | AU | until a no | until a no (Do Not Call Register Act 2006 covers private numbers) | needs a grant (Spam Act 2003 s. 16) | ACMA |
/// | elsewhere | until a no | needs a grant | needs a grant | the stricter reading |
pub mod policy {
    use rounds_kernel::Channel;

    /// What an unknown permission means.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum WhenUnknown {
        /// Contact is allowed until they say no.
        Allowed,
        /// Contact needs their yes first.
        NeedsGrant,
    }

    /// Countries of the EU and the EEA other than Austria, where voice calls are stricter.
    const EEA: &[&str] = &[
        "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO",
        "PL", "PT", "RO", "SK", "SI", "ES", "SE",
    ];
    /// Others where voice calls to professionals are allowed until they say no.
    const CALLS_UNTIL_NO: &[&str] = &["US", "CA", "GB", "CH", "AU"];

    /// What an unknown permission means for `channel` in `country` (two letters).
    pub fn when_unknown(country: &str, channel: Channel) -> WhenUnknown {
        let allowed = match channel {
            Channel::Visit => true,
            Channel::Phone | Channel::Video => EEA.contains(&country) || CALLS_UNTIL_NO.contains(&country),
            // A webinar invitation is sent as an e-mail.
            Channel::Email | Channel::Webinar => country == "US",
        };
        if allowed { WhenUnknown::Allowed } else { WhenUnknown::NeedsGrant }
    }
}

#[cfg(test)]
mod tests {
    use super::policy::{WhenUnknown, when_unknown};
    use super::*;

    #[test]
    fn reach_keeps_each_channel_apart() {
        for first in Channel::ALL {
            for second in Channel::ALL {
                let r = Reach::default().with(*first, State::Denied).with(*second, State::Granted);
                assert_eq!(r.state(*second), State::Granted);
                assert_eq!(r.state(*first), if first == second { State::Granted } else { State::Denied });
                assert!(!r.do_not_contact() && r.with_do_not_contact().do_not_contact());
                assert_eq!(r.with(*second, State::Unknown).state(*second), State::Unknown);
            }
        }
    }

    #[test]
    fn do_not_contact_beats_a_grant() {
        let r = Reach::default().with(Channel::Email, State::Granted);
        assert!(r.allows("DE", Channel::Email) && !r.with_do_not_contact().allows("DE", Channel::Email));
    }

    #[test]
    fn bits_out_of_range_fail_safe() {
        assert!(Reach::from_bits(-1).do_not_contact() && Reach::from_bits(1 << 40).do_not_contact());
    }

    #[test]
    fn unknown_means_what_the_law_says() {
        use Channel::{Email, Phone, Visit, Webinar};
        use WhenUnknown::{Allowed, NeedsGrant};
        let table = [
            ("US", Email, Allowed),
            ("US", Webinar, Allowed),
            ("US", Phone, Allowed),
            ("DE", Email, NeedsGrant),
            ("DE", Phone, Allowed),
            ("AT", Phone, NeedsGrant),
            ("AT", Visit, Allowed),
            ("GB", Webinar, NeedsGrant),
            ("CA", Email, NeedsGrant),
            ("JP", Phone, NeedsGrant),
            ("", Email, NeedsGrant),
            ("JP", Visit, Allowed),
        ];
        for (country, channel, meaning) in table {
            assert_eq!(when_unknown(country, channel), meaning, "{country} {channel:?}");
        }
    }
}
