//! A channel needs an address: a phone number, an e-mail.

use super::{Case, Rule};
use rounds_kernel::Channel;

fn missing(c: &Case) -> Option<&'static str> {
    match c.candidate.channel {
        Channel::Phone if !c.person.has_phone => Some("phone number"),
        Channel::Email | Channel::Webinar | Channel::Video if !c.person.has_email => Some("e-mail address"),
        _ => None,
    }
}

pub(super) const RULE: Rule = Rule {
    code: "reachable",
    title: "no address known",
    refuses: |c| missing(c).is_some(),
    words: |c| format!("No {} is known.", missing(c).unwrap_or("address")),
};
