//! SQL over the fact log, within the actor's scope.

use super::Group;
use rounds_kernel::{Actor, Day, Result, Role, Time};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;

const WEEK_US: i64 = 7 * 86_400_000_000;
/// Outcomes in which someone was spoken with.
const REACHED: &str = "('reached', 'meeting_booked', 'demo_booked', 'not_interested', 'no_channel', 'do_not_contact')";
/// Attempts to reach someone live, begun by us.
const LIVE: &str = "channel IN ('visit', 'phone', 'video') AND body->>'direction' = 'out'";

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

/// Contacts by week and channel in `from..to`, `from` being a Monday.
pub(super) async fn weeks(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<Vec<WeekRow>> {
    // A number of ours in the text: PostgreSQL takes two expressions with two parameters for different ones.
    let week = format!("(occurred_at - {}) / {WEEK_US}", Time::at_day(from).0);
    let sql = format!(
        "SELECT {week} AS week, channel, COUNT(*) AS contacts, \
         CAST(SUM(CASE WHEN {LIVE} THEN 1 ELSE 0 END) AS BIGINT) AS attempts, \
         CAST(SUM(CASE WHEN {LIVE} AND body->>'outcome' IN {REACHED} THEN 1 ELSE 0 END) AS BIGINT) AS reached \
         FROM fact WHERE kind = 'contact' AND channel IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2 AND {} \
         GROUP BY {week}, channel ORDER BY 1, channel",
        scope::accounts(actor, "account_id")
    );
    db.all(&sql, args![Time::at_day(from).0, to.0]).await
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
        "SELECT u.role, COUNT(DISTINCT f.user_id) AS people, CAST(SUM(CASE WHEN {live} THEN 1 ELSE 0 END) AS BIGINT) AS attempts, \
         CAST(SUM(CASE WHEN {live} AND f.body->>'outcome' IN {REACHED} THEN 1 ELSE 0 END) AS BIGINT) AS reached \
         FROM fact f JOIN app_user u ON u.id = f.user_id WHERE f.kind = 'contact' AND f.occurred_at >= $1 AND f.occurred_at < $2 AND {scope} \
         GROUP BY u.role ORDER BY u.role",
        live = LIVE.replace("channel", "f.channel").replace("body", "f.body"),
        scope = scope::accounts(actor, "f.account_id")
    );
    let rows = db.all::<RoleRow>(&sql, args![Time::at_day(from).0, to.0]).await?;
    let name = |code: &str| Role::parse(code).map_or(code.to_owned(), |r| r.label().to_owned());
    Ok(rows.into_iter().map(|r| Group { name: name(&r.role), people: r.people, attempts: r.attempts, reached: r.reached }).collect())
}

/// How many actions of the present week came to which end, and of how many people.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct ActionRow {
    /// `accepted`, `dismissed` or `contact` (an outcome was recorded).
    pub kind: String,
    /// The reason of a dismissal, the outcome of a contact; empty otherwise.
    pub why: Option<String>,
    pub actions: i64,
}

/// What became of actions since `from`.
pub(super) async fn actions(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<Vec<ActionRow>> {
    const WHY: &str = "CASE WHEN kind = 'dismissed' THEN body->>'reason' WHEN kind = 'contact' THEN body->>'outcome' END";
    let sql = format!(
        "SELECT kind, {WHY} AS why, COUNT(*) AS actions FROM fact WHERE kind IN ('accepted', 'dismissed', 'contact') \
         AND body->>'action_id' IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2 AND {} GROUP BY kind, {WHY} ORDER BY 3 DESC, 1, 2",
        scope::accounts(actor, "account_id")
    );
    db.all(&sql, args![Time::at_day(from).0, to.0]).await
}

/// How many employees stand behind the actions since `from`.
pub(super) async fn people_behind_actions(db: &impl Query, actor: &Actor, from: Day, to: Time) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(DISTINCT COALESCE(user_id, recorded_by)) FROM fact WHERE kind IN ('accepted', 'dismissed', 'contact') \
         AND body->>'action_id' IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2 AND {}",
        scope::accounts(actor, "account_id")
    );
    db.number(&sql, args![Time::at_day(from).0, to.0]).await
}
