//! What each source says of a record, and which of them is believed.
//!
//! A source record is one row of one source as last told: its fields with the day since when each holds. A field's value in the record is
//! chosen among all source records by the field's rule ([`choose`]); what was set by hand wins over all of them. A blank says nothing and
//! clears nothing; an explicit clearing is a value like any other.

use crate::identifiers::EntityKind;
use rounds_kernel::{Day, Time, words};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Source of values that a person set.
pub const BY_HAND: &str = "by hand";

words! {
    /// How a field's value is chosen among what the sources say.
    Rule {
        /// The latest word counts.
        Newest = "newest", "Newest";
        /// The first source of a list that says anything.
        Ranked = "ranked", "Ranked sources";
        /// The longest value.
        MostComplete = "most_complete", "Most complete";
        /// What most sources say.
        MostAgreed = "most_agreed", "Most agreed";
    }
}

impl Rule {
    /// One sentence on how it chooses.
    pub fn explained(self) -> &'static str {
        match self {
            Self::Newest => "the latest word counts; a source that only adds counts where no other says anything",
            Self::Ranked => "the first source of the list that says anything; others after it, the newest first",
            Self::MostComplete => "the longest value; among equals the newest",
            Self::MostAgreed => "what most sources say; at a tie the newest",
        }
    }
}

/// One field's word by one source: a value, or `None` where the source says that there is none; and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said(pub Option<String>, pub i32);

impl Said {
    /// Since when.
    pub fn day(&self) -> Day {
        Day(self.1)
    }
}

/// One row of one source, as last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Id; 0 before it is stored.
    pub id: i64,
    /// The source.
    pub source: String,
    /// The source's own key.
    pub source_key: String,
    /// True when the source only adds to what others name.
    pub adds_only: bool,
    /// When it was last told, µs UTC.
    pub recorded_at: i64,
    /// What it says.
    pub said: BTreeMap<String, Said>,
}

impl SourceRecord {
    /// True for values that a person set.
    pub fn by_hand(&self) -> bool {
        self.source == BY_HAND
    }
}

/// A row on its way into a source record.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The source.
    pub source: String,
    /// The source's own key.
    pub source_key: String,
    /// True when the source only adds to what others name.
    pub adds_only: bool,
    /// Since when it holds.
    pub as_of: Day,
    /// Fields that the row says something about; `None` clears.
    pub said: Vec<(&'static str, Option<String>)>,
}

impl Entry {
    /// A row of a source that says nothing yet.
    pub fn new(source: &str, source_key: &str, as_of: Day) -> Self {
        Self { source: source.into(), source_key: source_key.into(), adds_only: false, as_of, said: Vec::new() }
    }

    /// Says a text, unless it is blank.
    pub fn text(&mut self, field: &'static str, text: &str) {
        if !text.is_empty() {
            self.said.push((field, Some(text.to_owned())));
        }
    }

    /// Says what is there; `Some("")` clears.
    pub fn maybe(&mut self, field: &'static str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.said.push((field, Some(value.to_string()).filter(|v| !v.is_empty())));
        }
    }
}

/// A field of a record, for people.
#[derive(Debug, Clone, Copy)]
pub struct FieldName {
    /// Code.
    pub code: &'static str,
    /// Words.
    pub label: &'static str,
    /// Fields that follow from it: a source that changes it without naming them unsays them.
    pub followed_by: &'static [&'static str],
}

const fn field(code: &'static str, label: &'static str) -> FieldName {
    FieldName { code, label, followed_by: &[] }
}

const OF_SYSTEMS: &[FieldName] = &[field("name", "Name"), field("city", "Town"), field("state", "State"), field("country", "Country")];

const OF_ACCOUNTS: &[FieldName] = &[
    field("name", "Name"),
    field("setting", "Kind of place"),
    field("street", "Street"),
    field("city", "Town"),
    FieldName { code: "state", label: "State", followed_by: &["zone"] },
    FieldName { code: "zip", label: "Postal code", followed_by: &["hsa", "hrr", "hrr_name"] },
    field("country", "Country"),
    field("zone", "Time zone"),
    field("hsa", "Hospital service area"),
    field("hrr", "Referral region"),
    field("hrr_name", "Name of the referral region"),
    field("beds", "Staffed beds"),
    field("rating", "Rating"),
    field("ownership", "Ownership"),
    field("phone", "Telephone"),
];

const OF_PEOPLE: &[FieldName] = &[
    field("name", "Name"),
    field("role", "Role"),
    field("specialty", "Specialty"),
    field("email", "E-mail"),
    field("phone", "Telephone"),
    field("language", "Language"),
];

