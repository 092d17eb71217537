//! What is asked of the gate, what it knows, and what it answers.

use crate::access::{Access, VisitTerms};
use crate::country_rules::{CountryRule, Local};
use crate::permissions::{Aim, Reach};
use rounds_customers::contracts::Quiet;
use rounds_kernel::{AccountId, ActionId, Channel, Day, Error, Outcome, PersonId, Purpose, Result, Time};
use rounds_store::{Query, settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often one person may be contacted, over all channels and owners. Weeks are ISO weeks in UTC, Monday to Sunday, so that a
/// plan made on Sunday and an act on Friday count alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most contacts in one week; 2 unless set otherwise.
    pub per_week: u32,
    /// Most contacts in a week and the three before it; 6 unless set otherwise.
    pub per_four_weeks: u32,
    /// Live contacts (visit, call, video call) lie at least so many days apart; 2 (Monday, then Wednesday) unless set otherwise.
    pub spacing_days: u32,
    /// Most contacts in one week through each channel; none unless set.
    #[serde(default)]
    pub per_channel: [Option<u32>; 5],
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_week: 2, per_four_weeks: 6, spacing_days: 2, per_channel: [None; 5] }
    }
}

impl Limits {
    /// # Errors
    /// `consent.limits` when they make no sense together.
    pub fn check(&self) -> Result<()> {
        let sound = (1..=50).contains(&self.per_week)
            && (self.per_week..=200).contains(&self.per_four_weeks)
            && (1..=28).contains(&self.spacing_days)
            && self.per_channel.iter().flatten().all(|n| *n <= self.per_week);
        if sound {
            return Ok(());
        }
        Err(Error::invalid(
            "consent.limits",
            "These limits make no sense together. Nothing was changed.",
            "A week takes 1 to 50 contacts, four weeks at least as many as one, a channel no more than the week; space is 1 to 28 days.",
        ))
    }
}

/// The limits of every country.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitBook {
    /// Where a country has none of its own.
    #[serde(flatten)]
    pub everywhere: Limits,
    /// Countries, two letters, that differ.
    #[serde(default)]
    pub countries: BTreeMap<String, Limits>,
}

impl LimitBook {
    /// Key of the setting that holds them as JSON.
    pub const SETTING: &'static str = "consent.limits";

    /// As set for this installation, or the defaults.
    ///
    /// # Errors
    /// `consent.limits` when the setting cannot be read: the gate then stays shut rather than guess.
    pub async fn load(db: &impl Query) -> Result<Self> {
        let Some(text) = settings::get(db, Self::SETTING).await? else { return Ok(Self::default()) };
        serde_json::from_str(&text).map_err(|e| {
            Error::invalid(
                "consent.limits",
                format!("The setting {} cannot be read: {e}.", Self::SETTING),
                "Set the limits again on the page of contact limits.",
            )
        })
    }

    /// The limits of `country`.
    pub fn of(&self, country: &str) -> &Limits {
        self.countries.get(country).unwrap_or(&self.everywhere)
    }
}

/// A contact someone would like to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// With whom.
    pub person: PersonId,
    /// At which account.
    pub account: AccountId,
    /// How.
    pub channel: Channel,
    /// The planned action it fulfils, if any.
    pub action_id: Option<ActionId>,
    /// When it is to take place.
    pub at: Time,
    /// What it is for.
    pub aim: Aim,
    /// `at` is the minute of the contact and not just its day: calling hours are then kept.
    pub timed: bool,
    /// How a visit is made.
    pub visit: VisitTerms,
}

impl Request {
    /// A contact for what `channel` is usually used for, on the day of `at`.
    pub fn new(person: PersonId, account: AccountId, channel: Channel, at: Time) -> Self {
        Self { person, account, channel, action_id: None, at, aim: Aim::usual(channel), timed: false, visit: VisitTerms::default() }
    }
}

/// A contact made or taken on, as far as limits care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it took place or is planned.
    pub at: Time,
    /// How.
    pub channel: Channel,
    /// They were met live; an unanswered try counts as a contact but needs no space.
    pub live: bool,
    /// Cleared and not made yet.
    pub open: bool,
}

/// Everything the gate must know about a person to judge.
#[derive(Debug, Clone, Copy)]
pub struct PersonState<'a> {
    /// Permissions.
    pub reach: Reach,
    /// The rule of the account's country, which decides what "unknown" allows and when calls may be made.
    pub rule: &'a CountryRule,
    /// How their place may be visited, if anything is known.
    pub access: Option<&'a Access>,
    /// A meeting was agreed with them lately.
    pub expects_us: bool,
    /// The moment of the contact on their clock, where the minute is known.
    pub local: Option<Local>,
    /// The quiet period of a tender that holds on the day of the contact where they work.
    pub quiet: Option<&'a Quiet>,
    /// Outbound contacts of all channels and owners, made or open, of the last four weeks; order does not matter, more does no harm.
    pub held: &'a [Held],
}

/// A no, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable code, `consent.…`.
    pub code: &'static str,
    /// Why, in plain words.
    pub reason: String,
    /// What to do instead.
    pub remedy: String,
}

impl From<Refusal> for Error {
    fn from(r: Refusal) -> Self {
        Self::conflict(r.code, format!("{} Nothing was changed.", r.reason), r.remedy)
    }
}

/// The gate's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// Its number.
    pub id: i64,
    /// Monday of the week it holds for; after that week it no longer counts and no longer clears.
    pub week: Day,
}

/// Names an open clearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// By the action it was given for.
    Action(ActionId),
    /// By its number.
    Clearance(i64),
}

/// Who began a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We did.
    #[default]
    Out,
    /// They did: needs no permission and counts towards no limit.
    In,
}

impl Direction {
    /// Code in facts.
    pub fn code(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
        }
    }
}

/// A contact that took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMade {
    /// With whom.
    pub person: PersonId,
    /// At which account.
    pub account: AccountId,
    /// How.
    pub channel: Channel,
    /// When.
    pub at: Time,
    /// What for.
    pub purpose: Purpose,
    /// How it ended.
    pub outcome: Outcome,
    /// Anything to remember; no patient data.
    pub note: Option<String>,
    /// Product family it was about.
    pub family: Option<String>,
    /// The planned action it fulfils, if any.
    pub action_id: Option<ActionId>,
    /// Who began it.
    pub direction: Direction,
}

/// What recording a contact did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Recorded {
    /// The clearance it used; none for inbound contacts.
    pub clearance: Option<i64>,
    /// The person asked for no more contact (this way, or at all), and that was written down too.
    pub said_no: bool,
}
