//! How a place may be visited, and what follows for a visit.

use rounds_kernel::Day;
use serde::{Deserialize, Serialize};

rounds_kernel::words! {
    /// What a place asks of visitors.
    AccessRule {
        /// Visitors are welcome; overrides a stricter rule further away.
        Open = "open", "Visits welcome";
        /// Only within certain hours.
        Hours = "hours", "Certain hours only";
        /// Only with an appointment.
        AppointmentOnly = "appointment_only", "By appointment only";
        /// Only with a registration or badge of the house.
        CredentialNeeded = "credential_needed", "Registered visitors only";
        /// Only before a group, such as a department meeting.
        GroupOnly = "group_only", "Group visits only";
        /// Not at all.
        NoVisits = "no_visits", "No visits";
    }
}

rounds_kernel::words! {
    /// What a rule is about; nearer ones come first.
    Subject {
        /// One person.
        Person = "person", "Person";
        /// A department at a site.
        Department = "department", "Department";
        /// A site.
        Account = "account", "Site";
        /// A country.
        Country = "country", "Country";
    }
}

/// How a visit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VisitTerms {
    /// They agreed to it beforehand.
    pub appointment: bool,
    /// It is a visit to a group.
    pub group: bool,
    /// The visitor is registered there.
    pub credential: bool,
}

/// The rule that holds for someone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// What is asked.
    pub rule: AccessRule,
    /// Not before this minute of the day.
    pub from: Option<u16>,
    /// Not from this minute on.
    pub to: Option<u16>,
    /// What it is about.
    pub subject: Subject,
    /// Since when.
    pub since: Day,
    /// Where it comes from.
    pub source: String,
}

impl Access {
    /// Why a visit on these terms is not made: code, reason, remedy. `minute` is the time of day there, if it is known.
    pub fn refuses(&self, terms: VisitTerms, minute: Option<u16>) -> Option<(&'static str, String, &'static str)> {
        let whose = match self.subject {
            Subject::Person => "This person".to_owned(),
            other => format!("Their {}", other.label().to_lowercase()),
        };
        let said = format!("since {}, {}", self.since, self.source);
        let refused = match self.rule {
            AccessRule::NoVisits => Some(("consent.no_visits", "takes no visits", "Call, or write where that is allowed.")),
            AccessRule::GroupOnly if !terms.group => {
                Some(("consent.group_only", "takes group visits only", "Ask for a place in a department meeting."))
            }
            AccessRule::AppointmentOnly if !terms.appointment => {
                Some(("consent.appointment_only", "takes visits by appointment only", "Agree a time first."))
            }
            AccessRule::CredentialNeeded if !terms.credential => {
                Some(("consent.credential_needed", "takes registered visitors only", "Register with the house first."))
            }
            _ => None,
        };
        if let Some((code, what, remedy)) = refused {
            return Some((code, format!("{whose} {what} ({said})."), remedy));
        }
        let (from, to) = (self.from.unwrap_or(0), self.to.unwrap_or(1_440));
        if minute.is_some_and(|m| !(from..to).contains(&m)) {
            let hm = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
            let reason = format!("{whose} takes visits between {} and {} ({said}).", hm(from), hm(to));
            return Some(("consent.visiting_hours", reason, "Plan the visit within these hours."));
        }
        None
    }

    /// In words, for panels and lists.
    pub fn words(&self) -> String {
        let hm = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        match (self.from, self.to) {
            (None, None) => self.rule.label().to_owned(),
            (from, to) => format!("{}, {} to {}", self.rule.label(), hm(from.unwrap_or(0)), hm(to.unwrap_or(1_440))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_refuses_what_it_says() {
        use AccessRule as R;
        let none = VisitTerms::default();
        let (appointment, group, credential) =
            (VisitTerms { appointment: true, ..none }, VisitTerms { group: true, ..none }, VisitTerms { credential: true, ..none });
        let table = [
            (R::Open, none, None),
            (R::NoVisits, VisitTerms { appointment: true, group: true, credential: true }, Some("consent.no_visits")),
            (R::GroupOnly, appointment, Some("consent.group_only")),
            (R::GroupOnly, group, None),
            (R::AppointmentOnly, group, Some("consent.appointment_only")),
            (R::AppointmentOnly, appointment, None),
            (R::CredentialNeeded, none, Some("consent.credential_needed")),
            (R::CredentialNeeded, credential, None),
        ];
        for (rule, terms, code) in table {
            let access = Access { rule, from: None, to: None, subject: Subject::Account, since: Day(20_000), source: "gate".into() };
            assert_eq!(access.refuses(terms, None).map(|r| r.0), code, "{rule:?} {terms:?}");
        }
        let hours =
            Access { rule: R::Hours, from: Some(780), to: Some(840), subject: Subject::Person, since: Day(20_000), source: "told".into() };
        for (minute, refused) in [(Some(779), true), (Some(780), false), (Some(839), false), (Some(840), true), (None, false)] {
            assert_eq!(hours.refuses(none, minute).is_some(), refused, "{minute:?}");
        }
    }
}
