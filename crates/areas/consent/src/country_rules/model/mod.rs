//! A country's rule, all of them together, and what follows from them.

mod calendar;
mod recording;
mod workplace;

pub use calendar::{Local, holidays_of};
pub use recording::{MayRecord, Place, Recording, may_record};
pub use workplace::{metrics_allowed, named_allowed, strictest};

use rounds_kernel::{Channel, Day, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

rounds_kernel::words! {
    /// What an unknown permission means.
    WhenUnknown {
        /// Contact is allowed until they say no.
        Allowed = "allowed", "allowed until a no";
        /// Contact needs their yes first.
        NeedsGrant = "needs_grant", "needs a yes first";
    }
}

/// What a country asks in one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRule {
    /// What an unknown permission means.
    pub unknown: WhenUnknown,
    /// An existing customer may be written to about similar products until they say no.
    pub soft_opt_in: bool,
    /// Where that is written.
    pub source: String,
}

/// The rule of each channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// Visits.
    pub visit: ChannelRule,
    /// Telephone.
    pub phone: ChannelRule,
    /// Video calls.
    pub video: ChannelRule,
    /// E-mail.
    pub email: ChannelRule,
    /// Webinar invitations, which are sent as e-mail.
    pub webinar: ChannelRule,
}

impl Channels {
    /// The rule of `channel`.
    pub fn of(&self, channel: Channel) -> &ChannelRule {
        match channel {
            Channel::Visit => &self.visit,
            Channel::Phone => &self.phone,
            Channel::Video => &self.video,
            Channel::Email => &self.email,
            Channel::Webinar => &self.webinar,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, channel: Channel) -> &mut ChannelRule {
        match channel {
            Channel::Visit => &mut self.visit,
            Channel::Phone => &mut self.phone,
            Channel::Video => &mut self.video,
            Channel::Email => &mut self.email,
            Channel::Webinar => &mut self.webinar,
        }
    }
}

/// When calls may be made, in the customer's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calling {
    /// Not before this minute of the day.
    pub from: u16,
    /// Not from this minute of the day on.
    pub to: u16,
    /// On Saturdays too.
    pub saturday: bool,
    /// On Sundays too.
    pub sunday: bool,
    /// On public holidays too.
    pub on_holidays: bool,
}

/// All that a country asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryRule {
    /// Two letters; empty for every country without a rule of its own.
    pub country: String,
    /// Name.
    pub name: String,
    /// The language people there are written to in, unless their own is known.
    pub language: String,
    /// By channel.
    pub channels: Channels,
    /// Calls and video calls.
    pub calling: Calling,
    /// Public holidays of the whole country: `MM-DD` or `easter+N`.
    pub holidays: Vec<String>,
    /// A yes by e-mail address counts only when confirmed from that address.
    pub double_opt_in: bool,
    /// What recording a call needs.
    pub recording: Recording,
    /// Where that is written.
    pub recording_source: String,
    /// States that differ.
    pub recording_by_state: BTreeMap<String, Recording>,
    /// Figures about single employees need the works council's agreement.
    pub works_council: bool,
    /// Figures about employees stand for at least so many of them.
    pub smallest_group: u32,
    /// What else to know.
    pub note: String,
}

impl CountryRule {
    /// Whether an unknown permission allows contact in `channel`.
    pub fn allows_unknown(&self, channel: Channel) -> bool {
        self.channels.of(channel).unknown == WhenUnknown::Allowed
    }

    /// The country in words.
    pub fn place(&self) -> &str {
        if self.country.is_empty() { "a country without a rule of its own" } else { &self.name }
    }

    /// # Errors
    /// `consent.country_rule` with what does not fit.
    pub fn check(&self) -> Result<()> {
        let no = |cause: String| {
            Err(Error::invalid("consent.country_rule", format!("{cause} Nothing was changed."), "Correct it and save again."))
        };
        let Calling { from, to, .. } = self.calling;
        if from >= to || to > 1_440 {
            return no("Calling hours must begin before they end, within one day.".into());
        }
        if !(1..=100).contains(&self.smallest_group) {
            return no("The smallest group is between 1 and 100 people.".into());
        }
        if let Some(bad) = self.holidays.iter().find(|h| calendar::holiday(h, 2026).is_none()) {
            return no(format!("“{bad}” is no holiday: write MM-DD, or easter+N."));
        }
        let texts = self.channels_texts().chain([&self.recording_source, &self.note, &self.name]);
        if texts.into_iter().any(|t| t.chars().count() > 500) {
            return no("A source or note is longer than 500 characters.".into());
        }
        Ok(())
    }

    fn channels_texts(&self) -> impl Iterator<Item = &String> {
        Channel::ALL.iter().map(|c| &self.channels.of(*c).source)
    }
}

/// The rules in force on a day.
#[derive(Debug, Clone)]
pub struct Rules(Arc<BTreeMap<String, CountryRule>>);

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
    let all: Vec<CountryRule> =
        serde_json::from_str(include_str!("../../../rules/countries.json")).expect("the file the program ships with is read by a test");
    Rules(Arc::new(all.into_iter().map(|r| (r.country.clone(), r)).collect()))
});

