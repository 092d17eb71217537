//! The fact log: one append-only table that every area writes through the runner.

use crate::query::Query;
use crate::{Tx, args};
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

pub(crate) async fn append(tx: &mut Tx, facts: Vec<NewFact>) -> Result<u64> {
    const INTO: &[&str] = &[
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
    let (now, by) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let rows = facts
        .into_iter()
        .map(|f| {
            args![
                f.kind.code(),
                f.occurred_at.0,
                now,
                by,
                f.account.map(|x| x.0),
                f.person.map(|x| x.0),
                f.system.map(|x| x.0),
                f.channel.map(Channel::code),
                f.user.map(|x| x.0),
                f.source,
                f.natural_key,
                f.body
            ]
        })
        .collect();
    tx.insert_many("fact", INTO, rows, "ON CONFLICT (natural_key) DO NOTHING").await
}
