//! Searching the log.

use rounds_kernel::{Day, Result, Time};
use rounds_store::{FromQueryResult, Query, Value, args, one_of};

/// What is looked for; empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Who acted.
    pub user: Option<i64>,
    /// Beginning of the command's name, e.g. `platform.` or `engage.accept`.
    pub command: String,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Words anywhere in who, what and notes; all must be there.
    pub text: String,
    /// The oldest first; else the newest.
    pub oldest: bool,
    /// Only entries that come after this one in that order.
    pub after: Option<i64>,
    /// Only these; all when there are none.
    pub chosen: Vec<i64>,
}

/// One entry.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Entry {
    /// Id, in order of time.
    pub id: i64,
    /// When, µs UTC.
    pub at: i64,
    /// Name at the time.
    pub actor: String,
    /// Role code at the time.
    pub role: String,
    /// Command name.
    pub command: String,
    /// Input as the command shows it, JSON.
    pub input: String,
    /// What the command said about itself.
    pub notes: String,
}

/// A page of entries, in the order asked for.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The entries.
    pub entries: Vec<Entry>,
    /// From where to go on; none at the end of the log.
    pub next: Option<i64>,
    /// The window ended before the page was full: the entries beyond it were not looked at yet.
    pub partial: bool,
}

/// Entries in which words are looked for at once: what a page can afford.
const WINDOW: i64 = 100_000;

/// The ids among which is looked, from the first to before the last; `None` when no entry is that young.
async fn range(db: &impl Query, s: &Search) -> Result<Option<(i64, i64)>> {
    let first_of =
        async |day: Day| db.number("SELECT id FROM audit WHERE at >= $1 ORDER BY at, id LIMIT 1", args![Time::at_day(day).0]).await;
    let (mut bottom, mut top) = (0, db.number("SELECT MAX(id) FROM audit", vec![]).await? + 1);
    if let Some(to) = s.to {
        // Up to the first entry of the day after; ids grow with time.
        let first = first_of(to.plus(1)).await?;
        top = if first > 0 { top.min(first) } else { top };
    }
    if let Some(from) = s.from {
        bottom = first_of(from).await?;
        if bottom == 0 {
            return Ok(None);
        }
    }
    match s.after {
        Some(id) if s.oldest => bottom = bottom.max(id.saturating_add(1)),
        Some(id) => top = top.min(id),
        None => {}
    }
    if let (Some(least), Some(most)) = (s.chosen.iter().min(), s.chosen.iter().max()) {
        (bottom, top) = (bottom.max(*least), top.min(most.saturating_add(1)));
    }
    Ok(Some((bottom, top)))
}

/// Up to `limit` entries that match, in the order asked for.
pub async fn search(db: &impl Query, s: &Search, limit: usize) -> Result<Found> {
    let Some((bottom, top)) = range(db, s).await? else { return Ok(Found::default()) };
    let words: Vec<String> = s.text.to_lowercase().split_whitespace().take(6).map(str::to_owned).collect();
    let (from, to) = match (words.is_empty(), s.oldest) {
        (true, _) => (bottom, top),
        (false, true) => (bottom, top.min(bottom.saturating_add(WINDOW))),
        (false, false) => (bottom.max(top - WINDOW), top),
    };
    let (sql, values) = statement(db, s, &words, (from, to), limit);
    let mut entries: Vec<Entry> = db.all(&sql, values).await?;
    let full = entries.len() > limit;
    entries.truncate(limit);
    let last = entries.last().map(|e| e.id);
    let partial = !full && ((from > bottom && from > 1) || to < top);
    let next = if full { last } else { partial.then_some(if s.oldest { to - 1 } else { from }) };
    Ok(Found { entries, next, partial })
}

fn statement(db: &impl Query, s: &Search, words: &[String], (from, to): (i64, i64), limit: usize) -> (String, Vec<Value>) {
    let mut sql = "SELECT id, at, actor, role, command, input, notes FROM audit WHERE id < $1 AND id >= $2".to_owned();
    let mut values = args![to, from];
    if !s.chosen.is_empty() {
        let (condition, ids) = one_of(db.engine(), "id", 3, s.chosen.iter().copied());
        sql.push_str(&format!(" AND {condition}"));
        values.push(ids);
    }
    let mut place = |sql: &mut String, condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&condition.replace("{}", &format!("${}", values.len())));
    };
    if let Some(user) = s.user {
        place(&mut sql, " AND user_id = {}", user.into());
    }
    if !s.command.is_empty() {
        let end = format!("{}\u{10ffff}", s.command);
        place(&mut sql, " AND command >= {}", s.command.clone().into());
        place(&mut sql, " AND command < {}", end.into());
    }
    for word in words {
        let pattern = format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let condition = " AND LOWER(actor || ' ' || command || ' ' || input || ' ' || notes) LIKE {} ESCAPE '\\'";
        place(&mut sql, condition, pattern.into());
    }
    let order = if s.oldest { " ORDER BY id LIMIT {}" } else { " ORDER BY id DESC LIMIT {}" };
    place(&mut sql, order, (limit as i64 + 1).into());
    (sql, values)
}
