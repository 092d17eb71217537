//! A person, as read and as stored.

use rounds_kernel::{Day, PersonRole};
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};

/// A person on their way into the record, with the account where they work.
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

    /// What the record says after `row`; unknown e-mail and telephone leave what is known.
    pub(super) fn after(&self, row: PersonRow) -> Self {
        Self {
            id: self.id,
            source_key: row.source_key,
            name: row.name,
            role: row.role.code().to_owned(),
            specialty: row.specialty,
            email: row.email.or_else(|| self.email.clone()),
            phone: row.phone.or_else(|| self.phone.clone()),
            language: row.language,
            source: row.source,
        }
    }
}
