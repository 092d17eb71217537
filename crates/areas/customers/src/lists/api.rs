//! A list as the API gives it: the same query as the pages', with a size of one's own.

use super::Keyset;
use rounds_kernel::{Cursor, Page, Result};
use rounds_store::{FromQueryResult, Query, Value};
use rounds_web::api::{Listed, ToSchema, decode, encode};

/// One page of `list` after the cursor `after`, each row shown by `view`.
///
/// # Errors
/// `api.page_unknown` when `after` was not made for this list.
pub async fn listed<T: FromQueryResult + Send, V: ToSchema>(
    db: &impl Query,
    list: &Keyset,
    (limit, after): (usize, Option<&str>),
    cursor: impl Fn(&T) -> Cursor,
    view: impl Fn(T) -> V,
) -> Result<Listed<V>> {
    let name = format!("{} {} {} {:?} {:?}", list.from, list.key, list.descending, list.conditions, list.args);
    let (sign, order) = if list.descending { ("<", "DESC") } else { (">", "ASC") };
    let mut values = list.args.clone();
    let mut condition = list.conditions.join(" AND ");
    if let Some(at) = decode(&name, after)? {
        values.push(if list.numeric { Value::from(at.key.parse::<i64>().unwrap_or_default()) } else { Value::from(at.key) });
        values.push(Value::from(at.id));
        let (key, id, n) = (&list.key, &list.id, values.len());
        let k = n - 1;
        condition.push_str(&format!(" AND {key} {sign}= ${k} AND ({key} {sign} ${k} OR {id} {sign} ${n})"));
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE {condition} ORDER BY {} {order}, {} {order} LIMIT {}",
        list.columns,
        list.from,
        list.key,
        list.id,
        limit + 1
    );
    let page = Page::from_fetched(db.all::<T>(&sql, values).await?, limit, cursor);
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(view).collect() })
}
