//! What an owner dismissed is not proposed again the next morning.

use super::{Case, Rule};
use rounds_kernel::Day;

fn until(c: &Case) -> Option<Day> {
    let first = c.person.dismissed.iter().find(|(ch, _)| *ch == c.candidate.channel).map(|(_, d)| *d)?;
    (first > c.snapshot.week.monday()).then_some(first)
}

pub(super) const RULE: Rule = Rule {
    code: "dismissed",
    title: "dismissed lately",
    refuses: |c| until(c).is_some(),
    words: |c| format!("This was dismissed; it may be proposed again from {}.", until(c).map_or_else(String::new, |d| d.short())),
};
