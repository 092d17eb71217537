//! The rules of all countries, of one country with its form, and whether a call may be recorded.

mod detail;
mod list;
mod recording;

pub(super) use detail::{change, detail};
pub(super) use list::list;
pub(super) use recording::recording;

/// In addresses: the rule that stands for every country without one of its own.
const OTHER: &str = "other";

/// The address of a country's page.
fn href(country: &str) -> String {
    format!("/country-rules/{}", if country.is_empty() { OTHER } else { country })
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Pages drawn from their samples.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    vec![("country-rules", list::sample()), ("country-rule", detail::sample()), ("recording", recording::sample())]
}
