//! Twelve months of contacts: who was tried, why, through which channel, and how it ended.
//!
//! A person is tried with probability `rate` a week, independently of everybody else, so that one person more changes nobody
//! else's history. Reps favour good accounts: the rate grows with the account's size and with its hidden share, which
//! confounds history on purpose (contacts look better than they are).

use crate::calendar::month_of;
use crate::people::{CONTACTS, Person};
use crate::places;
use crate::portfolio::FAMILIES;
use crate::potential::Demand;
use crate::response;
use crate::rows::ContactRow;
use crate::site::Site;
use crate::team::{Owners, Team};
use rounds_kernel::{Channel, Day, Outcome, PersonRole, ProductStage, Purpose, Rng, Role, Time};

/// Attempts a week on a person of an account of middling size.
const BASE_RATE: f64 = 0.062;

/// How much a rep favours the account: `exp(0.35 · z + 0.5 · mean ln(share / median share))`, within 0.2 and 4.
pub(crate) fn favour(site: &Site, demand: &[Demand; 6]) -> f64 {
    let warm: f64 = demand.iter().zip(FAMILIES).map(|(d, f)| (d.share / response::base_share(f.stage)).ln()).sum::<f64>() / 6.0;
    (0.35 * site.z + 0.5 * warm).exp().clamp(0.2, 4.0)
}

/// Attempts a week on a person in `role` at an account favoured by `favour`, outside the dips.
pub(crate) fn rate(role: PersonRole, favour: f64) -> f64 {
    let by_role = match role {
        PersonRole::Physician => 1.25,
        PersonRole::Procurement => 1.2,
        PersonRole::Administrator => 0.7,
        PersonRole::Nurse | PersonRole::Technician => 0.75,
    };
    (BASE_RATE * by_role * favour).min(0.8)
}

/// August and the end of the year are quiet.
fn calm(day: Day) -> f64 {
    match month_of(day).1 {
        8 => 0.75,
        12 => 0.80,
        _ => 1.0,
    }
}

/// What became of one person's year.
pub(crate) struct Year {
    pub contacts: Vec<ContactRow>,
    /// Day, family and effective contacts added.
    pub effects: Vec<(Day, usize, f64)>,
}

/// The accounts' side of a contact.
pub(crate) struct Stage<'a> {
    pub site: &'a Site,
    pub owners: &'a Owners,
    pub team: &'a Team,
    pub favour: f64,
    pub start: Day,
    pub today: Day,
}

#[derive(Default)]
struct Memory {
    last: Option<Day>,
    recent: Vec<Day>,
    any: bool,
    denied: [Option<Time>; 5],
    gone: bool,
}

impl Memory {
    fn attempts(&self, day: Day) -> u32 {
        self.recent.iter().filter(|d| day.0 - d.0 < 28).count() as u32
    }
}

/// The year of one person.
pub(crate) fn year(stage: &Stage<'_>, person: &Person) -> Year {
    let mut out = Year { contacts: Vec::new(), effects: Vec::new() };
    let mut memory = Memory { any: person.known, denied: person.denied, ..Memory::default() };
    let rate = rate(person.role, stage.favour);
    let weeks = (stage.today.0 - stage.start.0).div_euclid(7);
    for week in 0..weeks {
        let mut rng = person.rng.stream(CONTACTS).stream(week as u64);
        let monday = stage.start.plus(week * 7);
        if memory.gone || !rng.chance(rate * calm(monday)) {
            continue;
        }
        let day = (0..7).map(|d| monday.plus(d)).filter(|d| d.weekday() < 5).nth(rng.below(5)).unwrap_or(monday);
        if day < stage.today {
            attempt(stage, person, day, &mut memory, &mut rng, &mut out);
        }
    }
    out
}

fn attempt(stage: &Stage<'_>, person: &Person, day: Day, memory: &mut Memory, rng: &mut Rng, out: &mut Year) {
    let unit = person.unit.unwrap_or_else(|| rng.below(2));
    let Some((role, user)) = owner(stage.owners, unit, rng) else { return };
    let at = moment(stage.site, day, rng);
    // Far west of Greenwich the last afternoon lies in the present day already: it has not happened yet.
    let Some(channel) = channel(role, person, memory, at, rng).filter(|_| at < Time::at_day(stage.today)) else { return };
    let family = unit * 3 + if role == Role::SuccessManager { 1 + rng.below(2) } else { rng.weighted(&[0.42, 0.38, 0.20]) };
    let product = FAMILIES[family].stage;
    let purpose = purpose(role, product, memory.any, rng);
    let inbound = memory.any && rng.chance(0.05) && matches!(channel, Channel::Phone | Channel::Email);
    let attempts = memory.attempts(day);
    let reached = inbound || rng.chance(truth_reach(person, channel, purpose, product, memory.last.map(|l| day.0 - l.0), attempts));
    let outcome = outcome(reached, channel, response::answers(purpose, product, person.wants[channel.index()], attempts), rng);
    match outcome {
        Outcome::NoChannel => memory.denied[channel.index()] = Some(at),
        Outcome::DoNotContact => memory.gone = true,
        _ => {}
    }
    memory.last = Some(day);
    memory.recent.retain(|d| day.0 - d.0 < 28);
    memory.recent.push(day);
    memory.any = true;
    out.effects.push((day, family, response::effect(person.role, channel, product, outcome)));
    out.contacts.push(ContactRow {
        person_key: person.key.clone(),
        account_key: stage.site.key.clone(),
        channel: channel.code().into(),
        at,
        user_email: stage.team.users[user as usize].email.clone(),
        purpose: purpose.code().into(),
        outcome: outcome.code().into(),
        direction: if inbound { "in" } else { "out" }.into(),
        note: note(outcome, purpose, rng).map(str::to_owned),
        family: Some(FAMILIES[family].name.into()),
        key: format!("sim:{}:{day}", person.key),
    });
}

