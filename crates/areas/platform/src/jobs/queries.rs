//! Which jobs the page and the file show.

use rounds_kernel::Result;
use rounds_store::jobs::JobRow;
use rounds_store::{FromQueryResult, Query, Value, args, contains, one_of};

/// Columns of a [`JobRow`]. What a job was given and where it stands is for its worker, and the reports of those that went well are
/// long: neither is shown, so neither is read.
const COLUMNS: &str = "id, kind, '' AS input, input_key, state, 'null' AS checkpoint, done, total, message, \
    CASE WHEN state IN ('failed', 'stopped') THEN report ELSE 'null' END AS report, user_id, created_at, beat_at, finished_at, attempts";

/// What the list is narrowed to; empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrow {
    pub state: String,
    pub kind: String,
    /// Words of what it is doing.
    pub words: String,
    /// The oldest first; else the newest.
    pub oldest: bool,
    /// Only these; all when there are none.
    pub chosen: Vec<i64>,
}

/// Where a page starts: after a job or before one in the order of the list, or at the beginning.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub after: Option<i64>,
    pub before: Option<i64>,
}

/// One page of jobs.
#[derive(Debug, Clone, Default)]
pub(super) struct Slice {
    pub rows: Vec<JobRow>,
    /// The first one, if there are jobs before it.
    pub previous: Option<i64>,
    /// The last one, if there are jobs after it.
    pub next: Option<i64>,
}

/// The jobs that `n` leaves, from `place` on.
pub(super) async fn page(db: &impl Query, n: &Narrow, place: Place, limit: usize) -> Result<Slice> {
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace("{}", &format!("${}", values.len())));
    };
    for (condition, value) in [("state = {}", &n.state), ("kind = {}", &n.kind)] {
        if !value.is_empty() {
            narrow(condition, value.clone().into());
        }
    }
    if !n.words.trim().is_empty() {
        narrow("LOWER(kind || ' ' || message) LIKE LOWER({}) ESCAPE '!'", contains(&n.words).into());
    }
    let backwards = place.before.is_some();
    let (sign, order) = if n.oldest == backwards { ("<", "DESC") } else { (">", "ASC") };
    if let Some(id) = place.before.or(place.after) {
        narrow(&format!("id {sign} {{}}"), id.into());
    }
    if !n.chosen.is_empty() {
        let (condition, ids) = one_of(db.engine(), "id", values.len() + 1, n.chosen.iter().copied());
        conditions.push(condition);
        values.push(ids);
    }
    values.push((limit as i64 + 1).into());
    let sql = format!("SELECT {COLUMNS} FROM job WHERE {} ORDER BY id {order} LIMIT ${}", conditions.join(" AND "), values.len());
    let mut rows: Vec<JobRow> = db.all(&sql, values).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    if backwards {
        rows.reverse();
    }
    let (first, last) = (rows.first().map(|j| j.id), rows.last().map(|j| j.id));
    let (previous, next) =
        if backwards { (first.filter(|_| more), last) } else { (first.filter(|_| place.after.is_some()), last.filter(|_| more)) };
    Ok(Slice { rows, previous, next })
}

#[derive(FromQueryResult)]
struct Kind {
    kind: String,
}

/// Every kind of job that was ever asked for.
pub(super) async fn kinds(db: &impl Query) -> Result<Vec<String>> {
    let rows = db.all::<Kind>("SELECT DISTINCT kind FROM job ORDER BY kind", args![]).await?;
    Ok(rows.into_iter().map(|r| r.kind).collect())
}
