//! What planning reads and what it makes: snapshot, candidates, the plan and its report.

use rounds_consent::access::Access;
use rounds_kernel::{CareSetting, Channel, Day, Outcome, PersonRole, ProductStage, Purpose, Role, Time, Week};
use serde::{Deserialize, Serialize};

/// Channels counted by [`Channel::index`].
pub const CHANNELS: usize = 5;

/// Everything a week's plan is made from: read once, stored compressed, and enough to make the plan again and to answer
/// "why" and "why not" at any later time. Vectors refer to one another by position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Format of this struct; a program that does not know it refuses to read.
    pub version: u32,
    /// The week planned.
    pub week: Week,
    /// When the snapshot was taken.
    pub taken_at: Time,
    /// Breaks ties between equal candidates.
    pub seed: u64,
    /// Limits in force.
    pub limits: WeekLimits,
    /// Who can act.
    pub owners: Vec<Owner>,
    /// Business units.
    pub units: Vec<String>,
    /// Product families.
    pub families: Vec<String>,
    /// The portfolio.
    pub products: Vec<ProductIn>,
    /// Accounts, by rising id.
    pub accounts: Vec<AccountIn>,
    /// People with a current affiliation, by rising id.
    pub people: Vec<PersonIn>,
    /// Actions of the week that are accepted or done already: they keep their time and count against every limit.
    pub commitments: Vec<Commitment>,
}

/// Limits of a week, in contacts, days and per cents of an owner's time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WeekLimits {
    /// Most contacts a person and week, over all channels and owners.
    pub person_week: u32,
    /// Most contacts a person in four weeks.
    pub person_four_weeks: u32,
    /// Fewest days between two live contacts (visit, call, video) with a person.
    pub live_spacing_days: i32,
    /// Most contacts an account and week, over the whole team.
    pub account_week: u32,
    /// Accounts of key account managers are met at least once in this many days.
    pub key_account_days: i32,
}

/// Someone with time for contacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// User id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// IANA time zone.
    pub zone: String,
    /// Minutes in the week.
    pub minutes: u32,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductIn {
    /// Product id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Position in [`Snapshot::families`].
    pub family: u16,
    /// Position in [`Snapshot::units`].
    pub unit: u16,
    /// Stage of its life.
    pub stage: ProductStage,
}

/// An account with what drives its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountIn {
    /// Account id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Two-letter country.
    pub country: String,
    /// IANA time zone.
    pub zone: String,
    /// Care setting.
    pub setting: CareSetting,
    /// Who covers it: (unit, role, owner) by position.
    pub links: Vec<(u16, Role, u32)>,
    /// Known yearly potential by family, in cents; families without an entry are unknown.
    pub potential: Vec<(u16, i64)>,
    /// Order rhythm by family.
    pub orders: Vec<Rhythm>,
    /// Last live contact with anyone there.
    pub last_live: Option<Day>,
    /// What its country asks of outreach in this week.
    pub country_rule: CountryIn,
}

/// What a country asks of a week's outreach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryIn {
    /// Most contacts a person and week.
    pub person_week: u32,
    /// Most contacts a person in four weeks.
    pub person_four_weeks: u32,
    /// Most contacts a person, week and channel, where set.
    pub per_channel: [Option<u32>; CHANNELS],
    /// Calls are made from this minute of the customer's day …
    pub calls_from: u16,
    /// … until before this one.
    pub calls_to: u16,
    /// Days of the week from Monday on which nobody is called: public holidays.
    pub no_calls: [bool; 5],
}

/// How an account orders one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Position in [`Snapshot::families`].
    pub family: u16,
    /// Day of the last order.
    pub last: Day,
    /// Mean days between days with an order, where there were at least four.
    pub days: Option<u32>,
}

/// Whether a channel may be used with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Permission given.
    Granted,
    /// Permission refused or withdrawn.
    Denied,
    /// Nothing known, and the country's rules allow a first contact.
    UnknownAllowed,
    /// Nothing known, and the country's rules ask for a permission first.
    UnknownRefused,
}

/// A past contact that still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastContact {
    /// Day.
    pub day: Day,
    /// Channel.
    pub channel: Channel,
    /// How it ended, if recorded.
    pub outcome: Option<Outcome>,
    /// False when the customer called us.
    pub outbound: bool,
}