/// The fields of a kind of record that sources speak of.
pub fn fields(kind: EntityKind) -> &'static [FieldName] {
    match kind {
        EntityKind::System => OF_SYSTEMS,
        EntityKind::Account => OF_ACCOUNTS,
        EntityKind::Person => OF_PEOPLE,
    }
}

/// The rule in force for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    /// How it chooses.
    pub rule: Rule,
    /// Sources, the most trusted first; for [`Rule::Ranked`].
    pub ranking: Vec<String>,
}

impl Default for FieldRule {
    fn default() -> Self {
        Self { rule: Rule::Newest, ranking: Vec::new() }
    }
}

/// A record whose fields sources speak of.
pub trait Record: Clone + PartialEq {
    /// Its id.
    fn id(&self) -> i64;
    /// The name it goes by.
    fn name(&self) -> &str;
    /// What it says, as one source's word.
    fn entry(&self) -> Entry;
}

/// Rules in force for one kind of record; a field without one follows the newest word.
#[derive(Debug, Clone, Default)]
pub struct Rules(pub HashMap<String, FieldRule>);

impl Rules {
    /// The rule of a field.
    pub fn of(&self, field: &str) -> FieldRule {
        self.0.get(field).cloned().unwrap_or_default()
    }
}

/// The word that is believed, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'a> {
    /// Whose word.
    pub record: &'a SourceRecord,
    /// The word.
    pub said: &'a Said,
}

fn key(value: &Said) -> String {
    value.0.as_deref().unwrap_or_default().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which source's word on `field` is believed; `None` when no source says anything.
pub fn choose<'a>(records: impl IntoIterator<Item = &'a SourceRecord>, field: &str, rule: &FieldRule) -> Option<Chosen<'a>> {
    let mut all: Vec<Chosen<'a>> =
        records.into_iter().filter_map(|record| record.said.get(field).map(|said| Chosen { record, said })).collect();
    // The newest first; what only adds after everything else; one order whatever the database returned.
    all.sort_by_key(|c| (c.record.adds_only, std::cmp::Reverse((c.said.1, c.record.recorded_at, c.record.id))));
    if let Some(hand) = all.iter().find(|c| c.record.by_hand()) {
        return Some(*hand);
    }
    let full: &[Chosen<'a>] = match all.iter().position(|c| c.record.adds_only) {
        Some(first) if first > 0 => &all[..first],
        _ => &all,
    };
    match rule.rule {
        Rule::Newest => full.first().copied(),
        Rule::Ranked => {
            let rank = |c: &Chosen<'_>| rule.ranking.iter().position(|s| *s == c.record.source).unwrap_or(usize::MAX);
            // `min_by_key` keeps the first of equals: the newest.
            all.iter().min_by_key(|c| rank(c)).copied()
        }
        Rule::MostComplete => {
            let length = |c: &Chosen<'_>| c.said.0.as_deref().map_or(0, |v| v.chars().count());
            full.iter().min_by_key(|c| std::cmp::Reverse(length(c))).copied()
        }
        Rule::MostAgreed => {
            let mut votes: HashMap<String, usize> = HashMap::new();
            full.iter().for_each(|c| *votes.entry(key(c.said)).or_default() += 1);
            full.iter().min_by_key(|c| std::cmp::Reverse(votes[&key(c.said)])).copied()
        }
    }
}

/// A value that a source record gave up, for its history.
pub(super) type Replaced = (String, Said);

