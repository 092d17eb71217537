//! The fact log: one append-only table that every area writes through the runner.

use crate::query::Query;
use crate::{Engine, Tx, Value, args};
use rounds_kernel::{AccountId, Channel, FactKind, NewFact, PersonId, Result, SystemId, Time, UserId};
use sea_orm::FromQueryResult;

/// One entry of the log as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub struct FactRow {
    /// Id, in order of recording.
    pub id: i64,
    /// Kind, see [`FactKind`].
    pub kind: String,
    /// When it happened, µs UTC.
    pub occurred_at: i64,
    /// When it was recorded, µs UTC.
    pub recorded_at: i64,
    /// Who recorded it; none for the program.
    pub recorded_by: Option<i64>,
    /// Account concerned.
    pub account_id: Option<i64>,
    /// Person concerned.
    pub person_id: Option<i64>,
    /// System concerned.
    pub system_id: Option<i64>,
    /// Channel code, for contacts.
    pub channel: Option<String>,
    /// User who acted towards the customer.
    pub user_id: Option<i64>,
    /// Source; `simulation` marks simulated facts.
    pub source: String,
    /// JSON body by kind.
    pub body: serde_json::Value,
}

/// Columns of [`FactRow`], for queries of other crates.
pub const COLUMNS: &str =
    "id, kind, occurred_at, recorded_at, recorded_by, account_id, person_id, system_id, channel, user_id, source, body";

impl FactRow {
    /// Kind; `None` if written by a newer release.
    pub fn kind(&self) -> Option<FactKind> {
        FactKind::parse(&self.kind)
    }

    /// Channel of a contact.
    pub fn channel(&self) -> Option<Channel> {
        self.channel.as_deref().and_then(Channel::parse)
    }

    /// When it happened.
    pub fn at(&self) -> Time {
        Time(self.occurred_at)
    }

    /// True for facts made up by the simulator.
    pub fn simulated(&self) -> bool {
        self.source == "simulation"
    }

    /// A text field of the body; empty if absent.
    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}

/// Whose facts a timeline shows.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// One account.
    Account(AccountId),
    /// One person.
    Person(PersonId),
    /// One system (facts about the whole system only).
    System(SystemId),
    /// One user's acts.
    User(UserId),
}

/// Facts of `subject`, newest first, after the cursor `(occurred_at, id)`; served by a keyset index.
pub async fn of(db: &impl Query, subject: Subject, after: Option<(i64, i64)>, limit: u64) -> Result<Vec<FactRow>> {
    let (column, id) = match subject {
        Subject::Account(a) => ("account_id", a.0),
        Subject::Person(p) => ("person_id", p.0),
        Subject::System(s) => ("system_id", s.0),
        Subject::User(u) => ("user_id", u.0),
    };
    let (at, last) = after.unwrap_or((i64::MAX, i64::MAX));
    let sql = format!(
        "SELECT {COLUMNS} FROM fact WHERE {column} = $1 AND occurred_at <= $2 AND (occurred_at < $2 OR id < $3) \
         ORDER BY occurred_at DESC, id DESC LIMIT $4"
    );
    db.all(&sql, args![id, at, last, limit as i64]).await
}

/// Replaces the words of a note on a fact, here and in the search: the one change a fact may undergo, for words that must not stand
/// there. Numbers, dates and everything else of it stay.
pub async fn replace_note(tx: &mut Tx, id: i64, words: &str) -> Result<()> {
    let Some(mut fact) = tx.one::<FactRow>(&format!("SELECT {COLUMNS} FROM fact WHERE id = $1"), args![id]).await? else { return Ok(()) };
    let field = if fact.text("note").is_empty() { "text" } else { "note" };
    let before = fact.text(field).to_owned();
    if before.is_empty() {
        return Ok(());
    }
    // A sentence about what happened may repeat the note.
    for value in fact.body.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        if let Some(text) = value.as_str().filter(|t| t.contains(&before)) {
            *value = text.replace(&before, words).into();
        }
    }
    tx.execute("UPDATE fact SET body = $2 WHERE id = $1", args![id, fact.body]).await?;
    crate::search::put_notes(tx, vec![(id, words.to_owned())]).await
}

/// Setting that counts how often facts were taken out of the log.
const TAKEN_BACK: &str = "facts.taken_back";

