//! The facts of a timeline, by keyset.

use super::model::{Ask, Names, Timeline, item};
use crate::lists::href;
use rounds_kernel::{Actor, Cursor, Day, Permission, Result, Time};
use rounds_platform::scope;
use rounds_store::facts::{COLUMNS, FactRow, Subject};
use rounds_store::{FromQueryResult, Query, Value};
use rounds_web::components::TimelineDay;
use std::collections::{BTreeSet, HashMap};

const SHOWN: usize = 30;

/// The part of a timeline that is asked for. The caller has checked that the actor may see its subject.
pub async fn load(db: &impl Query, actor: &Actor, now: Time, ask: &Ask<'_>) -> Result<Timeline> {
    let orders = actor.may(Permission::ReadOrders);
    let mut facts = facts(db, actor, ask).await?;
    let more = facts.len() > SHOWN;
    facts.truncate(SHOWN);
    let names = names(db, &facts).await?;
    let channel = ("channel", ask.channel);
    let last = facts.last().filter(|_| more).map(|f| Cursor { key: f.occurred_at.to_string(), id: f.id }.encode());
    let mut days: Vec<TimelineDay> = Vec::new();
    for fact in &facts {
        let label = day_label(fact.at(), now, ask.zone);
        if days.last().is_none_or(|d| d.label != label) {
            days.push(TimelineDay { label, items: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.items.push(item(fact, &names, ask, &actor.zone));
        }
    }
    Ok(Timeline {
        path: ask.path.into(),
        filters: Timeline::filters(ask.channel, orders && matches!(ask.subject, Subject::Account(_))),
        days,
        older: last.map(|at| href(ask.path, &[channel, ("older", at.as_str())])),
        newest: (!ask.older.is_empty()).then(|| href(ask.path, &[channel])),
    })
}

async fn facts(db: &impl Query, actor: &Actor, ask: &Ask<'_>) -> Result<Vec<FactRow>> {
    let (column, id) = match ask.subject {
        Subject::Account(a) => ("account_id", a.0),
        Subject::Person(p) => ("person_id", p.0),
        Subject::System(s) => ("system_id", s.0),
        Subject::User(u) => ("user_id", u.0),
    };
    let after = Cursor::decode(ask.older).and_then(|c| Some((c.key.parse::<i64>().ok()?, c.id))).unwrap_or((i64::MAX, i64::MAX));
    let mut values: Vec<Value> = vec![id.into(), after.0.into(), after.1.into()];
    let mut condition = format!("{column} = $1 AND (occurred_at, id) < ($2, $3)");
    match ask.channel {
        "" => {}
        "order" => condition.push_str(" AND kind = 'order'"),
        channel => {
            values.push(channel.to_owned().into());
            condition.push_str(" AND channel = $4");
        }
    }
    if !matches!(ask.subject, Subject::Account(_)) {
        // What happened with a person at an account outside the actor's scope stays there.
        condition.push_str(&format!(" AND (account_id IS NULL OR {})", scope::accounts(actor, "account_id")));
    }
    if !actor.may(Permission::ReadOrders) {
        condition.push_str(" AND kind <> 'order'");
    }
    db.all(&format!("SELECT {COLUMNS} FROM fact WHERE {condition} ORDER BY occurred_at DESC, id DESC LIMIT {}", SHOWN + 1), values).await
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
