//! SQL over the fact log, within the actor's scope.

use super::Group;
use super::store::{LIVE, REACHED, counted_to, week};
use rounds_kernel::{Actor, Day, Result, Role, Time};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet};

/// Contacts of one week and channel.
#[derive(Debug, Clone, Default, PartialEq, FromQueryResult)]
pub(super) struct WeekRow {
    /// Weeks since the first of the period.
    pub week: i64,
    pub channel: String,
    pub contacts: i64,
    pub attempts: i64,
    pub reached: i64,
}

/// Contacts since the Monday `from`, one row a week, channel, account and user or less: the kept sums, and what came since they were
/// made. Columns `week`, `channel`, `user_id`, `contacts`, `attempts`, `reached`; no parameters.
async fn counted(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<String> {
    let since = Time::at_day(from).0;
    let first = first_week(from);
    let mark = counted_to(db).await?;
    // Who sees everything reads the sums of everything.
    let (table, within) = match actor.visible_users() {
        None => ("contact_week_total", "1 = 1".to_owned()),
        Some(_) => ("contact_week", scope::accounts(actor, "account_id")),
    };
    // Without an index on kind and time, the planner follows the numbers of the newest facts, which are few.
    let new = if mark > 0 { format!("id > {mark} AND kind || '' = 'contact'") } else { "kind = 'contact'".into() };
    let kept = if mark > 0 {
        format!("SELECT week, channel, user_id, contacts, attempts, reached FROM {table} WHERE week >= {first} AND {within} UNION ALL ")
    } else {
        String::new()
    };
    Ok(format!(
        "{kept}SELECT {} AS week, channel, COALESCE(user_id, 0) AS user_id, 1 AS contacts, CASE WHEN {LIVE} THEN 1 ELSE 0 END AS attempts, \
         CASE WHEN {LIVE} AND body->>'outcome' IN {REACHED} THEN 1 ELSE 0 END AS reached FROM fact \
         WHERE {new} AND channel IS NOT NULL AND occurred_at >= {since} AND occurred_at < {} AND {}",
        week(),
        to.0,
        scope::accounts(actor, "account_id")
    ))
}

/// Number of the week that begins on `monday`, as [`week`] counts them.
fn first_week(monday: Day) -> i64 {
    (i64::from(monday.0) + 3).div_euclid(7)
}

/// Contacts by week and channel since the Monday `from`.
pub(super) async fn weeks(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<Vec<WeekRow>> {
    let sql = format!(
        "SELECT week - {} AS week, channel, CAST(SUM(contacts) AS BIGINT) AS contacts, CAST(SUM(attempts) AS BIGINT) AS attempts, \
         CAST(SUM(reached) AS BIGINT) AS reached FROM ({}) counted GROUP BY week, channel ORDER BY 1, channel",
        first_week(from),
        counted(db, actor, from, to).await?
    );
    db.all(&sql, vec![]).await
}

#[derive(FromQueryResult)]
struct RoleRow {
    role: String,
    people: i64,
    attempts: i64,
    reached: i64,
}

/// Work of the employees by their role, unshielded: pass it through [`super::shield`] before anyone sees it.
pub(super) async fn roles(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<Vec<Group>> {
    let sql = format!(
        "SELECT u.role, COUNT(*) AS people, CAST(SUM(c.attempts) AS BIGINT) AS attempts, CAST(SUM(c.reached) AS BIGINT) AS reached \
         FROM (SELECT user_id, SUM(attempts) AS attempts, SUM(reached) AS reached FROM ({}) counted GROUP BY user_id) c \
         JOIN app_user u ON u.id = c.user_id GROUP BY u.role ORDER BY u.role",
        counted(db, actor, from, to).await?
    );
    let rows = db.all::<RoleRow>(&sql, vec![]).await?;
    let name = |code: &str| Role::parse(code).map_or(code.to_owned(), |r| r.label().to_owned());
    Ok(rows.into_iter().map(|r| Group { name: name(&r.role), people: r.people, attempts: r.attempts, reached: r.reached }).collect())
}

/// How many actions of the present week came to which end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ActionRow {
    /// `accepted`, `dismissed` or `contact` (an outcome was recorded).
    pub kind: String,
    /// The reason of a dismissal, the outcome of a contact; empty otherwise.
    pub why: Option<String>,
    pub actions: i64,
}

#[derive(FromQueryResult)]
struct ByEmployee {
    kind: String,
    why: Option<String>,
    employee: Option<i64>,
    actions: i64,
}

/// What became of actions since `from`, most frequent first, and how many employees stand behind it.
pub(super) async fn actions(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<(Vec<ActionRow>, i64)> {
    const WHY: &str = "CASE WHEN kind = 'dismissed' THEN body->>'reason' WHEN kind = 'contact' THEN body->>'outcome' END";
    let sql = format!(
        "SELECT kind, {WHY} AS why, COALESCE(user_id, recorded_by) AS employee, COUNT(*) AS actions FROM fact \
         WHERE kind IN ('accepted', 'dismissed', 'contact') AND body->>'action_id' IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2 \
         AND {} GROUP BY kind, {WHY}, COALESCE(user_id, recorded_by)",
        scope::accounts(actor, "account_id")
    );
    let rows: Vec<ByEmployee> = db.all(&sql, args![Time::at_day(from).0, to.0]).await?;
    let people: BTreeSet<i64> = rows.iter().filter_map(|r| r.employee).collect();
    let mut ends: BTreeMap<(String, Option<String>), i64> = BTreeMap::new();
    for r in rows {
        *ends.entry((r.kind, r.why)).or_default() += r.actions;
    }
    let mut ends: Vec<ActionRow> = ends.into_iter().map(|((kind, why), actions)| ActionRow { kind, why, actions }).collect();
    ends.sort_by_key(|e| -e.actions);
    Ok((ends, people.len() as i64))
}
