//! Lists sorted by more than one column: the ways, the page, the heads of the columns.

use super::{Keyset, Place, Slice, fetch, sort_link};
use rounds_kernel::{Cursor, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::{Column, Sort};
use sea_orm::{DbErr, QueryResult};

/// One way to sort a list.
#[derive(Debug, Clone, Copy)]
pub struct SortBy {
    /// As it stands in the address.
    pub name: &'static str,
    /// Head of the column that offers it.
    pub column: &'static str,
    /// Expression sorted by; never NULL.
    pub key: &'static str,
    /// True when the key is a number.
    pub numeric: bool,
}

impl SortBy {
    /// By words.
    pub const fn text(name: &'static str, column: &'static str, key: &'static str) -> Self {
        Self { name, column, key, numeric: false }
    }

    /// By a number, a day or an amount.
    pub const fn number(name: &'static str, column: &'static str, key: &'static str) -> Self {
        Self { name, column, key, numeric: true }
    }
}

impl Keyset {
    /// Sorts by what was asked for, e.g. `name` or `-name`; unknown words leave the list's own order.
    pub fn sort(&mut self, ways: &[SortBy], asked: &str) {
        let Some(way) = ways.iter().find(|w| w.name == asked.trim_start_matches('-')) else { return };
        self.key = way.key.into();
        self.numeric = way.numeric;
        self.descending = asked.starts_with('-');
    }
}

/// A row with its place in the list's order.
struct Keyed<T> {
    row: T,
    key: String,
    id: i64,
}

impl<T: FromQueryResult> FromQueryResult for Keyed<T> {
    fn from_query_result(found: &QueryResult, prefix: &str) -> std::result::Result<Self, DbErr> {
        Ok(Self {
            row: T::from_query_result(found, prefix)?,
            key: found.try_get(prefix, "sort_key")?,
            id: found.try_get(prefix, "sort_id")?,
        })
    }
}

/// One page of a list, whichever way it is sorted.
pub async fn fetch_sorted<T: FromQueryResult + Send>(db: &impl Query, list: &Keyset, place: &Place) -> Result<Slice<T>> {
    let columns = format!("{}, CAST({} AS TEXT) AS sort_key, {} AS sort_id", list.columns, list.key, list.id);
    let keyed = Keyset { columns, ..list.clone() };
    let slice = fetch(db, &keyed, place, |k: &Keyed<T>| Cursor { key: k.key.clone(), id: k.id }).await?;
    Ok(Slice { rows: slice.rows.into_iter().map(|k| k.row).collect(), previous: slice.previous, next: slice.next })
}

/// Lets the heads of columns turn the order around.
pub fn sortable(columns: &mut [Column], ways: &[SortBy], asked: &str, path: &str, parameters: &[(&str, &str)]) {
    for column in columns {
        if let Some(way) = ways.iter().find(|w| w.column == column.label) {
            let (href, sort): (String, Sort) = sort_link(way.name, asked, path, parameters);
            *column = column.clone().sortable(&href, sort);
        }
    }
}
