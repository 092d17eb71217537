//! Reads of the ledger.

use super::Touch;
use rounds_kernel::{AccountId, Actor, Channel, Outcome, PersonId, Result, Time, UserId};
use rounds_platform::scope;
use rounds_store::{Query, Value, args};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct TouchRow {
    person_id: i64,
    account_id: Option<i64>,
    user_id: Option<i64>,
    occurred_at: i64,
    channel: String,
    outcome: Option<String>,
    direction: Option<String>,
}

/// All contacts with people since `since`, ordered by person, then time. One query: made for planning.
pub async fn recent(db: &impl Query, since: Time) -> Result<Vec<Touch>> {
    let sql = "SELECT person_id, account_id, user_id, occurred_at, channel, body->>'outcome' AS outcome, body->>'direction' AS direction \
               FROM fact WHERE kind = 'contact' AND occurred_at >= $1 AND person_id IS NOT NULL AND channel IS NOT NULL";
    let rows = db.all::<TouchRow>(sql, args![since.0]).await?;
    let mut out: Vec<Touch> = rows.into_iter().filter_map(touch).collect();
    out.sort_by_key(|t| (t.person, t.at));
    Ok(out)
}

fn touch(r: TouchRow) -> Option<Touch> {
    Some(Touch {
        person: PersonId(r.person_id),
        account: r.account_id.map(AccountId),
        user: r.user_id.map(UserId),
        at: Time(r.occurred_at),
        channel: Channel::parse(&r.channel)?,
        outcome: r.outcome.as_deref().and_then(Outcome::parse),
        inbound: r.direction.as_deref() == Some("in"),
    })
}

#[derive(FromQueryResult)]
struct KeyRow {
    id: i64,
    name: String,
}

/// Ids of the rows of `table` whose `column` is one of `keys`: one query a chunk of an import, never one a row.
pub async fn ids_of(db: &impl Query, table: &str, column: &str, keys: &[&str]) -> Result<BTreeMap<String, i64>> {
    let mut wanted: Vec<&str> = keys.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut out = BTreeMap::new();
    for chunk in wanted.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
        let sql = format!("SELECT id, {column} AS name FROM {table} WHERE {column} IN ({})", places.join(", "));
        let values: Vec<Value> = chunk.iter().map(|k| Value::from(*k)).collect();
        out.extend(db.all::<KeyRow>(&sql, values).await?.into_iter().map(|r| (r.name, r.id)));
    }
    Ok(out)
}

/// What the ledger page is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    pub channel: Option<Channel>,
    pub outcome: Option<Outcome>,
    /// Only these people; none at all for an empty list.
    pub people: Option<Vec<i64>>,
    pub account: Option<i64>,
    pub user: Option<i64>,
    /// Only these, chosen by hand; all for an empty list.
    pub chosen: Vec<i64>,
}

/// One line of the ledger page.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct LedgerRow {
    pub id: i64,
    pub occurred_at: i64,
    pub channel: Option<String>,
    pub purpose: Option<String>,
    pub outcome: Option<String>,
    pub direction: Option<String>,
    pub note: Option<String>,
    pub source: String,
    pub person_id: Option<i64>,
    pub person: Option<String>,
    pub account_id: Option<i64>,
    pub account: Option<String>,
    pub zone: Option<String>,
    pub user_id: Option<i64>,
    pub user_name: Option<String>,
}

/// Days looked back over at once within a scope; the last is the beginning of time.
const LOOK_BACK: [i64; 5] = [10, 40, 160, 640, 200_000];

/// Contacts within the actor's scope, newest first, after the cursor `(occurred_at, id)`.
///
/// Over the whole base the newest stand at the end of the index by kind and time. Within a scope, or of some people, that index would be
/// read through everybody else's: there the contacts of a few weeks are gathered by account or person, and of more weeks only when
/// these hold too few.
pub(super) async fn page(
    db: &impl Query,
    actor: &Actor,
    f: &Filter,
    (after, now): (Option<(i64, i64)>, Time),
    limit: u64,
) -> Result<Vec<LedgerRow>> {
    let one = f.account.is_some() || f.user.is_some() || f.people.is_some();
    if !f.chosen.is_empty() {
        return part(db, actor, f, after, Some(0), limit).await;
    }
    if actor.visible_users().is_none() && !one {
        return part(db, actor, f, after, None, limit).await;
    }
    let newest = after.map_or(now.0, |a| a.0.min(now.0));
    let mut rows = Vec::new();
    for days in LOOK_BACK {
        rows = part(db, actor, f, after, Some(Time(newest).plus_days(-days).0), limit).await?;
        if rows.len() as u64 >= limit {
            break;
        }
    }
    Ok(rows)
}

/// Contacts since `since`.
async fn part(
    db: &impl Query,
    actor: &Actor,
    f: &Filter,
    after: Option<(i64, i64)>,
    since: Option<i64>,
    limit: u64,
) -> Result<Vec<LedgerRow>> {
    let (at, last) = after.unwrap_or((i64::MAX, i64::MAX));
    let mut args = args![at, last, limit as i64];
    let mut narrowed = String::new();
    let mut equal = |column: &str, value: Option<Value>| {
        if let Some(value) = value {
            args.push(value);
            narrowed.push_str(&format!(" AND {column} = ${}", args.len()));
        }
    };
    equal("f.channel", f.channel.map(|c| c.code().into()));
    equal("f.body->>'outcome'", f.outcome.map(|o| o.code().into()));
    equal("f.account_id", f.account.map(Value::from));
    equal("f.user_id", f.user.map(Value::from));
    if let Some(people) = &f.people {
        let ids = people.iter().chain(&[0]).map(i64::to_string).collect::<Vec<_>>().join(", ");
        narrowed.push_str(&format!(" AND f.person_id IN ({ids})"));
    }
    if !f.chosen.is_empty() {
        let ids = f.chosen.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        narrowed.push_str(&format!(" AND f.id IN ({ids})"));
    }
    if let Some(since) = since {
        narrowed.push_str(&format!(" AND f.occurred_at >= {since}"));
    }
    // Within a scope no index on the kind is to be followed; over the whole base it is.
    let kind = if since.is_some() { "f.kind || '' = 'contact'" } else { "f.kind = 'contact'" };
    // The page's contacts first, then the names of those on it.
    let sql = format!(
        "SELECT f.id, f.occurred_at, f.channel, f.body->>'purpose' AS purpose, f.body->>'outcome' AS outcome, \
         f.body->>'direction' AS direction, f.body->>'note' AS note, f.source, f.person_id, p.name AS person, f.account_id, a.name AS account, \
         a.zone, f.user_id, u.name AS user_name FROM (SELECT f.* FROM fact f \
         WHERE {kind} AND f.occurred_at <= $1 AND (f.occurred_at < $1 OR f.id < $2) AND {}{narrowed} \
         ORDER BY f.occurred_at DESC, f.id DESC LIMIT $3) f \
         LEFT JOIN person p ON p.id = f.person_id LEFT JOIN account a ON a.id = f.account_id LEFT JOIN app_user u ON u.id = f.user_id \
         ORDER BY f.occurred_at DESC, f.id DESC",
        scope::accounts(actor, "f.account_id")
    );
    db.all(&sql, args).await
}
