//! Nobody is contacted more often than agreed, over all channels and owners, in a week and in four.

use super::super::model::{CountryIn, PersonIn};
use super::Rule;
use rounds_kernel::Day;

/// Contacts of ours with the person within the week that starts on `monday`, and in the 28 days up to its end.
fn counts(person: &PersonIn, monday: Day) -> (u32, u32) {
    let ours = person.contacts.iter().filter(|c| c.outbound);
    let week = ours.clone().filter(|c| c.day >= monday && c.day < monday.plus(7)).count();
    let four = ours.filter(|c| c.day >= monday.plus(-21) && c.day < monday.plus(7)).count();
    (week as u32, four as u32)
}

/// How many more contacts the week may bring this person.
pub(in super::super) fn left(person: &PersonIn, country: &CountryIn, monday: Day) -> u32 {
    let (week, four) = counts(person, monday);
    country.person_week.saturating_sub(week).min(country.person_four_weeks.saturating_sub(four))
}

pub(super) const RULE: Rule = Rule {
    code: "frequency",
    title: "contacted often enough",
    refuses: |c| left(c.person, &c.account.country_rule, c.snapshot.week.monday()) == 0,
    words: |c| {
        let (week, four) = counts(c.person, c.snapshot.week.monday());
        let limits = &c.account.country_rule;
        format!(
            "{week} of {} contacts this week and {four} of {} in four weeks are used, over all channels and owners.",
            limits.person_week, limits.person_four_weeks
        )
    },
};
