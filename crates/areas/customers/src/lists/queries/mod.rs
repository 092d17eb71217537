//! The one query behind every list of this area.

mod sorted;

pub use sorted::{SortBy, fetch_sorted, sortable};

use super::PER_PAGE;
use rounds_kernel::{Cursor, Result};
use rounds_store::{FromQueryResult, Query, Value};
use rounds_web::components::{Pager, Sort};

/// Rows of the largest file handed out.
const MOST_EXPORTED: usize = 200_000;

/// A list: what it shows, of which rows, in which order. All texts come from our own code, all values from `args`.
#[derive(Debug, Clone)]
pub struct Keyset {
    /// Columns.
    pub columns: String,
    /// Tables, with their joins.
    pub from: String,
    /// Conditions, all of which must hold; parameters are numbered from 1.
    pub conditions: Vec<String>,
    /// Values of the parameters.
    pub args: Vec<Value>,
    /// Expression sorted by; never NULL.
    pub key: String,
    /// True when the key is a number.
    pub numeric: bool,
    /// Largest first.
    pub descending: bool,
    /// Id column, which breaks ties.
    pub id: String,
}

impl Keyset {
    /// Adds a condition on one value; `{}` stands for its parameter.
    pub fn filter(&mut self, condition: &str, value: impl Into<Value>) {
        self.args.push(value.into());
        self.conditions.push(condition.replace("{}", &format!("${}", self.args.len())));
    }

    fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }
}

/// Where a page starts: after a row, before a row, or at the beginning.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// After this row.
    pub after: Option<Cursor>,
    /// Before this row.
    pub before: Option<Cursor>,
}

impl Place {
    /// From the parameters `after` and `before` of an address; malformed ones show the first page.
    pub fn read(after: &str, before: &str) -> Self {
        Self { after: Cursor::decode(after), before: Cursor::decode(before) }
    }
}

/// One page of rows.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// The first row, if there are rows before it.
    pub previous: Option<Cursor>,
    /// The last row, if there are rows after it.
    pub next: Option<Cursor>,
}

/// One page of a list; `cursor` gives a row's key and id.
pub async fn fetch<T: FromQueryResult + Send>(
    db: &impl Query,
    list: &Keyset,
    place: &Place,
    cursor: impl Fn(&T) -> Cursor,
) -> Result<Slice<T>> {
    let backwards = place.before.is_some();
    let descending = list.descending != backwards;
    let (sign, order) = if descending { ("<", "DESC") } else { (">", "ASC") };
    let mut bounded = list.clone();
    if let Some(at) = place.before.as_ref().or(place.after.as_ref()) {
        let key = if list.numeric { Value::from(at.key.parse::<i64>().unwrap_or_default()) } else { Value::from(at.key.clone()) };
        bounded.args.push(key);
        bounded.args.push(Value::from(at.id));
        let n = bounded.args.len();
        bounded.conditions.push(format!("({}, {}) {sign} (${}, ${n})", list.key, list.id, n - 1));
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {} {order}, {} {order} LIMIT {}",
        list.columns,
        list.from,
        bounded.condition(),
        list.key,
        list.id,
        PER_PAGE + 1
    );
    let mut rows: Vec<T> = db.all(&sql, bounded.args).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    if backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(&cursor), rows.last().map(&cursor));
    let (previous, next) =
        if backwards { (first.filter(|_| more), last) } else { (first.filter(|_| place.after.is_some()), last.filter(|_| more)) };
    Ok(Slice { rows, previous, next })
}

impl Keyset {
    /// Only the rows chosen by hand; all when none is.
    pub fn only(&mut self, ids: &[i64]) {
        if !ids.is_empty() {
            let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            self.conditions.push(format!("{} IN ({list})", self.id));
        }
    }
}

/// All rows of a list in its order, for an export.
pub async fn all<T: FromQueryResult + Send>(db: &impl Query, list: &Keyset) -> Result<Vec<T>> {
    let direction = if list.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {} {direction}, {} {direction} LIMIT {MOST_EXPORTED}",
        list.columns,
        list.from,
        list.condition(),
        list.key,
        list.id
    );
    db.all(&sql, list.args.clone()).await
}

/// How many rows a list has, in words; counting stops at 10,000, which is enough to know that one should filter.
pub async fn count(db: &impl Query, list: &Keyset) -> Result<String> {
    const MOST: i64 = 10_000;
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) counted", list.from, list.condition(), MOST + 1);
    let found = db.number(&sql, list.args.clone()).await?;
    Ok(if found > MOST { "more than 10,000".into() } else { rounds_kernel::Money(found * 100).whole() })
}

/// An address with its parameters; empty ones are left out.
pub fn href(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    parameters.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
        query.append_pair(name, value);
    });
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The parameters that a list's filters do not have and that stay when they change: sorting, the day shown.
pub fn kept(parameters: &[(&str, &str)], names: &[&str]) -> Vec<(String, String)> {
    let stay = parameters.iter().filter(|(name, value)| names.contains(name) && !value.is_empty());
    stay.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The line under a list: how much of it is shown, and the ways to the other pages.
pub fn pager<T>(slice: &Slice<T>, total: &str, what: &str, path: &str, parameters: &[(&str, &str)]) -> Pager {
    let link = |name: &str, at: &Cursor| {
        let place = at.encode();
        href(path, &[parameters, &[(name, place.as_str())]].concat())
    };
    Pager {
        shown: format!("{} of {total} {what}", slice.rows.len()),
        previous: slice.previous.as_ref().map(|at| link("before", at)),
        next: slice.next.as_ref().map(|at| link("after", at)),
    }
}

/// Address and state of a sortable column: `sort=name` is ascending, `sort=-name` descending; a click turns it around.
pub fn sort_link(name: &str, chosen: &str, path: &str, parameters: &[(&str, &str)]) -> (String, Sort) {
    let (sort, next) = match chosen {
        c if c == name => (Sort::Ascending, format!("-{name}")),
        c if c.strip_prefix('-') == Some(name) => (Sort::Descending, name.to_owned()),
        _ => (Sort::None, name.to_owned()),
    };
    let others: Vec<(&str, &str)> = parameters.iter().copied().filter(|(n, _)| *n != "sort").collect();
    (href(path, &[&others[..], &[("sort", next.as_str())]].concat()), sort)
}