/// Probability that the attempt reaches the person: propensity · purpose · stage · recency · saturation, at most 0.97.
pub(crate) fn truth_reach(p: &Person, channel: Channel, purpose: Purpose, stage: ProductStage, days: Option<i32>, attempts: u32) -> f64 {
    let plain = p.propensity[channel.index()] * response::purpose_factor(purpose) * response::stage_factor(stage);
    (plain * response::recency(days) * response::saturation(attempts)).min(0.97)
}

fn owner(owners: &Owners, unit: usize, rng: &mut Rng) -> Option<(Role, u32)> {
    let all = [
        (Role::FieldRep, owners.field[unit], 0.55),
        (Role::RemoteRep, owners.remote[unit], 0.5),
        (Role::KeyAccountManager, owners.kam, 0.3),
        (Role::SuccessManager, owners.success, 0.08),
    ];
    let weights = all.map(|(_, user, w)| if user.is_some() { w } else { 0.0 });
    let (role, user, _) = all[rng.weighted(&weights)];
    user.map(|u| (role, u))
}

/// Office hours of the account's state, in standard time.
fn moment(site: &Site, day: Day, rng: &mut Rng) -> Time {
    Time::at_day(day).plus_minutes(places::at(site.state).to_utc + 8 * 60 + 15 + rng.below(8 * 60 + 30) as i64)
}

/// Reps mostly do what their role does, a little more of what the person wants, and nothing that was denied by then.
fn channel(role: Role, person: &Person, memory: &Memory, at: Time, rng: &mut Rng) -> Option<Channel> {
    let mut weights = match role {
        Role::FieldRep => [0.58, 0.22, 0.05, 0.13, 0.02],
        Role::KeyAccountManager => [0.42, 0.22, 0.24, 0.11, 0.01],
        Role::SuccessManager => [0.0, 0.65, 0.05, 0.30, 0.0],
        _ => [0.0, 0.52, 0.16, 0.25, 0.07],
    };
    for (c, w) in weights.iter_mut().enumerate() {
        *w *= if person.wants[c] { 1.4 } else { 0.9 };
        if memory.denied[c].is_some_and(|since| at >= since) {
            *w = 0.0;
        }
    }
    (weights.iter().sum::<f64>() > 0.0).then(|| Channel::ALL[rng.weighted(&weights)])
}

fn purpose(role: Role, stage: ProductStage, met: bool, rng: &mut Rng) -> Purpose {
    if !met {
        return Purpose::Introduce;
    }
    if role == Role::SuccessManager {
        return if rng.chance(0.7) { Purpose::Service } else { Purpose::Review };
    }
    let (educate, follow_up, demo, review) = match stage {
        ProductStage::Launch => (0.42, 0.30, 0.20, 0.08),
        ProductStage::Established => (0.22, 0.38, 0.10, 0.30),
        ProductStage::Commodity => (0.08, 0.30, 0.02, 0.60),
    };
    [Purpose::Educate, Purpose::FollowUp, Purpose::Demo, Purpose::Review][rng.weighted(&[educate, follow_up, demo, review])]
}

fn outcome(reached: bool, channel: Channel, answers: [f64; 5], rng: &mut Rng) -> Outcome {
    if !reached {
        return if matches!(channel, Channel::Email | Channel::Webinar) { Outcome::Sent } else { Outcome::NoAnswer };
    }
    let plain = (1.0 - answers.iter().sum::<f64>()).max(0.0);
    let [meeting, demo, no, no_channel, never] = answers;
    let of =
        [Outcome::MeetingBooked, Outcome::DemoBooked, Outcome::NotInterested, Outcome::NoChannel, Outcome::DoNotContact, Outcome::Reached];
    of[rng.weighted(&[meeting, demo, no, no_channel, never, plain])]
}

fn note(outcome: Outcome, purpose: Purpose, rng: &mut Rng) -> Option<&'static str> {
    if !rng.chance(0.45) {
        return None;
    }
    let of: &[&'static str] = match (outcome, purpose) {
        (Outcome::MeetingBooked, _) => &["Meeting with the department agreed.", "Will bring the value-analysis lead."],
        (Outcome::DemoBooked, _) => &["Wants to see it in the lab first.", "Demo for the whole team agreed."],
        (Outcome::NotInterested, _) => &["Budget is closed until next quarter.", "Content with the present supplier."],
        (Outcome::Reached, Purpose::Review) => &["Went through use and open lines.", "Asked for the rebate overview."],
        (Outcome::Reached, Purpose::Service) => &["Late delivery explained and settled.", "New delivery address noted."],
        (Outcome::Reached, _) => {
            &["Asked for the 12-month data.", "Interested, call again after the committee.", "Prefers to talk before noon."]
        }
        _ => return None,
    };
    Some(of[rng.below(of.len())])
}
