//! Lists short enough to be read whole: words looked for, rows chosen by hand, and order, all from the address.

use super::model::{chosen, lasting};
use rounds_web::components::{Column, Sort};
use std::cmp::Reverse;

/// What a row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A number or an instant.
    Number(i64),
    /// Words, in small letters.
    Text(String),
}

impl Key {
    /// Words, whatever their case.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_lowercase())
    }
}

/// A way to sort: the column's label, its name in the address, and what a row is sorted by.
pub struct Way<T>(pub &'static str, pub &'static str, pub fn(&T) -> Key);

/// A short list of `T`, as its address asks for it.
pub struct Short<T: 'static> {
    /// Path of its page; its file is the same with `.csv`.
    pub path: &'static str,
    /// Ways to sort.
    pub ways: &'static [Way<T>],
    /// Id of a row.
    pub id: fn(&T) -> i64,
    /// Words of a row that are searched.
    pub words: fn(&T) -> String,
}

impl<T> Short<T> {
    /// The rows asked for: those chosen by hand, if any; among them those that hold all words of `q`; in the order of `sort`.
    pub fn rows(&self, query: Option<&str>, mut all: Vec<T>) -> Vec<T> {
        let (ids, wanted) = (chosen(query), value(query, "q").to_lowercase());
        all.retain(|row| {
            let text = (self.words)(row).to_lowercase();
            (ids.is_empty() || ids.contains(&(self.id)(row))) && wanted.split_whitespace().all(|w| text.contains(w))
        });
        let sort = value(query, "sort");
        if let Some(Way(_, _, key)) = self.ways.iter().find(|w| w.1 == sort.trim_start_matches('-')) {
            // Equal rows keep the order they came in, whichever way it is sorted.
            if sort.starts_with('-') {
                all.sort_by_key(|row| Reverse(key(row)));
            } else {
                all.sort_by_key(key);
            }
        }
        all
    }

    /// Makes the columns that can be sorted by sortable; all else of the address stays.
    pub fn columns(&self, query: Option<&str>, labels: &[&str]) -> Vec<Column> {
        let asked = value(query, "sort");
        let column = |label: &&str| {
            let plain = label.trim_start_matches('#');
            let column = if plain.len() < label.len() { Column::number(plain) } else { Column::text(plain) };
            let Some(Way(_, name, _)) = self.ways.iter().find(|w| w.0 == plain) else { return column };
            let (sort, next) = match asked.strip_prefix('-') {
                Some(down) if down == *name => (Sort::Descending, (*name).to_owned()),
                None if asked == *name => (Sort::Ascending, format!("-{name}")),
                _ => (Sort::None, (*name).to_owned()),
            };
            column.sortable(&self.href("", query, &next), sort)
        };
        labels.iter().map(column).collect()
    }

    /// Address of the file of what is shown.
    pub fn file(&self, query: Option<&str>) -> String {
        self.href(".csv", query, &value(query, "sort"))
    }

    fn href(&self, ending: &str, query: Option<&str>, sort: &str) -> String {
        let kept = lasting(query.unwrap_or_default());
        let mut out = form_urlencoded::Serializer::new(String::new());
        out.extend_pairs(form_urlencoded::parse(kept.as_bytes()).filter(|(name, _)| name != "sort"));
        if !sort.is_empty() {
            out.append_pair("sort", sort);
        }
        let query = out.finish();
        format!("{}{ending}{}{query}", self.path, if query.is_empty() { "" } else { "?" })
    }
}

/// One field of an address, trimmed; empty when it is not there.
pub fn value(query: Option<&str>, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Short<(i64, &str)> = Short {
        path: "/things",
        ways: &[Way("Name", "name", |t| Key::text(t.1)), Way("Number", "number", |t| Key::Number(t.0))],
        id: |t| t.0,
        words: |t| t.1.to_owned(),
    };

    fn rows(query: &str) -> Vec<i64> {
        LIST.rows(Some(query), vec![(3, "beta b"), (1, "Alpha"), (2, "beta a")]).into_iter().map(|t| t.0).collect()
    }

    #[test]
    fn rows_are_narrowed_chosen_and_ordered_as_the_address_says() {
        assert_eq!(rows(""), [3, 1, 2]);
        assert_eq!(rows("sort=name"), [1, 2, 3]);
        assert_eq!(rows("sort=-number&q=BETA"), [3, 2]);
        assert_eq!(rows("q=a+beta"), [3, 2]);
        assert_eq!(rows("id=1&id=2&sort=-number"), [2, 1]);
        assert_eq!(rows("sort=nothing&q=%25"), [0; 0]);
    }

    #[test]
    fn columns_sort_there_and_back_and_keep_the_rest() {
        let columns = LIST.columns(Some("q=b&sort=name&after=x"), &["Name", "#Number", "Else"]);
        let hrefs: Vec<_> = columns.iter().map(|c| c.sort_href.as_deref()).collect();
        assert_eq!(hrefs, [Some("/things?q=b&sort=-name"), Some("/things?q=b&sort=number"), None]);
        assert!(columns[1].numeric && columns[0].sort == Sort::Ascending);
        assert_eq!(LIST.file(Some("q=b&sort=name")), "/things.csv?q=b&sort=name");
    }
}
