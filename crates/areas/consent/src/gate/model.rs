//! What is asked of the gate, what it knows, and what it answers.

use crate::permissions::Reach;
use rounds_kernel::{AccountId, ActionId, Channel, Day, Error, Outcome, PersonId, Purpose, Result, Time};
use rounds_store::{Query, settings};
use serde::{Deserialize, Serialize};

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
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_week: 2, per_four_weeks: 6, spacing_days: 2 }
    }
}

impl Limits {
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
                "Correct it, or delete it to use the defaults.",
            )
        })
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
}

/// A contact made or taken on, as far as limits care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it took place or is planned.
    pub at: Time,
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
    /// Two letters of the country of the account, which decides what "unknown" allows.
    pub country: &'a str,
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
