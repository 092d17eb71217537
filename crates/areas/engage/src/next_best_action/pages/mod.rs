//! Pages of the capability.

mod action;
mod acts;
mod plans;
mod queue;
mod team;
mod why;

pub(super) use action::{action, peek};
pub(super) use acts::{accept, dismiss, outcome, reopen};
pub(super) use plans::{make, plan, plans};
pub(super) use queue::{held, queue};
pub(super) use team::team;
pub use why::Next;
pub(super) use why::why;

use super::commands::{REASONS, outcomes_of, reason_label};
use super::store::{ActionRow, State};
use rounds_kernel::{Channel, Day, Outcome, PersonRole, Purpose, Time};
use rounds_web::components::{ActionCard, CardState, Chip, Choice, Tone};

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let mut all = queue::samples();
    all.extend(action::samples());
    all.extend(team::samples());
    all.extend(plans::samples());
    all.extend(why::samples());
    all
}

/// A day from its stored number.
fn day(n: i64) -> Day {
    Day::stored(n)
}

/// `3 h 10 min`, `45 min`.
fn hours(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m} min"),
        (h, 0) => format!("{h} h"),
        (h, m) => format!("{h} h {m} min"),
    }
}

/// `1 contact`, `2 contacts`.
fn plural(n: i64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

fn icon(channel: &str) -> &'static str {
    match Channel::parse(channel) {
        Some(Channel::Visit) => "visit",
        Some(Channel::Video) => "video",
        Some(Channel::Email) => "mail",
        Some(Channel::Webinar) => "event",
        _ => "call",
    }
}

fn verb(channel: &str) -> &'static str {
    match Channel::parse(channel) {
        Some(Channel::Visit) => "Visit",
        Some(Channel::Video) => "Video call with",
        Some(Channel::Email) => "Write to",
        Some(Channel::Webinar) => "Invite to the webinar:",
        _ => "Call",
    }
}

/// Clock time in a zone, `09:40`.
fn clock(at: Time, zone: &str) -> String {
    at.in_zone(zone).get(11..16).unwrap_or_default().to_owned()
}

fn state_of(a: &ActionRow) -> CardState {
    match a.state() {
        State::Proposed => CardState::Proposed,
        State::Accepted => CardState::Accepted,
        State::Dismissed => CardState::Dismissed,
        State::Done => CardState::Done,
    }
}

fn state_note(a: &ActionRow, zone: &str, mine: bool) -> String {
    let by = if mine { "you" } else { a.step_by.as_deref().unwrap_or("someone") };
    let at = a.step_at.map_or_else(String::new, |t| clock(Time(t), zone));
    let why = a.step_reason.as_deref().unwrap_or_default();
    match a.state() {
        State::Proposed => String::new(),
        State::Accepted => format!("Accepted by {by}, {at}"),
        State::Dismissed => format!("Dismissed: {}", reason_label(why).to_lowercase()),
        State::Done => format!("{}, {at}", Outcome::parse(why).map_or("Done", Outcome::label)),
    }
}

/// The card of an action; acts are offered to its owner only.
fn card(a: &ActionRow, zone: &str, mine: bool, simulated: bool) -> ActionCard {
    let state = a.state();
    let open = matches!(state, State::Proposed | State::Accepted);
    let to = |act: &str, when: bool| (mine && when).then(|| format!("/actions/{}/{act}", a.id));
    let channel = Channel::parse(&a.channel).unwrap_or(Channel::Phone);
    let outcomes: Vec<(&str, &str)> = outcomes_of(channel).iter().map(|o| (o.code(), o.label())).collect();
    let theirs = a.start_at.map_or_else(|| "any time".to_owned(), |t| clock(Time(t), &a.zone));
    let yours = a.start_at.map(|t| clock(Time(t), zone)).filter(|y| *y != theirs).map_or_else(String::new, |y| format!("{y} for you"));
    ActionCard {
        id: format!("action-{}", a.id),
        state: state_of(a),
        state_note: state_note(a, zone, mine),
        icon: icon(&a.channel).into(),
        verb: verb(&a.channel).into(),
        whom: a.person.clone(),
        role: PersonRole::parse(&a.role).map_or_else(String::new, |r| r.label().into()),
        account: a.account.clone(),
        account_href: Some(format!("/accounts/{}", a.account_id)),
        place: a.city.clone(),
        at: a.start_at.map_or_else(String::new, |t| Time(t).rfc3339()),
        when_theirs: theirs,
        when_yours: yours,
        reason: a.reason.clone(),
        chips: chips(a),
        open_href: format!("/actions/{}", a.id),
        peek_href: Some(format!("/actions/{}/peek", a.id)),
        accept_href: to("accept", state == State::Proposed),
        outcome_href: to("outcome", open),
        dismiss_href: to("dismiss", open),
        phone_href: a.phone.as_ref().filter(|_| mine && open && channel == Channel::Phone).map(|p| format!("tel:{}", p.replace(' ', ""))),
        outcomes: Choice::list(&outcomes, ""),
        dismiss_reasons: Choice::list(REASONS, ""),
        form_key: format!("{}-{}", a.id, a.seq.unwrap_or(0)),
        simulated,
        ..ActionCard::default()
    }
}

fn chips(a: &ActionRow) -> Vec<Chip> {
    let purpose = Purpose::parse(&a.purpose).map(|p| Chip { text: p.label().into(), tone: Tone::Plain });
    let product = a.product.clone().map(|p| Chip { text: p, tone: Tone::Plain });
    let minutes = Some(Chip { text: hours(a.minutes), tone: Tone::Plain });
    [purpose, product, minutes].into_iter().flatten().collect()
}

/// An action for samples.
fn sample_action(id: i64, channel: &str, verb: Option<&str>) -> ActionRow {
    ActionRow {
        id,
        plan_id: 1,
        monday: 20_780,
        owner_id: 5,
        owner: "Ines Kowalski".into(),
        account_id: 12,
        account: "St. Brigid <i>Medical</i> Center".into(),
        city: "Duluth".into(),
        zone: "America/Chicago".into(),
        person_id: 33,
        person: "Dr. A. Meyer".into(),
        role: "physician".into(),
        phone: Some("+1 555 0100".into()),
        channel: channel.into(),
        purpose: "follow_up".into(),
        product: Some("Pulsar stent".into()),
        unit: "cardiac".into(),
        day: 20_780,
        start_at: Some(1_795_444_800_000_000),
        minutes: 15,
        value: 1.4,
        reason: "Showed interest in stents 3 days ago; last spoken with 42 days ago; prefers the phone.".into(),
        verb: verb.map(Into::into),
        seq: verb.map(|_| 1),
        step_at: verb.map(|_| 1_795_445_000_000_000),
        step_reason: verb.map(|v| if v == "dismiss" { "in_contact" } else { "reached" }.into()),
        step_by: verb.map(|_| "Ines Kowalski".into()),
    }
}
