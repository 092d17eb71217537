//! The rules, pure: permission, quiet periods of tenders, access, frequency, spacing, calling hours. The order decides which reason is given first.

use super::{Held, Limits, PersonState, Refusal, Request};
use crate::access::VisitTerms;
use crate::country_rules::{CountryRule, Local};
use crate::permissions::{Aim, Reach, State};
use rounds_kernel::{Channel, Day, Time};

type Verdict = Result<(), Refusal>;

fn refuse(code: &'static str, reason: impl Into<String>, remedy: impl Into<String>) -> Verdict {
    Err(Refusal { code, reason: reason.into(), remedy: remedy.into() })
}

/// True for channels in which one meets the person at that moment.
pub fn is_live(channel: Channel) -> bool {
    matches!(channel, Channel::Visit | Channel::Phone | Channel::Video)
}

/// May this contact be made? Permission comes first, and a recorded "do not contact" before everything.
pub fn judge(person: &PersonState<'_>, request: &Request, limits: &Limits) -> Verdict {
    permitted(person.reach, person.rule, request.channel, request.aim)?;
    unless_quiet(person, request.aim)?;
    admitted(person, request)?;
    frequency(person.held, request.channel, request.at, limits)?;
    spacing(person.held, request.channel, request.at, limits)?;
    hours(person.rule, request.channel, person.local)
}

/// Permission alone.
pub fn permitted(reach: Reach, rule: &CountryRule, channel: Channel, aim: Aim) -> Verdict {
    let way = channel.label().to_lowercase();
    if reach.do_not_contact() {
        return refuse(
            "consent.do_not_contact",
            "This person asked not to be contacted at all.",
            "Wait until they contact us, or speak with someone else at the account.",
        );
    }
    let what = aim.label().to_lowercase();
    match reach.state_for(channel, aim) {
        State::Granted => Ok(()),
        State::Denied if reach.state(channel) == State::Denied => refuse(
            "consent.channel_denied",
            format!("This person asked for no contact by {way}."),
            "Use a channel they allow, or leave it.",
        ),
        State::Denied => refuse(
            "consent.purpose_denied",
            format!("This person asked for no {what} by {way}."),
            "Use a channel they allow for it, or leave it.",
        ),
        State::Unknown if reach.allows(rule, channel, aim) => Ok(()),
        State::Unknown => refuse(
            "consent.needs_grant",
            format!("Nobody has asked this person about {what} by {way}, and in {} that needs their yes first.", rule.place()),
            "Ask them in a channel that is open, and record their answer on their page.",
        ),
    }
}

/// Quiet periods of tenders alone: while one holds, nothing promotional is said to the people of its facilities. Service goes on.
pub fn unless_quiet(person: &PersonState<'_>, aim: Aim) -> Verdict {
    match person.quiet {
        Some(quiet) if aim != Aim::Service => {
            let until = Day::stored(quiet.until);
            refuse(
                "consent.tender_quiet",
                format!(
                    "The quiet period of tender {} ({}) holds where this person works, until {}.",
                    quiet.tender,
                    quiet.name,
                    until.short()
                ),
                format!("Wait until {}. Service is allowed meanwhile.", until.plus(1).short()),
            )
        }
        _ => Ok(()),
    }
}

/// The access register alone: how the person's place may be visited.
pub fn admitted(person: &PersonState<'_>, request: &Request) -> Verdict {
    let (Channel::Visit, Some(access)) = (request.channel, person.access) else { return Ok(()) };
    let terms = VisitTerms { appointment: request.visit.appointment || person.expects_us, ..request.visit };
    match access.refuses(terms, person.local.map(|l| l.minute)) {
        None => Ok(()),
        Some((code, reason, remedy)) => refuse(code, reason, remedy),
    }
}

