//! Keyset pages: a cursor names the last row seen, so that page 1,000 is as fast as page 1.

use serde::{Deserialize, Serialize};

/// Where the next page starts: the sort key and id of the last row shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Sort key of the last row (text keys as they are, numbers as decimal text).
    pub key: String,
    /// Id of the last row, to break ties.
    pub id: i64,
}

impl Cursor {
    /// As it stands in an address: `id~key`.
    pub fn encode(&self) -> String {
        format!("{}~{}", self.id, self.key)
    }

    /// From an address; `None` for anything malformed, which shows the first page.
    pub fn decode(text: &str) -> Option<Self> {
        let (id, key) = text.split_once('~')?;
        Some(Self { key: key.to_owned(), id: id.parse().ok()? })
    }
}

/// One page of rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Cursor of the next page, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from `limit + 1` fetched rows: the extra row only says that there is more.
    pub fn from_fetched(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { rows, next }
    }
}
