//! Live contacts with one person keep some days between them.

use super::{Case, Rule};
use rounds_kernel::{Channel, Day};

pub(in super::super) fn is_live(channel: Channel) -> bool {
    matches!(channel, Channel::Visit | Channel::Phone | Channel::Video)
}

/// The last live contact that leaves no day of the working week free.
fn blocking(c: &Case) -> Option<Day> {
    if !is_live(c.candidate.channel) {
        return None;
    }
    let friday = c.snapshot.week.monday().plus(4);
    let spacing = c.snapshot.limits.live_spacing_days;
    c.person.contacts.iter().filter(|p| p.outbound && is_live(p.channel)).map(|p| p.day).filter(|d| d.plus(spacing) > friday).max()
}

/// First day of the week on which the person may be met live again.
pub(in super::super) fn first_day(c: &Case) -> Day {
    let monday = c.snapshot.week.monday();
    let spacing = c.snapshot.limits.live_spacing_days;
    let last = c.person.contacts.iter().filter(|p| p.outbound && is_live(p.channel)).map(|p| p.day).max();
    last.map_or(monday, |d| d.plus(spacing).max(monday))
}

pub(super) const RULE: Rule = Rule {
    code: "live_spacing",
    title: "spoken with too recently",
    refuses: |c| blocking(c).is_some(),
    words: |c| {
        let when = blocking(c).map_or_else(String::new, |d| d.short());
        format!("They were met or called on {when}; live contacts keep {} days between them.", c.snapshot.limits.live_spacing_days)
    },
};