impl Rules {
    /// As shipped, before anybody changed anything.
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// The same with some countries replaced.
    #[must_use]
    pub fn with(self, changed: Vec<CountryRule>) -> Self {
        if changed.is_empty() {
            return self;
        }
        let mut all = (*self.0).clone();
        all.extend(changed.into_iter().map(|r| (r.country.clone(), r)));
        Self(Arc::new(all))
    }

    /// The rule of `country` (two letters), or the one that stands for every other.
    pub fn of(&self, country: &str) -> &CountryRule {
        self.0.get(country).or_else(|| self.0.get("")).unwrap_or_else(|| &SHIPPED.0[""])
    }

    /// All of them, by code; the first is the one for every other country.
    pub fn iter(&self) -> impl Iterator<Item = &CountryRule> {
        self.0.values()
    }

    /// Whether the country has a rule of its own.
    pub fn knows(&self, country: &str) -> bool {
        self.0.contains_key(country)
    }
}

/// When a contact takes place, on the customer's own clock.
impl Local {
    /// Whether a call may be made then; the reason if not.
    ///
    /// # Errors
    /// The reason in plain words.
    pub fn may_call(self, rule: &CountryRule) -> std::result::Result<(), String> {
        let c = &rule.calling;
        let hm = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        let day = self.day.weekday();
        if (day == 5 && !c.saturday) || (day == 6 && !c.sunday) {
            return Err(format!(
                "It is {} there, and in {} nobody is called then.",
                if day == 5 { "Saturday" } else { "Sunday" },
                rule.place()
            ));
        }
        if !c.on_holidays && rule.is_holiday(self.day) {
            return Err(format!("{} is a public holiday in {}.", self.day.short(), rule.place()));
        }
        if !(c.from..c.to).contains(&self.minute) {
            return Err(format!(
                "It is {} there; in {} people are called between {} and {}.",
                hm(self.minute),
                rule.place(),
                hm(c.from),
                hm(c.to)
            ));
        }
        Ok(())
    }
}

impl CountryRule {
    /// Whether `day` is a public holiday of the whole country.
    pub fn is_holiday(&self, day: Day) -> bool {
        holidays_of(self, calendar::year(day)).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Channel::{Email, Phone, Visit, Webinar};

    #[test]
    fn the_shipped_file_holds_only_rules_that_could_be_saved() {
        let rules = Rules::shipped();
        assert!(rules.iter().count() > 30 && rules.knows(""));
        for r in rules.iter() {
            r.check().unwrap_or_else(|e| panic!("{}: {}", r.country, e.cause));
            for c in Channel::ALL {
                assert!(r.channels.of(*c).source.len() > 5, "{} {c:?} names its source", r.country);
            }
            assert!(!r.recording_source.is_empty() && r.country.len() == 2 * usize::from(!r.country.is_empty()));
        }
    }

    #[test]
    fn unknown_means_what_the_law_says() {
        let rules = Rules::shipped();
        let table = [
            ("US", Email, true),
            ("US", Webinar, true),
            ("US", Phone, true),
            ("DE", Email, false),
            ("DE", Phone, true),
            ("AT", Phone, false),
            ("AT", Visit, true),
            ("CH", Email, false),
            ("CH", Phone, true),
            ("FR", Email, false),
            ("FR", Phone, true),
            ("GB", Webinar, false),
            ("GB", Phone, true),
            ("IT", Phone, false),
            ("ES", Phone, true),
            ("PL", Phone, false),
            ("NL", Phone, true),
            ("NO", Phone, true),
            ("CA", Email, false),
            ("CA", Phone, true),
            ("JP", Phone, false),
            ("", Email, false),
            ("JP", Visit, true),
        ];
        for (country, channel, allowed) in table {
            assert_eq!(rules.of(country).allows_unknown(channel), allowed, "{country} {channel:?}");
        }
    }

    #[test]
    fn calls_keep_to_the_customers_hours_days_and_holidays() {
        let rules = Rules::shipped();
        let at = |day: &str, minute: u16| Local { day: Day::parse(day).expect("a day"), minute };
        let table = [
            ("DE", at("2026-11-23", 479), false),
            ("DE", at("2026-11-23", 480), true),
            ("DE", at("2026-11-23", 1_199), true),
            ("DE", at("2026-11-23", 1_200), false),
            ("DE", at("2026-11-28", 600), false),
            ("US", at("2026-11-28", 600), true),
            ("US", at("2026-11-29", 600), false),
            ("DE", at("2026-12-25", 600), false),
            // Ascension Day, 39 days after Easter of 2026 (5 April).
            ("DE", at("2026-05-14", 600), false),
            ("GB", at("2026-05-14", 600), true),
            ("FR", at("2026-11-23", 540), false),
        ];
        for (country, local, may) in table {
            let said = local.may_call(rules.of(country));
            assert_eq!(said.is_ok(), may, "{country} {local:?} {said:?}");
        }
    }
}
