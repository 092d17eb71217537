//! The facts of a timeline, by keyset.

use super::model::{Ask, Names, Of, Timeline, hidden, item};
use crate::as_of::AsOf;
use crate::lists::href;
use rounds_kernel::{Actor, Channel, Cursor, Day, FactKind, Result, Role, SystemId, Time};
use rounds_platform::scope;
use rounds_store::facts::{COLUMNS, FactRow, Subject};
use rounds_store::{FromQueryResult, Query, Value, args, search};
use rounds_web::components::TimelineDay;
use std::collections::{BTreeSet, HashMap};

const SHOWN: usize = 30;
/// Days looked back over at once when the facts of many accounts are gathered; the last is the beginning of time.
const LOOK_BACK: [i64; 5] = [14, 60, 240, 1_000, 200_000];

/// The part of a timeline that is asked for. The caller has checked that the actor may see its subject.
pub async fn load(db: &impl Query, actor: &Actor, now: Time, of: &Of<'_>, ask: &Ask) -> Result<Timeline> {
    let mut facts = facts(db, actor, now, of.subject, ask).await?;
    let more = facts.len() > SHOWN;
    facts.truncate(SHOWN);
    let names = names(db, &facts).await?;
    let last = facts.last().filter(|_| more).map(|f| Cursor { key: f.occurred_at.to_string(), id: f.id }.encode());
    let mut days: Vec<TimelineDay> = Vec::new();
    for fact in &facts {
        let label = day_label(fact.at(), now, of.zone);
        if days.last().is_none_or(|d| d.label != label) {
            days.push(TimelineDay { label, items: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.items.push(item(fact, &names, of, &actor.zone));
        }
    }
    let parameters = ask.parameters();
    Ok(Timeline {
        path: of.path.into(),
        whole: if of.path == of.whole { String::new() } else { href(of.whole, &parameters) },
        filters: Timeline::filters(ask, &hidden(actor)),
        narrowed: ask.narrowed(),
        days,
        older: last.map(|at| href(of.whole, &[&parameters[..], &[("older", at.as_str())]].concat())),
        newest: (!ask.older.is_empty()).then(|| href(of.path, &parameters)),
    })
}

/// Conditions on `fact` and the values of their parameters, which begin with the cursor's two.
struct Narrowed {
    condition: String,
    values: Vec<Value>,
}

/// Condition that leaves out what the actor may not read; begins with AND, or is empty.
pub(super) fn not_hidden(actor: &Actor) -> String {
    let kinds: Vec<String> = hidden(actor).iter().map(|k| format!("'{}'", k.code())).collect();
    if kinds.is_empty() { String::new() } else { format!(" AND kind NOT IN ({})", kinds.join(", ")) }
}

fn narrowed(db: &impl Query, actor: &Actor, ask: &Ask) -> Narrowed {
    let after = Cursor::decode(&ask.older).and_then(|c| Some((c.key.parse::<i64>().ok()?, c.id))).unwrap_or((i64::MAX, i64::MAX));
    // Nothing of what came after the day asked for.
    let end = AsOf::read(&ask.as_of).day().map_or(i64::MAX, |d| Time::at_day(Day(d.0 + 1)).0 - 1);
    let after = if after.0 > end { (end, i64::MAX) } else { after };
    let mut values: Vec<Value> = args![after.0, after.1];
    let mut condition = format!("occurred_at <= $1 AND (occurred_at < $1 OR id < $2){}", not_hidden(actor));
    // Codes of our own words are safe to splice.
    let kind = if ask.channel == "order" { Some(FactKind::Order) } else { FactKind::parse(&ask.kind) };
    if let Some(kind) = kind {
        condition.push_str(&format!(" AND kind = '{}'", kind.code()));
    }
    if let Some(channel) = Channel::parse(&ask.channel) {
        condition.push_str(&format!(" AND channel = '{}'", channel.code()));
    }
    if let Some(role) = Role::parse(&ask.by) {
        condition.push_str(&format!(" AND user_id IN (SELECT u.id FROM app_user u WHERE u.role = '{}')", role.code()));
    }
    if let Some((noted, words)) = search::noted(db.engine(), &ask.q, "fact.id", values.len() + 1) {
        condition.push_str(&format!(" AND {noted}"));
        values.push(words);
    }
    Narrowed { condition, values }
}

async fn facts(db: &impl Query, actor: &Actor, now: Time, subject: Subject, ask: &Ask) -> Result<Vec<FactRow>> {
    let narrowed = narrowed(db, actor, ask);
    let (column, id) = match subject {
        Subject::Account(a) => ("account_id", a.0),
        Subject::Person(p) => ("person_id", p.0),
        Subject::System(s) => ("system_id", s.0),
        Subject::User(u) => ("user_id", u.0),
    };
    let mut own = format!("{column} = {id}");
    if !matches!(subject, Subject::Account(_)) {
        // What happened with a person at an account outside the actor's scope stays there.
        own.push_str(&format!(" AND (account_id IS NULL OR {})", scope::accounts(actor, "account_id")));
    }
    let mut all = part(db, &own, &narrowed).await?;
    if let Subject::System(system) = subject {
        let theirs = of_accounts(db, &members(db, actor, system, AsOf::read(&ask.as_of)).await?, now, &narrowed).await?;
        // A fact may be about the system and one of its accounts at once.
        let known: BTreeSet<i64> = all.iter().map(|f| f.id).collect();
        all.extend(theirs.into_iter().filter(|f| !known.contains(&f.id)));
        all.sort_by_key(|f| std::cmp::Reverse((f.occurred_at, f.id)));
        all.truncate(SHOWN + 1);
    }
    Ok(all)
}

async fn part(db: &impl Query, whose: &str, narrowed: &Narrowed) -> Result<Vec<FactRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM fact WHERE {whose} AND {} ORDER BY occurred_at DESC, id DESC LIMIT {}",
        narrowed.condition,
        SHOWN + 1
    );
    db.all(&sql, narrowed.values.clone()).await
}

