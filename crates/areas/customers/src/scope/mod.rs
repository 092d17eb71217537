//! Scope of customers: which systems, accounts and people an actor may see.
//!
//! An account is visible by coverage (`rounds_platform::scope`); a person through a current affiliation to a visible account; a
//! system if any of its accounts is visible. Who has the whole base sees all of them, affiliated or not.
//! Public: [`accounts`], [`people`], [`systems`] (SQL conditions), [`see_account`], [`see_person`], [`see_system`];
//! [`granted`] and [`follow`] (regions and countries).

use rounds_kernel::{AccountId, Actor, Error, PersonId, Result, Scope, SystemId};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, Query, Tx, args};
use std::collections::BTreeSet;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Pairs of user and account that regions and countries give (`platform::scope::Grant`): of these accounts, or of all. A region is a
/// state (`US-OH`, or `OH` in the United States), a referral region (`HRR-56`) or the beginning of a postcode (`ZIP-441`).
pub async fn granted(db: &impl Query, accounts: Option<&[i64]>) -> Result<Vec<(i64, i64)>> {
    let within = match accounts {
        Some(ids) => format!(" AND a.id IN ({})", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
        None => String::new(),
    };
    let arms = [
        "g.kind = 'country' AND a.country = g.value",
        "g.kind = 'region' AND a.country || '-' || a.state = g.value",
        "g.kind = 'region' AND a.country = 'US' AND a.state = g.value",
        "g.kind = 'region' AND a.hrr IS NOT NULL AND 'HRR-' || a.hrr = g.value",
        "g.kind = 'region' AND g.value LIKE 'ZIP-%' AND a.zip LIKE substr(g.value, 5) || '%'",
    ];
    let mut pairs = BTreeSet::new();
    for arm in arms {
        let sql = format!("SELECT g.user_id, a.id AS account_id FROM user_scope g JOIN account a ON {arm}{within}");
        pairs.extend(db.all::<Pair>(&sql, vec![]).await?.into_iter().map(|p| (p.user_id, p.account_id)));
    }
    Ok(pairs.into_iter().collect())
}

#[derive(FromQueryResult)]
struct Pair {
    user_id: i64,
    account_id: i64,
}

/// Lets users whose regions and countries hold these accounts see them; called when accounts come into the record or move.
pub async fn follow(tx: &mut Tx, accounts: &[i64]) -> Result<()> {
    if accounts.is_empty() || tx.number("SELECT COUNT(*) FROM user_scope WHERE kind IN ('region', 'country')", vec![]).await? == 0 {
        return Ok(());
    }
    let pairs = granted(tx, Some(accounts)).await?;
    scope::extend(tx, pairs).await
}

/// SQL condition on rows of `account`.
pub fn accounts(actor: &Actor) -> String {
    scope::accounts(actor, "account.id")
}

/// SQL condition on rows of `person`.
pub fn people(actor: &Actor) -> String {
    through(actor, "person.id", "person", "account", &scope::accounts(actor, "seen.parent_id"), "child_id")
}

/// SQL condition on rows of `health_system`.
pub fn systems(actor: &Actor) -> String {
    through(actor, "health_system.id", "account", "system", &scope::accounts(actor, "seen.child_id"), "parent_id")
}

fn through(actor: &Actor, column: &str, child: &str, parent: &str, condition: &str, end: &str) -> String {
    if actor.scope == Scope::All {
        return "1 = 1".into();
    }
    format!(
        "{column} IN (SELECT seen.{end} FROM affiliation seen WHERE seen.child_kind = '{child}' AND seen.parent_kind = '{parent}' \
         AND seen.valid_to IS NULL AND {condition})"
    )
}

/// # Errors
/// `record.not_found` when there is no such account or it is outside the actor's scope.
pub async fn see_account(db: &impl Query, actor: &Actor, id: AccountId) -> Result<()> {
    see(db, "account", &accounts(actor), id.0, "account").await
}

/// # Errors
/// `record.not_found` when there is no such person or they are outside the actor's scope.
pub async fn see_person(db: &impl Query, actor: &Actor, id: PersonId) -> Result<()> {
    see(db, "person", &people(actor), id.0, "person").await
}

/// # Errors
/// `record.not_found` when there is no such system or it is outside the actor's scope.
pub async fn see_system(db: &impl Query, actor: &Actor, id: SystemId) -> Result<()> {
    see(db, "health_system", &systems(actor), id.0, "system").await
}

async fn see(db: &impl Query, table: &str, condition: &str, id: i64, what: &str) -> Result<()> {
    let found = db.number(&format!("SELECT COUNT(*) FROM {table} WHERE {table}.id = $1 AND {condition}"), args![id]).await?;
    if found > 0 { Ok(()) } else { Err(Error::not_found(what)) }
}
