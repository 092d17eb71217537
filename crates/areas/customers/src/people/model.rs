//! A person, as read and as stored.

use crate::sources::{Entry, Record};
use rounds_kernel::{Day, PersonRole};
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// A person on their way into the record, with the account where they work. What is `None` or empty says nothing; `Some("")` clears.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PersonRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// The source's own key.
    pub source_key: String,
    /// Full name.
    pub name: String,
    /// What they do.
    pub role: PersonRole,
    /// Specialty or department; may be empty.
    pub specialty: String,
    /// E-mail, if known.
    pub email: Option<String>,
    /// Telephone, if known.
    pub phone: Option<String>,
    /// Language, two letters.
    pub language: String,
    /// Source key of the account.
    pub account_key: String,
    /// Since when they are there.
    pub affil_from: Day,
    /// Where it comes from.
    pub source: String,
}

/// A person as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Person {
    /// Id.
    pub id: i64,
    /// The source's own key.
    pub source_key: String,
    /// Full name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Specialty or department; may be empty.
    pub specialty: String,
    /// E-mail, if known.
    pub email: Option<String>,
    /// Telephone, if known.
    pub phone: Option<String>,
    /// Language, two letters.
    pub language: String,
    /// Where it comes from.
    pub source: String,
}

impl Person {
    /// Role in words.
    pub fn role_label(&self) -> &str {
        PersonRole::parse(&self.role).map_or(self.role.as_str(), |r| r.label())
    }

    /// What the record says when its sources are heard: `word` gives their word on a field, `None` when they have none.
    pub(super) fn heard(&self, word: &dyn Fn(&str) -> Option<Option<String>>) -> Self {
        let text = |field: &str, old: &str| word(field).map_or_else(|| old.to_owned(), Option::unwrap_or_default);
        let named = |field: &str, old: &str| Some(text(field, old)).filter(|t| !t.is_empty()).unwrap_or_else(|| old.to_owned());
        let maybe = |field: &str, old: &Option<String>| word(field).unwrap_or_else(|| old.clone());
        Self {
            id: self.id,
            source_key: self.source_key.clone(),
            name: named("name", &self.name),
            role: named("role", &self.role),
            specialty: text("specialty", &self.specialty),
            email: maybe("email", &self.email),
            phone: maybe("phone", &self.phone),
            language: named("language", &self.language),
            source: self.source.clone(),
        }
    }
}

impl Record for Person {
    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn entry(&self) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, Day(0));
        e.text("name", &self.name);
        e.text("role", &self.role);
        e.text("specialty", &self.specialty);
        e.maybe("email", self.email.as_ref());
        e.maybe("phone", self.phone.as_ref());
        e.text("language", &self.language);
        e
    }
}

impl PersonRow {
    /// What the row says, as a source's word since `day`.
    pub(super) fn entry(&self, day: Day) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, day);
        e.text("name", &self.name);
        e.text("role", self.role.code());
        e.text("specialty", &self.specialty);
        e.maybe("email", self.email.as_ref());
        e.maybe("phone", self.phone.as_ref());
        e.text("language", &self.language);
        e
    }
}
