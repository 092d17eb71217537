//! A visit keeps to the access register: group visits only, by appointment only, not at all.

use super::{Case, Rule};
use rounds_consent::access::VisitTerms;
use rounds_kernel::{Channel, Outcome};

/// What the register says against a visit; a meeting they agreed to lately is an appointment.
fn refusal(c: &Case) -> Option<String> {
    if c.candidate.channel != Channel::Visit {
        return None;
    }
    let agreed = |o: Option<Outcome>| matches!(o, Some(Outcome::MeetingBooked | Outcome::DemoBooked));
    let appointment = c.person.contacts.iter().any(|p| p.outbound && agreed(p.outcome));
    let terms = VisitTerms { appointment, ..VisitTerms::default() };
    c.person.access.as_ref()?.refuses(terms, None).map(|(_, reason, _)| reason)
}

pub(super) const RULE: Rule =
    Rule { code: "access", title: "no access for visits", refuses: |c| refusal(c).is_some(), words: |c| refusal(c).unwrap_or_default() };
