//! Searching the log.

use rounds_kernel::{Day, Result, Time};
use rounds_store::{FromQueryResult, Query, Value, args};

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
    /// Only entries before this one.
    pub before: Option<i64>,
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

/// A page of entries, newest first.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The entries.
    pub entries: Vec<Entry>,
    /// From where to go on; none at the end of the log.
    pub next: Option<i64>,
    /// The window ended before the page was full: older entries were not looked at yet.
    pub partial: bool,
}

/// Entries in which words are looked for at once: what a page can afford.
const WINDOW: i64 = 100_000;

/// Up to `limit` entries that match, newest first.
pub async fn search(db: &impl Query, s: &Search, limit: usize) -> Result<Found> {
    let mut top = s.before.unwrap_or(i64::MAX);
    if let Some(to) = s.to {
        // The first entry of the day after; ids grow with time.
        let end = Time::at_day(to.plus(1)).0;
        let first = db.number("SELECT id FROM audit WHERE at >= $1 ORDER BY at, id LIMIT 1", args![end]).await?;
        top = if first > 0 { top.min(first) } else { top };
    }
    let bottom = match s.from {
        Some(day) => {
            let begin = Time::at_day(day).0;
            let first = db.number("SELECT id FROM audit WHERE at >= $1 ORDER BY at, id LIMIT 1", args![begin]).await?;
            if first == 0 {
                return Ok(Found::default());
            }
            first
        }
        None => 0,
    };
    let words: Vec<String> = s.text.to_lowercase().split_whitespace().take(6).map(str::to_owned).collect();
    let newest = db.number("SELECT MAX(id) FROM audit", vec![]).await?;
    let window = if words.is_empty() { bottom } else { bottom.max(top.min(newest + 1) - WINDOW) };
    let (sql, values) = statement(s, &words, top, window, limit);
    let mut entries: Vec<Entry> = db.all(&sql, values).await?;
    let full = entries.len() > limit;
    entries.truncate(limit);
    let last = entries.last().map(|e| e.id);
    let partial = !full && window > bottom && window > 1;
    let next = if full { last } else { partial.then_some(window) };
    Ok(Found { entries, next, partial })
}

fn statement(s: &Search, words: &[String], top: i64, bottom: i64, limit: usize) -> (String, Vec<Value>) {
    let mut sql = "SELECT id, at, actor, role, command, input, notes FROM audit WHERE id < $1 AND id >= $2".to_owned();
    let mut values = args![top, bottom];
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
    place(&mut sql, " ORDER BY id DESC LIMIT {}", (limit as i64 + 1).into());
    (sql, values)
}