/// A person with what drives eligibility and value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonIn {
    /// Person id.
    pub id: i64,
    /// Position in [`Snapshot::accounts`] of the first current affiliation.
    pub account: u32,
    /// What they do there.
    pub role: PersonRole,
    /// Asked for no contact at all.
    pub do_not_contact: bool,
    /// By channel.
    pub standing: [Standing; CHANNELS],
    /// How their place may be visited, if anything is known.
    pub access: Option<Access>,
    /// Quiet periods of tenders that touch the week where they work.
    pub quiet: Vec<QuietIn>,
    /// Propensity to welcome each channel, 0 to 1; none = unknown.
    pub preference: [Option<f32>; CHANNELS],
    /// A phone number is known.
    pub has_phone: bool,
    /// An e-mail address is known.
    pub has_email: bool,
    /// Contacts of the last 28 days before the week and within it.
    pub contacts: Vec<PastContact>,
    /// Last time somebody really spoke with them.
    pub last_reached: Option<Day>,
    /// Their open sign of interest: day and family.
    pub lead: Option<(Day, Option<u16>)>,
    /// Channels dismissed by an owner, with the first day they may be proposed again.
    pub dismissed: Vec<(Channel, Day)>,
}

/// A quiet period of a tender: until it ends, nothing promotional is said at its facilities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietIn {
    /// The tender's number.
    pub tender: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// An accepted or finished action that holds its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commitment {
    /// The action.
    pub action: i64,
    /// Position of the owner.
    pub owner: u32,
    /// Position of the person.
    pub person: u32,
    /// Channel.
    pub channel: Channel,
    /// Minutes.
    pub minutes: u32,
    /// True once its outcome is recorded (it is then among the person's contacts).
    pub done: bool,
}

/// A possible contact: whom, by whom, how, about what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Position of the person.
    pub person: u32,
    /// Position of the owner.
    pub owner: u32,
    /// Business unit on whose behalf.
    pub unit: u16,
    /// Position of the product to speak about; none if the unit has nothing for this account.
    pub product: Option<u16>,
    /// Channel.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// Owner's minutes.
    pub minutes: u32,
    /// Worth in points of the response table; comparable within a plan, no money.
    pub value: f64,
}

/// One action of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedAction {
    /// User who acts.
    pub owner: i64,
    /// Account.
    pub account: i64,
    /// Person.
    pub person: i64,
    /// Channel.
    pub channel: Channel,
    /// What for.
    pub purpose: Purpose,
    /// Product to speak about.
    pub product: Option<i64>,
    /// Business unit.
    pub unit: String,
    /// Proposed day.
    pub day: Day,
    /// Proposed start; none for written channels and where the day's hours ran out.
    pub start_at: Option<Time>,
    /// Owner's minutes.
    pub minutes: u32,
    /// Points of the response table, for ranking.
    pub value: f64,
    /// Why this person, why now, in one plain sentence.
    pub reason: String,
}

/// How many candidates one rule refused for one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalCount {
    /// User id of the owner.
    pub owner: i64,
    /// Rule code.
    pub rule: String,
    /// People for whom the owner was left with nothing because of it.
    pub people: u32,
    /// Candidates refused.
    pub candidates: u32,
}

/// Price of one owner's time: what one more minute would be worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnerPrice {
    /// User id.
    pub owner: i64,
    /// Points a minute.
    pub per_minute: f64,
    /// Minutes used by the plan and by commitments.
    pub used: f64,
    /// Minutes there are.
    pub capacity: f64,
}

/// What planning says about itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PlanReport {
    /// Points of the plan.
    pub objective: f64,
    /// No plan under these limits is worth more.
    pub bound: f64,
    /// (bound − objective) / bound.
    pub gap: f64,
    /// Candidates before any rule.
    pub candidates: u64,
    /// Candidates that passed every rule.
    pub eligible: u64,
    /// People looked at.
    pub people: u64,
    /// Refusals by owner and rule.
    pub refusals: Vec<RefusalCount>,
    /// Prices of owners' time.
    pub prices: Vec<OwnerPrice>,
    /// Key accounts that could not be given their contact, by account id.
    pub uncovered_key_accounts: Vec<i64>,
}

/// A week's plan before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionPlan {
    /// Actions, by owner, day and start.
    pub actions: Vec<PlannedAction>,
    /// The report.
    pub report: PlanReport,
}
