//! Facts as the timeline tells them.

use rounds_kernel::{Channel, FactKind, Money, Outcome, Purpose, Time};
use rounds_store::facts::{FactRow, Subject};
use rounds_web::components::{Filter, TimelineDay, TimelineItem};
use std::collections::HashMap;

/// What is asked of a timeline.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// Whose.
    pub subject: Subject,
    /// Path of the page.
    pub path: &'a str,
    /// Channel code, `order`, or empty for everything.
    pub channel: &'a str,
    /// Cursor of the last item shown, or empty.
    pub older: &'a str,
    /// The customer's time zone.
    pub zone: &'a str,
}

/// A timeline as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Path of the page.
    pub path: String,
    /// The filter of channels.
    pub filters: Vec<Filter>,
    /// Days, newest first.
    pub days: Vec<TimelineDay>,
    /// Address of the items before these.
    pub older: Option<String>,
    /// Address of the newest items, when these are older ones.
    pub newest: Option<String>,
}

impl Timeline {
    /// The filter, with one choice made.
    pub fn filters(chosen: &str, orders: bool) -> Vec<Filter> {
        let mut pairs = vec![("", "All")];
        pairs.extend(Channel::ALL.iter().map(|c| (c.code(), c.label())));
        if orders {
            pairs.push(("order", "Orders"));
        }
        vec![Filter::select("channel", "Channel", &pairs, chosen)]
    }

    /// A timeline with two days.
    pub fn sample() -> Self {
        Self {
            path: "/accounts/7".into(),
            filters: Self::filters("", true),
            days: TimelineDay::sample(),
            older: Some("/accounts/7?older=1~1".into()),
            newest: None,
        }
    }
}

/// Names of those who appear in facts.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Users.
    pub users: HashMap<i64, String>,
    /// People.
    pub people: HashMap<i64, String>,
    /// Accounts.
    pub accounts: HashMap<i64, String>,
}

