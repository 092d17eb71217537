//! A system, as read and as stored.

use crate::sources::{Entry, Record};
use rounds_kernel::Day;
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// A system on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SystemRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// The source's own key.
    pub source_key: String,
    /// Name; two systems may bear the same.
    pub name: String,
    /// Town of its head office.
    pub city: String,
    /// State of its head office.
    pub state: String,
    /// Country, two letters.
    pub country: String,
    /// Where it comes from.
    pub source: String,
    /// True when the row only mentions the system: an existing one is then left as it is.
    pub mention: bool,
}

/// A system as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct System {
    /// Id.
    pub id: i64,
    /// The source's own key.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Town of its head office.
    pub city: String,
    /// State of its head office.
    pub state: String,
    /// Country, two letters.
    pub country: String,
    /// Where it comes from.
    pub source: String,
}

impl System {
    /// What the record says when its sources are heard: `word` gives their word on a field, `None` when they have none.
    pub(super) fn heard(&self, word: &dyn Fn(&str) -> Option<Option<String>>) -> Self {
        let text = |field: &str, old: &str| word(field).map_or_else(|| old.to_owned(), Option::unwrap_or_default);
        let named = |field: &str, old: &str| Some(text(field, old)).filter(|t| !t.is_empty()).unwrap_or_else(|| old.to_owned());
        Self {
            id: self.id,
            source_key: self.source_key.clone(),
            name: named("name", &self.name),
            city: text("city", &self.city),
            state: text("state", &self.state),
            country: text("country", &self.country),
            source: self.source.clone(),
        }
    }
}

impl Record for System {
    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn entry(&self) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, Day(0));
        e.text("name", &self.name);
        e.text("city", &self.city);
        e.text("state", &self.state);
        e.text("country", &self.country);
        e
    }
}

impl SystemRow {
    /// What the row says, as a source's word since `day`; a mention only adds to what others name.
    pub(super) fn entry(&self, day: Day) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, day);
        e.adds_only = self.mention;
        e.text("name", &self.name);
        e.text("city", &self.city);
        e.text("state", &self.state);
        e.text("country", &self.country);
        e
    }
}
