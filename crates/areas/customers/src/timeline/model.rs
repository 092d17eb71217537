//! Facts as the timeline tells them.

use rounds_kernel::{Actor, Channel, FactKind, Money, Outcome, Permission, Purpose, Role, Time};
use rounds_store::facts::{FactRow, Subject};
use rounds_web::components::{Filter, TimelineDay, TimelineItem};
use serde::Deserialize;
use std::collections::HashMap;

/// Whose timeline it is.
#[derive(Debug, Clone)]
pub struct Of<'a> {
    /// Of whom.
    pub subject: Subject,
    /// Path of the page on which its filters stand.
    pub path: &'a str,
    /// Path of the page that holds nothing but the timeline.
    pub whole: &'a str,
    /// The customer's time zone.
    pub zone: &'a str,
}

/// What is asked of a timeline, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// Kind code, or empty for all.
    pub kind: String,
    /// Channel code, or empty for all.
    pub channel: String,
    /// Code of the role of the colleague who acted, or empty for all.
    pub by: String,
    /// Words of notes.
    pub q: String,
    /// Cursor of the last item shown, or empty.
    pub older: String,
    /// The day after which nothing is shown, or empty.
    pub as_of: String,
}

impl Ask {
    /// The parameters that stay from page to page.
    pub fn parameters(&self) -> [(&str, &str); 5] {
        [("kind", &self.kind), ("channel", &self.channel), ("by", &self.by), ("q", &self.q), ("as_of", &self.as_of)]
    }

    /// Whether it is narrowed to something.
    pub fn narrowed(&self) -> bool {
        self.parameters()[..4].iter().any(|(_, value)| !value.is_empty())
    }
}

/// Kinds of facts that a role does not read.
pub(super) fn hidden(actor: &Actor) -> Vec<FactKind> {
    let mut out = Vec::new();
    if !actor.may(Permission::ReadOrders) {
        out.extend([FactKind::Order, FactKind::Invoice]);
    }
    if !actor.may(Permission::ReadContracts) {
        out.extend([FactKind::Contract, FactKind::Equipment]);
    }
    out
}

/// A timeline as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Path of the page on which the filters stand.
    pub path: String,
    /// Path of the page that holds nothing but the timeline; empty on that page.
    pub whole: String,
    /// Kind, channel, role, words.
    pub filters: Vec<Filter>,
    /// Whether a filter is set.
    pub narrowed: bool,
    /// Days, newest first.
    pub days: Vec<TimelineDay>,
    /// Address of the items before these.
    pub older: Option<String>,
    /// Address of the newest items, when these are older ones.
    pub newest: Option<String>,
}

impl Timeline {
    /// The filters, with what was chosen.
    pub fn filters(ask: &Ask, hidden: &[FactKind]) -> Vec<Filter> {
        let with_all = |pairs: Vec<(&'static str, &'static str)>| -> Vec<(&'static str, &'static str)> {
            std::iter::once(("", "All")).chain(pairs).collect()
        };
        let kinds = with_all(FactKind::ALL.iter().filter(|k| !hidden.contains(k)).map(|k| (k.code(), k.label())).collect());
        let channels = with_all(Channel::ALL.iter().map(|c| (c.code(), c.label())).collect());
        let roles = with_all(Role::ALL.iter().map(|r| (r.code(), r.label())).collect());
        let words = Filter {
            name: "q".into(),
            label: "Notes".into(),
            value: ask.q.clone(),
            placeholder: "words in notes".into(),
            options: Vec::new(),
        };
        let day = Filter { name: "as_of".into(), label: "Until".into(), value: ask.as_of.clone(), ..Filter::default() };
        let mut all = vec![
            Filter::select("kind", "What", &kinds, &ask.kind),
            Filter::select("channel", "Channel", &channels, &ask.channel),
            Filter::select("by", "Who", &roles, &ask.by),
            words,
        ];
        all.extend(Some(day).filter(|d| !d.value.is_empty()));
        all
    }

    /// A timeline with two days.
    pub fn sample() -> Self {
        Self {
            path: "/accounts/7".into(),
            whole: "/accounts/7/timeline".into(),
            filters: Self::filters(&Ask::default(), &[]),
            narrowed: false,
            days: TimelineDay::sample(),
            older: Some("/accounts/7/timeline?older=1~1".into()),
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
pub(super) fn item(fact: &FactRow, names: &Names, of: &Of<'_>, own_zone: &str) -> TimelineItem {
    let about_person = matches!(of.subject, Subject::Person(_));
    let about_account = matches!(of.subject, Subject::Account(_));
    let user = fact.user_id.and_then(|id| names.users.get(&id));
    let person = fact.person_id.filter(|_| !about_person).and_then(|id| names.people.get(&id));
    let who = match (user, person) {
        (Some(user), Some(person)) => format!("{user} with {person}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    let account = fact.account_id.filter(|_| !about_account).and_then(|id| names.accounts.get(&id));
    let (theirs, yours) = (clock(fact.at(), of.zone), clock(fact.at(), own_zone));
    let own = if theirs == yours { None } else { Some(format!("{yours} for you")) };
    let (to_account, to_person) = (fact.account_id.map(|id| format!("/accounts/{id}")), fact.person_id.map(|id| format!("/people/{id}")));
    let href = match of.subject {
        Subject::Account(_) => to_person,
        Subject::System(_) => to_person.or(to_account),
        _ => to_account,
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
    let (text, note) = (fact.text("text"), fact.text("note"));
    let note = if text.contains(note) { "" } else { note };
    let said = match fact.kind() {
        Some(FactKind::Contact) => return contact(fact),
        Some(FactKind::Order) => order(fact),
        Some(FactKind::Dismissed) => joined([text, fact.text("reason")]),
        Some(FactKind::Permission) if text.is_empty() => {
            joined([Channel::parse(fact.text("channel")).map_or(fact.text("channel"), |c| c.label()), fact.text("state")])
        }
        Some(FactKind::Lead) => joined([fact.text("family"), text]),
        _ => text.to_owned(),
    };
    (kind.into(), joined([&said, note]))
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
        let of =
            Of { subject: Subject::Account(AccountId(7)), path: "/accounts/7", whole: "/accounts/7/timeline", zone: "America/Chicago" };
        item(f, &names, &of, "America/New_York")
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