/// Calling hours alone; nothing to say when the minute is not known.
pub fn hours(rule: &CountryRule, channel: Channel, local: Option<Local>) -> Verdict {
    let (Channel::Phone | Channel::Video, Some(local)) = (channel, local) else { return Ok(()) };
    match local.may_call(rule) {
        Ok(()) => Ok(()),
        Err(reason) => refuse("consent.calling_hours", reason, "Plan it within their hours, or write instead."),
    }
}

/// Frequency alone: contacts in the week of `at`, and in that week and the three before it.
pub fn frequency(held: &[Held], channel: Channel, at: Time, limits: &Limits) -> Verdict {
    let monday = at.day().week().monday();
    let within = |weeks_back: i32| {
        let (from, to) = (monday.plus(-7 * weeks_back), monday.plus(7));
        held.iter().filter(move |h| (from..to).contains(&h.at.day()))
    };
    let over = |count: usize, limit: u32| count >= limit as usize;
    let week = within(0).count();
    if over(week, limits.per_week) {
        return refuse(
            "consent.week_full",
            format!(
                "This person has {} in the week of {}, over all channels and colleagues; the limit is {}.",
                told(within(0)),
                monday.short(),
                limits.per_week
            ),
            format!("Plan it for the week of {} or later.", monday.plus(7).short()),
        );
    }
    if let Some(most) = limits.per_channel[channel.index()]
        && over(within(0).filter(|h| h.channel == channel).count(), most)
    {
        let way = channel.label().to_lowercase();
        return refuse(
            "consent.channel_full",
            format!(
                "This person has {} by {way} in the week of {}; the limit is {most}.",
                told(within(0).filter(|h| h.channel == channel)),
                monday.short()
            ),
            "Use another channel, or plan it for a later week.",
        );
    }
    if over(within(3).count(), limits.per_four_weeks) {
        return refuse(
            "consent.month_full",
            format!(
                "This person has {} in the four weeks up to {}; the limit is {}.",
                told(within(3)),
                monday.plus(6).short(),
                limits.per_four_weeks
            ),
            "Give them time: plan it for a later week.",
        );
    }
    Ok(())
}

/// `2 contacts`, or `1 contact and 1 taken on`.
fn told<'a>(held: impl Iterator<Item = &'a Held>) -> String {
    let (open, made): (Vec<&Held>, Vec<&Held>) = held.partition(|h| h.open);
    let contacts = |n: usize| format!("{n} contact{}", if n == 1 { "" } else { "s" });
    match (made.len(), open.len()) {
        (n, 0) => contacts(n),
        (0, n) => format!("{} taken on", contacts(n)),
        (n, m) => format!("{} and {m} more taken on", contacts(n)),
    }
}

/// Space between live contacts alone: written ones need none.
pub fn spacing(held: &[Held], channel: Channel, at: Time, limits: &Limits) -> Verdict {
    if !is_live(channel) {
        return Ok(());
    }
    let day = at.day();
    let near = |h: &&Held| h.live && day.0.abs_diff(h.at.day().0) < limits.spacing_days;
    let Some(nearest) = held.iter().filter(near).min_by_key(|h| (day.0.abs_diff(h.at.day().0), h.at)) else { return Ok(()) };
    let said = if nearest.open { "is due to be met live" } else { "was met live" };
    refuse(
        "consent.too_soon",
        format!("This person {said} on {}; live contacts lie at least {} days apart.", nearest.at.day().short(), limits.spacing_days),
        next_live_day(held, limits)
            .map_or_else(|| "Plan it for later.".to_owned(), |d| format!("Plan it for {} or later, or write instead.", d.short())),
    )
}

/// The first day after all known live contacts on which the next one is far enough from them; `None` when there is none to keep away from.
pub fn next_live_day(held: &[Held], limits: &Limits) -> Option<Day> {
    let last = held.iter().filter(|h| h.live).map(|h| h.at.day()).max()?;
    Some(last.plus(i32::try_from(limits.spacing_days).unwrap_or(i32::MAX)))
}
