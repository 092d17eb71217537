//! Who sees which account. One row a user and account, kept in step with coverage by the design area.
//!
//! What a user is given beside their coverage ([`Grant`]: team, regions, countries, all) stands in `user_scope`; accounts of regions and
//! countries are kept among the user's own rows, so that pages, search and exports know one condition only. The customers area says
//! which accounts those are (`customers::scope::granted`) and adds new accounts as they are imported.
//!
//! Public: [`accounts`] (the SQL condition every read carries), [`rebuild`], [`extend`], [`users_of`], [`Grant`], [`given`], [`give`].
//! Tables: [`TABLES`].

mod model;

pub use model::Grant;

use rounds_kernel::{Actor, Result, Role, Scope, UserId};
use rounds_store::jobs::Enqueue;
use rounds_store::{Command, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{BTreeMap, BTreeSet};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["account_scope", "user_scope"];

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_110100_platform_scope",
            up: "
CREATE TABLE account_scope (user_id BIGINT NOT NULL, account_id BIGINT NOT NULL, PRIMARY KEY (user_id, account_id));
CREATE INDEX account_scope_account ON account_scope (account_id);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_080500_platform_user_scope",
            up: "
CREATE TABLE user_scope (user_id BIGINT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (user_id, kind, value));
",
        }
        .boxed(),
    ]
}

/// Kind of the job that brings everybody's rows in step after a change of what someone is given; the design area does it.
pub const REFRESH: &str = "scope-refresh";

#[derive(FromQueryResult)]
struct GrantRow {
    user_id: i64,
    kind: String,
    value: String,
}

/// What `user` is given; nothing stands for the role's own scope.
pub async fn given(db: &impl Query, user: UserId) -> Result<Vec<Grant>> {
    let rows: Vec<GrantRow> = db.all("SELECT user_id, kind, value FROM user_scope WHERE user_id = $1", args![user.0]).await?;
    let mut all: Vec<Grant> = rows.iter().filter_map(|r| Grant::of(&r.kind, &r.value)).collect();
    all.sort();
    Ok(all)
}

/// Replaces what `user` is given, and asks for everybody's rows to be brought in step.
pub async fn give(tx: &mut Tx, user: UserId, grants: &[Grant]) -> Result<()> {
    tx.execute("DELETE FROM user_scope WHERE user_id = $1", args![user.0]).await?;
    let rows = grants.iter().map(|g| args![user.0, g.kind(), g.value()]).collect();
    tx.insert_many("user_scope", &["user_id", "kind", "value"], rows, "").await?;
    Enqueue { kind: REFRESH.into(), input_key: "all".into(), input: serde_json::Value::Null }.run(tx).await.map(|_| ())
}

/// Managers who see what their team covers: those who are given it, or whose role has it by default.
async fn team_seers(db: &impl Query) -> Result<BTreeSet<i64>> {
    let grants: Vec<GrantRow> = db.all("SELECT user_id, kind, value FROM user_scope", vec![]).await?;
    let settled: BTreeSet<i64> = grants.iter().map(|g| g.user_id).collect();
    let mut seers: BTreeSet<i64> = grants.iter().filter(|g| g.kind == "team").map(|g| g.user_id).collect();
    let managers = crate::users::all(db).await?.into_iter().filter(|u| u.role() == Role::Manager).map(|u| u.id);
    seers.extend(managers.filter(|m| !settled.contains(m)));
    Ok(seers)
}

/// SQL condition that holds for rows whose `column` is an account within the actor's scope.
///
/// Safe to splice: it is made of numbers and the column name given by our own code.
pub fn accounts(actor: &Actor, column: &str) -> String {
    match &actor.scope {
        Scope::All => "1 = 1".into(),
        Scope::CoveredBy(users) if users.is_empty() => "1 = 0".into(),
        Scope::CoveredBy(users) => format!("{column} IN (SELECT account_id FROM account_scope WHERE user_id IN ({}))", list(users)),
    }
}

/// Numbers as an SQL list.
pub fn list(users: &[UserId]) -> String {
    users.iter().map(|u| u.0.to_string()).collect::<Vec<_>>().join(", ")
}

/// Sees account `account`?
pub async fn sees(db: &impl Query, actor: &Actor, account: i64) -> Result<bool> {
    if actor.scope == Scope::All {
        return Ok(true);
    }
    let sql = format!("SELECT COUNT(*) FROM account_scope s WHERE s.account_id = $1 AND {}", accounts(actor, "s.account_id"));
    Ok(db.number(&sql, args![account]).await? > 0)
}

/// Replaces the whole of it by `pairs` of user and account; called when coverage changes.
pub async fn rebuild(tx: &mut Tx, mut pairs: Vec<(i64, i64)>) -> Result<()> {
    pairs.sort_unstable();
    pairs.dedup();
    tx.execute("DELETE FROM account_scope", vec![]).await?;
    let rows = pairs.into_iter().map(|(u, a)| args![u, a]).collect();
    tx.insert_many("account_scope", &["user_id", "account_id"], rows, "").await.map(|_| ())
}

/// Adds `pairs` of user and account, keeping what is there.
pub async fn extend(tx: &mut Tx, pairs: Vec<(i64, i64)>) -> Result<()> {
    let rows = pairs.into_iter().map(|(u, a)| args![u, a]).collect();
    tx.insert_many("account_scope", &["user_id", "account_id"], rows, "ON CONFLICT (user_id, account_id) DO NOTHING").await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Pair {
    user_id: i64,
    account_id: i64,
}

/// Users who see each of `accounts` by their own coverage, and the managers above them.
pub async fn users_of(db: &impl Query, accounts: &[i64]) -> Result<BTreeMap<i64, Vec<i64>>> {
    let mut out: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let seers = team_seers(db).await?;
    let above: BTreeMap<i64, Vec<i64>> = crate::users::managers_above(db)
        .await?
        .into_iter()
        .map(|(u, m)| (u, m.into_iter().filter(|m| seers.contains(m)).collect()))
        .collect();
    for chunk in accounts.chunks(1_000) {
        let ids = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT user_id, account_id FROM account_scope WHERE account_id IN ({ids}) ORDER BY account_id, user_id");
        for p in db.all::<Pair>(&sql, vec![]).await? {
            let users = out.entry(p.account_id).or_default();
            users.push(p.user_id);
            users.extend(above.get(&p.user_id).into_iter().flatten());
        }
    }
    for users in out.values_mut() {
        users.sort_unstable();
        users.dedup();
    }
    Ok(out)
}