/// The newest facts of many accounts. Each account's facts lie together in the order of time, those of all do not: a few weeks of
/// them are gathered, and more only if these hold too few.
async fn of_accounts(db: &impl Query, accounts: &[i64], now: Time, narrowed: &Narrowed) -> Result<Vec<FactRow>> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let list = accounts.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let newest = match narrowed.values.first() {
        Some(Value::BigInt(Some(at))) => now.0.min(*at),
        _ => now.0,
    };
    let mut found = Vec::new();
    for days in LOOK_BACK {
        let since = Time(newest).plus_days(-days).0;
        found = part(db, &format!("account_id IN ({list}) AND occurred_at >= {since}"), narrowed).await?;
        if found.len() > SHOWN {
            break;
        }
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// Accounts of a system on the day, within the actor's scope.
async fn members(db: &impl Query, actor: &Actor, system: SystemId, as_of: AsOf) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT f.child_id AS id FROM affiliation f WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.parent_id = $1 \
         AND {} AND {} ORDER BY f.child_id",
        as_of.holds("f"),
        scope::accounts(actor, "f.child_id")
    );
    Ok(db.all::<Id>(&sql, args![system.0]).await?.into_iter().map(|i| i.id).collect())
}

fn day_label(at: Time, now: Time, zone: &str) -> String {
    let day = |t: Time| t.in_zone(zone).get(..10).and_then(|d| Day::parse(d).ok()).unwrap_or(t.day());
    let (day, today) = (day(at), day(now));
    let year = &day.to_string()[..4];
    match today.0 - day.0 {
        0 => format!("Today, {}", day.short()),
        1 => format!("Yesterday, {}", day.short()),
        _ if today.to_string().starts_with(year) => day.short(),
        _ => format!("{} {year}", day.short()),
    }
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

async fn names(db: &impl Query, facts: &[FactRow]) -> Result<Names> {
    Ok(Names {
        users: named(db, "app_user", facts.iter().filter_map(|f| f.user_id)).await?,
        people: named(db, "person", facts.iter().filter_map(|f| f.person_id)).await?,
        accounts: named(db, "account", facts.iter().filter_map(|f| f.account_id)).await?,
    })
}

async fn named(db: &impl Query, table: &str, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, String>> {
    let ids: BTreeSet<i64> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let rows = db.all::<Named>(&format!("SELECT id, name FROM {table} WHERE id IN ({list})"), vec![]).await?;
    Ok(rows.into_iter().map(|n| (n.id, n.name)).collect())
}
