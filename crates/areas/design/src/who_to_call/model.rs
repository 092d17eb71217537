//! Topics, exceptions, and the card they make together with coverage.

use crate::coverage::Coverer;
use rounds_kernel::Role;
use rounds_store::FromQueryResult;

/// What someone may call about.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub struct Topic {
    /// Id.
    pub id: i64,
    /// Words, as the account's people would put it.
    pub topic: String,
    /// Code of the role that answers; empty for the line below.
    pub role: String,
    /// The line's name, when nobody covers the account in the role.
    pub line: String,
    /// Its telephone number.
    pub phone: String,
    /// Its e-mail address.
    pub email: String,
}

/// Someone else, for one topic of one account.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Exception {
    /// The topic.
    pub topic_id: i64,
    /// Who.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Their e-mail address.
    pub email: String,
}

/// One line of the card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardLine {
    /// What about.
    pub topic: String,
    /// Whom: several where business units have their own.
    pub whom: Vec<Contact>,
}

/// Someone to call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Role or business unit.
    pub note: String,
    /// Telephone number; empty when none is known.
    pub phone: String,
    /// E-mail address; empty when none is known.
    pub email: String,
}

/// The card of one account: an exception first, then who covers the account in the topic's role, then the topic's own line.
pub fn card(topics: &[Topic], exceptions: &[Exception], coverers: &[Coverer]) -> Vec<CardLine> {
    topics.iter().map(|t| CardLine { topic: t.topic.clone(), whom: whom(t, exceptions, coverers) }).collect()
}

/// One's own number, or the line's.
fn own(phone: &str, line: &str) -> String {
    if phone.is_empty() { line.to_owned() } else { phone.to_owned() }
}

fn whom(topic: &Topic, exceptions: &[Exception], coverers: &[Coverer]) -> Vec<Contact> {
    if let Some(e) = exceptions.iter().find(|e| e.topic_id == topic.id) {
        return vec![Contact { name: e.name.clone(), note: String::new(), phone: e.phone.clone(), email: e.email.clone() }];
    }
    let role = Role::parse(&topic.role).map_or("", |r| r.label());
    let mut found: Vec<Contact> = Vec::new();
    for c in coverers.iter().filter(|c| !topic.role.is_empty() && c.role == topic.role) {
        let unit = if c.business_unit == "all" { role.to_owned() } else { format!("{role}, {}", c.business_unit) };
        match found.iter_mut().find(|f| f.email == c.email) {
            Some(same) => same.note = role.to_owned(),
            None => found.push(Contact { name: c.name.clone(), note: unit, phone: own(&c.phone, &topic.phone), email: c.email.clone() }),
        }
    }
    if found.is_empty() && !topic.line.is_empty() {
        found.push(Contact { name: topic.line.clone(), note: String::new(), phone: topic.phone.clone(), email: topic.email.clone() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_come_before_coverage_and_coverage_before_the_line() {
        let topic =
            |id, role: &str, line: &str| Topic { id, topic: format!("t{id}"), role: role.into(), line: line.into(), ..Topic::default() };
        let covers = |role: &str, unit: &str, name: &str| Coverer {
            business_unit: unit.into(),
            role: role.into(),
            owner_id: 1,
            name: name.into(),
            email: format!("{name}@x.example"),
            phone: if name == "ann" { "+1 218 555 0142".into() } else { String::new() },
            valid_from: 1,
            alignment_id: 1,
        };
        let topics = [topic(1, "field_rep", ""), topic(2, "kam", "Sales office"), topic(3, "", "Quality"), topic(4, "success", "")];
        let exceptions = [Exception { topic_id: 4, name: "Desk".into(), phone: "1".into(), email: String::new() }];
        let coverers = [covers("field_rep", "Cardiac", "ann"), covers("field_rep", "Wound", "ben"), covers("success", "all", "eve")];
        let names: Vec<Vec<String>> =
            card(&topics, &exceptions, &coverers).into_iter().map(|l| l.whom.into_iter().map(|c| c.name).collect()).collect();
        assert_eq!(names, [vec!["ann".to_owned(), "ben".into()], vec!["Sales office".into()], vec!["Quality".into()], vec!["Desk".into()]]);
        let twice = card(&topics[..1], &[], &[covers("field_rep", "Cardiac", "ann"), covers("field_rep", "Wound", "ann")]);
        assert_eq!(twice[0].whom.len(), 1, "one person for two units stands once");
        assert_eq!(twice[0].whom[0].phone, "+1 218 555 0142", "their own number, not the line's");
    }
}