impl SourceRecord {
    /// Takes a row in; returns what it replaced. `renew` also moves the day of values that were said again.
    pub(super) fn take(&mut self, kind: EntityKind, entry: &Entry, now: Time, renew: bool) -> Option<Vec<Replaced>> {
        let (mut replaced, mut changed) = (Vec::new(), self.id == 0 || self.adds_only != entry.adds_only);
        self.adds_only = entry.adds_only;
        for (field, value) in &entry.said {
            let said = Said(value.clone(), entry.as_of.0);
            match self.said.get_mut(*field) {
                Some(known) if known.0 == said.0 => {
                    if renew && known.1 < said.1 {
                        known.1 = said.1;
                        changed = true;
                    }
                }
                Some(known) => {
                    replaced.push(((*field).to_owned(), std::mem::replace(known, said)));
                    changed = true;
                    let followers = fields(kind).iter().find(|f| f.code == *field).map_or(&[][..], |f| f.followed_by);
                    for follower in followers.iter().filter(|f| !entry.said.iter().any(|(said, _)| said == *f)) {
                        replaced.extend(self.said.remove_entry(*follower));
                    }
                }
                None => {
                    self.said.insert((*field).to_owned(), said);
                    changed = true;
                }
            }
        }
        if changed || renew {
            self.recorded_at = now.0;
        }
        (changed || renew).then_some(replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: i64, source: &str, adds_only: bool, day: i32, name: Option<&str>) -> SourceRecord {
        let said = BTreeMap::from([("name".to_owned(), Said(name.map(str::to_owned), day))]);
        SourceRecord { id, source: source.into(), source_key: format!("{source}-{id}"), adds_only, recorded_at: i64::from(day), said }
    }

    fn rule(rule: Rule, ranking: &[&str]) -> FieldRule {
        FieldRule { rule, ranking: ranking.iter().map(|s| (*s).to_owned()).collect() }
    }

    fn chosen(records: &[SourceRecord], by: &FieldRule) -> Option<String> {
        choose(records, "name", by).and_then(|c| c.said.0.clone())
    }

    #[test]
    fn each_rule_chooses_what_it_says() {
        let all = [
            record(1, "crm", false, 10, Some("Mercy Hosp")),
            record(2, "ahrq", false, 20, Some("Mercy Hospital Phoenix")),
            record(3, "erp", false, 30, Some("MERCY HOSP.")),
            record(4, "cms", true, 40, Some("MERCY HOSPITAL PHOENIX CENTER LLC")),
        ];
        assert_eq!(chosen(&all, &rule(Rule::Newest, &[])).as_deref(), Some("MERCY HOSP."), "what only adds does not rename");
        assert_eq!(chosen(&all, &rule(Rule::Ranked, &["ahrq", "crm"])).as_deref(), Some("Mercy Hospital Phoenix"));
        assert_eq!(
            chosen(&all, &rule(Rule::Ranked, &["cms"])).as_deref(),
            Some("MERCY HOSPITAL PHOENIX CENTER LLC"),
            "unless it is ranked"
        );
        assert_eq!(chosen(&all, &rule(Rule::Ranked, &["nobody"])).as_deref(), Some("MERCY HOSP."));
        assert_eq!(chosen(&all, &rule(Rule::MostComplete, &[])).as_deref(), Some("Mercy Hospital Phoenix"));
        assert_eq!(chosen(&all, &rule(Rule::MostAgreed, &[])).as_deref(), Some("MERCY HOSP."), "two say so, in other letters");
        let by_hand = record(5, BY_HAND, false, 1, Some("Mercy"));
        let with: Vec<SourceRecord> = all.iter().cloned().chain([by_hand]).collect();
        for r in Rule::ALL {
            assert_eq!(chosen(&with, &rule(*r, &["crm"])).as_deref(), Some("Mercy"), "a hand wins under {r:?}");
        }
        assert_eq!(chosen(&all[3..], &rule(Rule::Newest, &[])).as_deref(), Some("MERCY HOSPITAL PHOENIX CENTER LLC"), "alone it counts");
    }

    #[test]
    fn the_order_in_which_the_database_answers_changes_nothing() {
        let all = [record(1, "a", false, 10, Some("x")), record(2, "b", false, 10, Some("yy")), record(3, "c", true, 10, Some("zzz"))];
        let back: Vec<SourceRecord> = all.iter().rev().cloned().collect();
        for r in Rule::ALL {
            assert_eq!(chosen(&all, &rule(*r, &["b"])), chosen(&back, &rule(*r, &["b"])));
        }
    }

    #[test]
    fn a_blank_says_nothing_and_a_clearing_is_a_value() {
        let mut held = record(1, "crm", false, 10, Some("Mercy"));
        let mut entry = Entry::new("crm", "crm-1", Day(20));
        entry.text("name", "");
        entry.maybe("phone", None::<String>);
        assert_eq!(held.take(EntityKind::Account, &entry, Time(99), false), None, "nothing new");
        entry.maybe("phone", Some(""));
        assert_eq!(held.take(EntityKind::Account, &entry, Time(99), false), Some(vec![]));
        assert_eq!(held.said["phone"], Said(None, 20));
        entry.said = vec![("name", Some("Mercy West".into()))];
        assert_eq!(held.take(EntityKind::Account, &entry, Time(99), false), Some(vec![("name".into(), Said(Some("Mercy".into()), 10))]));
    }

    #[test]
    fn a_source_that_moves_a_place_unsays_its_region() {
        let mut held = record(1, "crm", false, 10, Some("Mercy"));
        let mut first = Entry::new("crm", "crm-1", Day(10));
        first.said = vec![("zip", Some("85001".into())), ("hrr", Some("12".into()))];
        held.take(EntityKind::Account, &first, Time(1), false);
        first.said = vec![("zip", Some("10001".into()))];
        held.take(EntityKind::Account, &first, Time(2), false);
        assert!(!held.said.contains_key("hrr"));
    }
}
