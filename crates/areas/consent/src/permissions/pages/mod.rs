//! Reachability, the list behind its numbers, and the panel on a person's page.

mod list;
mod overview;
mod panel;

pub(super) use list::{people, people_csv};
pub(super) use overview::overview;
pub use panel::PermissionPanel;
pub(super) use panel::record;

use rounds_kernel::{Channel, Money};
use rounds_web::components::{Chip, Tone};

use super::{Aim, Reach, State};
use crate::country_rules::CountryRule;

/// Pages drawn from their samples.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    vec![("permissions", overview::sample()), ("permissions-people", list::sample()), ("permission-panel", panel::sample())]
}

/// A count with thousands set apart.
fn told(n: i64) -> String {
    Money(n * 100).whole()
}

fn percent(part: i64, whole: i64) -> String {
    match (100 * part + whole / 2).checked_div(whole) {
        None => "—".into(),
        Some(0) if part > 0 => "< 1 %".into(),
        Some(100) if part < whole => "> 99 %".into(),
        Some(n) => format!("{n} %"),
    }
}

/// What stands for a channel and purpose, in a short chip for lists.
fn short_chip(reach: Reach, rule: &CountryRule, channel: Channel, aim: Aim) -> Chip {
    let long = chip(reach, rule, channel, aim);
    match (reach.do_not_contact(), reach.state_for(channel, aim), long.tone) {
        (true, ..) => Chip::new("No contact", Tone::Bad),
        (_, State::Unknown, Tone::Warn) => Chip::new("Ask first", Tone::Warn),
        (_, State::Unknown, _) => Chip::new("Unknown", Tone::Plain),
        _ => long,
    }
}

/// What stands for a channel and purpose and what that allows, in a chip.
fn chip(reach: Reach, rule: &CountryRule, channel: Channel, aim: Aim) -> Chip {
    match (reach.do_not_contact(), reach.state_for(channel, aim)) {
        (true, _) => Chip::new("Do not contact", Tone::Bad),
        (_, State::Granted) => Chip::new("Granted", Tone::Good),
        (_, State::Denied) => Chip::new("Denied", Tone::Bad),
        (_, State::Unknown) if reach.allows(rule, channel, aim) => Chip::new("Unknown, allowed until a no", Tone::Plain),
        (_, State::Unknown) => Chip::new("Unknown, needs a yes first", Tone::Warn),
    }
}
