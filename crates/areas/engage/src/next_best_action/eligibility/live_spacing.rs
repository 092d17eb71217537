//! Live contacts with one person keep some days between them.

use super::super::model::PastContact;
use super::{Case, Rule};
use rounds_consent::gate::is_live;
use rounds_kernel::{Day, Outcome};

/// The last time they were met live; a call that nobody answered keeps nobody away.
fn last_met(c: &Case) -> Option<Day> {
    let met = |p: &&PastContact| p.outbound && is_live(p.channel) && p.outcome != Some(Outcome::NoAnswer);
    c.person.contacts.iter().filter(met).map(|p| p.day).max()
}

/// The last live contact that leaves no day of the working week free.
fn blocking(c: &Case) -> Option<Day> {
    if !is_live(c.candidate.channel) {
        return None;
    }
    let friday = c.snapshot.week.monday().plus(4);
    last_met(c).filter(|d| d.plus(c.snapshot.limits.live_spacing_days) > friday)
}

/// First day of the week on which the person may be met live again.
pub(in super::super) fn first_day(c: &Case) -> Day {
    let monday = c.snapshot.week.monday();
    let spacing = c.snapshot.limits.live_spacing_days;
    last_met(c).map_or(monday, |d| d.plus(spacing).max(monday))
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