/// How often facts were taken out of the log: whoever keeps sums of it notes this beside them, and makes them again when it changed.
pub async fn taken_back(db: &impl Query) -> Result<i64> {
    Ok(crate::settings::get(db, TAKEN_BACK).await?.and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Takes facts out that one transaction added, by their ids and the instant at which they were recorded, and their words out of
/// the search: for an import that is taken back, and for nothing else.
pub async fn take_back(tx: &mut Tx, (first, last): (i64, i64), recorded_at: Time) -> Result<u64> {
    let which = "id BETWEEN $1 AND $2 AND recorded_at = $3";
    let words = format!("DELETE FROM search_note WHERE rowid IN (SELECT id FROM fact WHERE {which})");
    tx.execute(&words, args![first, last, recorded_at.0]).await?;
    // Sums made from the log must be made again.
    let again = "INSERT INTO setting (key, value) VALUES ($1, '1') ON CONFLICT (key) DO UPDATE SET \
                 value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)";
    tx.execute(again, args![TAKEN_BACK]).await?;
    tx.execute(&format!("DELETE FROM fact WHERE {which}"), args![first, last, recorded_at.0]).await
}

/// Rows a statement: as many as an import's transaction has.
const STEP: usize = 1_000;

/// Adds facts; those whose natural key the log holds already are left as they are.
pub(crate) async fn append(tx: &mut Tx, facts: Vec<NewFact>) -> Result<()> {
    let mut facts = facts.into_iter().peekable();
    while facts.peek().is_some() {
        let step: Vec<NewFact> = facts.by_ref().take(STEP).collect();
        match tx.engine() {
            Engine::Sqlite => append_sqlite(tx, step).await?,
            Engine::Postgres => append_postgres(tx, step).await?,
        }
    }
    Ok(())
}

/// Columns of a fact on its way in.
const INTO: [&str; 12] = [
    "kind",
    "occurred_at",
    "recorded_at",
    "recorded_by",
    "account_id",
    "person_id",
    "system_id",
    "channel",
    "user_id",
    "source",
    "natural_key",
    "body",
];

/// One statement with a bare `?` a value.
///
/// `OR FAIL`: what stands in the table when a row is refused is undone with the transaction, so SQLite keeps no copy of every page
/// that the statement touches, in case it alone had to be undone.
fn insert_sqlite(rows: usize) -> String {
    let row = format!("({})", ["?"; INTO.len()].join(","));
    let rows = vec![row.as_str(); rows].join(",");
    format!("INSERT OR FAIL INTO fact ({}) VALUES {rows} ON CONFLICT (natural_key) DO NOTHING", INTO.join(", "))
}

/// Its transaction is the only writer, so every id above the highest before is its own.
async fn append_sqlite(tx: &mut Tx, facts: Vec<NewFact>) -> Result<()> {
    let before = tx.number("SELECT MAX(id) FROM fact", vec![]).await?;
    let sql = insert_sqlite(facts.len());
    let (now, by) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let mut values = Vec::with_capacity(facts.len() * INTO.len());
    for f in facts {
        values.extend::<[Value; INTO.len()]>([
            f.kind.code().into(),
            f.occurred_at.0.into(),
            now.into(),
            by.into(),
            f.account.map(|x| x.0).into(),
            f.person.map(|x| x.0).into(),
            f.system.map(|x| x.0).into(),
            f.channel.map(Channel::code).into(),
            f.user.map(|x| x.0).into(),
            f.source.into(),
            f.natural_key.into(),
            f.body.to_string().into(),
        ]);
    }
    let count = tx.execute_placed(sql, values).await?;
    if count > 0 {
        let last = tx.number("SELECT MAX(id) FROM fact", vec![]).await?;
        tx.facts.add(count, before + 1, last);
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Span {
    first: Option<i64>,
    last: Option<i64>,
    written: i64,
}

/// One statement with one value, a JSON text: the server plans three names instead of twelve thousand.
async fn append_postgres(tx: &mut Tx, facts: Vec<NewFact>) -> Result<()> {
    const SQL: &str = "WITH written AS (INSERT INTO fact (kind, occurred_at, recorded_at, recorded_by, account_id, person_id, system_id, channel, \
        user_id, source, natural_key, body) \
        SELECT k, t, $2, $3, a, p, s, c, u, o, n, COALESCE(b, 'null'::jsonb) FROM json_to_recordset($1::json) \
        AS r(k TEXT, t BIGINT, a BIGINT, p BIGINT, s BIGINT, c TEXT, u BIGINT, o TEXT, n TEXT, b JSONB) \
        ON CONFLICT (natural_key) DO NOTHING RETURNING id) \
        SELECT MIN(id) AS first, MAX(id) AS last, COUNT(*) AS written FROM written";
    let rows: Vec<Line> = facts.iter().map(Line::of).collect();
    let text = serde_json::to_string(&rows).map_err(rounds_kernel::Error::internal)?;
    let (now, by) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let span = tx.one::<Span>(SQL, args![text, now, by]).await?;
    if let Some(Span { first: Some(first), last: Some(last), written }) = span {
        tx.facts.add(written as u64, first, last);
    }
    Ok(())
}

/// A fact as the server reads it; what is `None` is left out and read as NULL.
#[derive(serde::Serialize)]
struct Line<'a> {
    k: &'static str,
    t: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    u: Option<i64>,
    o: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<&'a str>,
    b: &'a serde_json::Value,
}

impl<'a> Line<'a> {
    fn of(f: &'a NewFact) -> Self {
        Self {
            k: f.kind.code(),
            t: f.occurred_at.0,
            a: f.account.map(|x| x.0),
            p: f.person.map(|x| x.0),
            s: f.system.map(|x| x.0),
            c: f.channel.map(Channel::code),
            u: f.user.map(|x| x.0),
            o: &f.source,
            n: f.natural_key.as_deref(),
            b: &f.body,
        }
    }
}
