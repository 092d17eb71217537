//! A system, as read and as stored.

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
    /// What the record says after `row`.
    pub(super) fn after(&self, row: SystemRow) -> Self {
        if row.mention && self.id != 0 {
            return self.clone();
        }
        Self {
            id: self.id,
            source_key: row.source_key,
            name: row.name,
            city: row.city,
            state: row.state,
            country: row.country,
            source: row.source,
        }
    }
}