/// One fact as an item.
pub(super) fn item(fact: &FactRow, names: &Names, ask: &Ask, own_zone: &str) -> TimelineItem {
    let about_person = matches!(ask.subject, Subject::Person(_));
    let user = fact.user_id.and_then(|id| names.users.get(&id));
    let person = fact.person_id.filter(|_| !about_person).and_then(|id| names.people.get(&id));
    let who = match (user, person) {
        (Some(user), Some(person)) => format!("{user} with {person}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    let account = fact.account_id.filter(|_| about_person).and_then(|id| names.accounts.get(&id));
    let (theirs, yours) = (clock(fact.at(), ask.zone), clock(fact.at(), own_zone));
    let own = if theirs == yours { None } else { Some(format!("{yours} for you")) };
    let href = match ask.subject {
        Subject::Account(_) => fact.person_id.map(|id| format!("/people/{id}")),
        _ => fact.account_id.map(|id| format!("/accounts/{id}")),
    };
    let (kind, text) = words(fact);
    TimelineItem {
        at: fact.at().rfc3339(),
        time: theirs,
        icon: icon(fact).into(),
        kind,
        who,
        place: account.cloned().into_iter().chain(own).collect::<Vec<_>>().join(" · "),
        text,
        href,
        simulated: fact.simulated(),
    }
}

fn clock(at: Time, zone: &str) -> String {
    at.in_zone(zone).split(' ').nth(1).unwrap_or_default().to_owned()
}

fn icon(fact: &FactRow) -> &'static str {
    match (fact.kind(), fact.channel()) {
        (Some(FactKind::Order | FactKind::Invoice), _) => "order",
        (Some(FactKind::Case), _) => "case",
        (Some(FactKind::Lead), _) => "click",
        (Some(FactKind::Accepted), _) => "accepted",
        (Some(FactKind::Dismissed), _) => "dismissed",
        (Some(FactKind::Reopened), _) => "task",
        (_, Some(Channel::Visit)) => "visit",
        (_, Some(Channel::Phone)) => "call",
        (_, Some(Channel::Video)) => "video",
        (_, Some(Channel::Email)) => "mail",
        (_, Some(Channel::Webinar)) => "event",
        _ => "note",
    }
}

/// The word of its kind, and what happened.
fn words(fact: &FactRow) -> (String, String) {
    let kind = fact.kind().map_or(fact.kind.as_str(), |k| k.label());
    match fact.kind() {
        Some(FactKind::Contact) => contact(fact),
        Some(FactKind::Order) => (kind.into(), order(fact)),
        Some(FactKind::Dismissed) => (kind.into(), joined([fact.text("text"), fact.text("reason")])),
        Some(FactKind::Permission) => {
            let said = joined([Channel::parse(fact.text("channel")).map_or(fact.text("channel"), |c| c.label()), fact.text("state")]);
            (kind.into(), if fact.text("text").is_empty() { said } else { fact.text("text").to_owned() })
        }
        Some(FactKind::Lead) => {
            (kind.into(), joined([fact.text("family"), if fact.text("text").is_empty() { fact.text("note") } else { fact.text("text") }]))
        }
        _ => (kind.into(), fact.text("text").to_owned()),
    }
}

fn contact(fact: &FactRow) -> (String, String) {
    let channel = fact.channel().map_or("Contact", |c| c.label());
    let purpose = Purpose::parse(fact.text("purpose")).map_or("", |p| p.label());
    let towards_us = if fact.text("direction") == "in" { "from them" } else { "" };
    let outcome = Outcome::parse(fact.text("outcome")).map_or("", |o| o.label());
    (
        joined([channel, purpose, towards_us]),
        [outcome, fact.text("note")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(". "),
    )
}

fn order(fact: &FactRow) -> String {
    if !fact.text("text").is_empty() {
        return fact.text("text").to_owned();
    }
    let amount = fact.body["amount_cents"].as_i64().map_or(String::new(), |cents| format!(", ${}", Money(cents).whole()));
    format!("{} × {}{amount}", fact.body["quantity"].as_i64().unwrap_or_default(), fact.text("product"))
}

fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rounds_kernel::{AccountId, Day};

    fn fact(kind: &str, channel: Option<&str>, body: serde_json::Value) -> FactRow {
        let at = Time::at_day(Day::parse("2026-11-23").unwrap()).plus_minutes(15 * 60).0;
        FactRow {
            id: 1,
            kind: kind.into(),
            occurred_at: at,
            recorded_at: at,
            recorded_by: None,
            account_id: Some(7),
            person_id: Some(31),
            system_id: None,
            channel: channel.map(str::to_owned),
            user_id: Some(12),
            source: "simulation".into(),
            body,
        }
    }

    fn told(f: &FactRow) -> TimelineItem {
        let names = Names {
            users: HashMap::from([(12, "Ines Kowalski".into())]),
            people: HashMap::from([(31, "Dr. Meyer".into())]),
            accounts: HashMap::new(),
        };
        let ask = Ask { subject: Subject::Account(AccountId(7)), path: "/accounts/7", channel: "", older: "", zone: "America/Chicago" };
        item(f, &names, &ask, "America/New_York")
    }

    #[test]
    fn a_contact_says_who_how_why_and_what_came_of_it() {
        let got =
            told(&fact("contact", Some("phone"), serde_json::json!({ "purpose": "follow_up", "outcome": "reached", "direction": "out" })));
        assert_eq!(
            (got.kind.as_str(), got.text.as_str(), got.who.as_str()),
            ("Call · follow-up", "Spoke with them", "Ines Kowalski with Dr. Meyer")
        );
        assert_eq!((got.time.as_str(), got.place.as_str(), got.simulated), ("09:00", "10:00 for you", true));
    }

    #[test]
    fn an_order_says_what_and_how_much() {
        let body = serde_json::json!({ "product": "Catheter 6F", "quantity": 4, "amount_cents": 1_230_000 });
        assert_eq!(told(&fact("order", None, body)).text, "4 × Catheter 6F, $12,300");
    }

    #[test]
    fn facts_of_a_newer_release_still_show() {
        let got = told(&fact("hologram", None, serde_json::json!({ "text": "Waved" })));
        assert_eq!((got.kind.as_str(), got.text.as_str()), ("hologram", "Waved"));
    }
}
