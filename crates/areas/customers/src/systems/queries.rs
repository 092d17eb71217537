//! Reads of the system pages; all within the actor's scope.

use crate::as_of::AsOf;
use crate::lists::Keyset;
use crate::scope;
use rounds_kernel::{Actor, Cursor, Result, SystemId};
use rounds_store::{FromQueryResult, Query, args, contains};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a list of systems is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SystemsAsk {
    /// Part of the name.
    pub name: String,
    /// `name` or `accounts`, with a minus for descending.
    pub sort: String,
    /// Day whose state is shown, or empty for today.
    pub as_of: String,
    /// Cursor.
    pub after: String,
    /// Cursor.
    pub before: String,
}

/// A system with the number of its accounts that the actor may see.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Listed {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Town of its head office.
    pub city: String,
    /// State of its head office.
    pub state: String,
    /// Visible accounts.
    pub accounts: i64,
}

impl SystemsAsk {
    /// The parameters that stay from page to page.
    pub fn parameters(&self) -> [(&str, &str); 3] {
        [("name", &self.name), ("sort", &self.sort), ("as_of", &self.as_of)]
    }

    fn by_accounts(&self) -> bool {
        self.sort.trim_start_matches('-') == "accounts"
    }

    /// The list.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let counted = format!(
            "(SELECT f.parent_id, COUNT(*) AS accounts FROM affiliation f JOIN account ON account.id = f.child_id WHERE f.child_kind = 'account' \
             AND f.parent_kind = 'system' AND {} AND {} GROUP BY f.parent_id) held",
            AsOf::read(&self.as_of).holds("f"),
            scope::accounts(actor)
        );
        let accounts = "COALESCE(held.accounts, 0)";
        let mut list = Keyset {
            columns: format!("health_system.id, health_system.name, health_system.city, health_system.state, {accounts} AS accounts"),
            from: format!("health_system LEFT JOIN {counted} ON held.parent_id = health_system.id"),
            conditions: vec![scope::systems(actor)],
            args: Vec::new(),
            key: if self.by_accounts() { accounts } else { "health_system.name" }.into(),
            numeric: self.by_accounts(),
            descending: self.sort.starts_with('-'),
            id: "health_system.id".into(),
        };
        if !self.name.is_empty() {
            list.filter("LOWER(health_system.name) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        list
    }

    /// Cursor of a row in this order.
    pub fn cursor(&self, system: &Listed) -> Cursor {
        Cursor { key: if self.by_accounts() { system.accounts.to_string() } else { system.name.clone() }, id: system.id }
    }
}

#[derive(FromQueryResult)]
struct InState {
    id: i64,
    state: String,
}

/// States in which each system has accounts that the actor may see.
pub async fn states(db: &impl Query, actor: &Actor, systems: &[i64], as_of: AsOf) -> Result<BTreeMap<i64, Vec<String>>> {
    if systems.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list = systems.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT DISTINCT f.parent_id AS id, account.state FROM affiliation f JOIN account ON account.id = f.child_id WHERE f.child_kind = 'account' \
         AND f.parent_kind = 'system' AND {} AND f.parent_id IN ({list}) AND {} ORDER BY f.parent_id, account.state",
        as_of.holds("f"),
        scope::accounts(actor)
    );
    let mut out: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in db.all::<InState>(&sql, vec![]).await? {
        out.entry(row.id).or_default().push(row.state);
    }
    Ok(out)
}

/// An account of a system.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Member {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Care setting code.
    pub setting: String,
    /// Town.
    pub city: String,
    /// State.
    pub state: String,
    /// Referral region.
    pub hrr: Option<i64>,
    /// Name of the referral region.
    pub hrr_name: Option<String>,
    /// First day in the system.
    pub valid_from: i64,
}

/// All current accounts of a system that the actor may see, by state and name.
pub async fn members(db: &impl Query, actor: &Actor, system: SystemId, as_of: AsOf) -> Result<Vec<Member>> {
    let sql = format!(
        "SELECT account.id, account.name, account.setting, account.city, account.state, account.hrr, account.hrr_name, f.valid_from \
         FROM affiliation f JOIN account ON account.id = f.child_id WHERE f.child_kind = 'account' AND f.parent_kind = 'system' \
         AND f.parent_id = $1 AND {} AND {} ORDER BY account.state, account.name, account.id",
        as_of.holds("f"),
        scope::accounts(actor)
    );
    db.all(&sql, args![system.0]).await
}

/// How many people work at the system's accounts that the actor may see.
pub async fn people(db: &impl Query, actor: &Actor, system: SystemId, as_of: AsOf) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(DISTINCT p.child_id) FROM affiliation f JOIN account ON account.id = f.child_id \
         JOIN affiliation p ON p.parent_kind = 'account' AND p.parent_id = account.id AND p.child_kind = 'person' AND {} \
         WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.parent_id = $1 AND {} AND {}",
        as_of.holds("p"),
        as_of.holds("f"),
        scope::accounts(actor)
    );
    db.number(&sql, args![system.0]).await
}

/// A person at one of the system's accounts.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Stakeholder {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Role code.
    pub role: String,
}

/// The first people of the system by name: administrators and buyers first, who decide for the whole system.
pub async fn deciders(db: &impl Query, actor: &Actor, system: SystemId, as_of: AsOf, limit: u64) -> Result<Vec<Stakeholder>> {
    let sql = format!(
        "SELECT DISTINCT person.id, person.name, person.role FROM affiliation f JOIN account ON account.id = f.child_id \
         JOIN affiliation p ON p.parent_kind = 'account' AND p.parent_id = account.id AND p.child_kind = 'person' AND {} \
         JOIN person ON person.id = p.child_id \
         WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.parent_id = $1 AND {} \
         AND person.role IN ('administrator', 'procurement') AND {} ORDER BY person.role, person.name, person.id LIMIT {limit}",
        as_of.holds("p"),
        as_of.holds("f"),
        scope::accounts(actor)
    );
    db.all(&sql, args![system.0]).await
}

/// People known at each of the system's accounts that the actor may see, on the day.
pub async fn people_by_account(db: &impl Query, actor: &Actor, system: SystemId, as_of: AsOf) -> Result<BTreeMap<i64, i64>> {
    let sql = format!(
        "SELECT f.child_id AS id, COUNT(p.child_id) AS accounts FROM affiliation f JOIN account ON account.id = f.child_id \
         JOIN affiliation p ON p.parent_kind = 'account' AND p.parent_id = account.id AND p.child_kind = 'person' AND {} \
         WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.parent_id = $1 AND {} AND {} GROUP BY f.child_id",
        as_of.holds("p"),
        as_of.holds("f"),
        scope::accounts(actor)
    );
    Ok(db.all::<Counted>(&sql, args![system.0]).await?.into_iter().map(|c| (c.id, c.accounts)).collect())
}

#[derive(FromQueryResult)]
struct Counted {
    id: i64,
    accounts: i64,
}

/// A system that is owned by another.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SubSystem {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Its accounts that the actor may see.
    pub accounts: i64,
}

/// Systems that are owned by this one on the day, with the accounts that the actor may see.
pub async fn sub_systems(db: &impl Query, actor: &Actor, parent: SystemId, as_of: AsOf) -> Result<Vec<SubSystem>> {
    let sql = format!(
        "SELECT health_system.id, health_system.name, (SELECT COUNT(*) FROM affiliation a JOIN account ON account.id = a.child_id \
         WHERE a.child_kind = 'account' AND a.parent_kind = 'system' AND a.parent_id = health_system.id AND {} AND {}) AS accounts \
         FROM affiliation f JOIN health_system ON health_system.id = f.child_id \
         WHERE f.child_kind = 'system' AND f.parent_kind = 'system' AND f.parent_id = $1 AND {} AND {} ORDER BY health_system.name, health_system.id",
        as_of.holds("a"),
        scope::accounts(actor),
        as_of.holds("f"),
        scope::systems(actor)
    );
    db.all(&sql, args![parent.0]).await
}

/// Where the accounts of a system without accounts went.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Gone {
    /// The day on which the last of them left.
    pub day: i64,
    /// The system of which most of them are part since; none when they are independent.
    pub name: Option<String>,
}

impl Gone {
    /// In a sentence.
    pub fn words(&self) -> String {
        let day = i32::try_from(self.day).map_or(String::new(), |d| rounds_kernel::Day(d).to_string());
        match &self.name {
            Some(name) => format!("It lost its last accounts on {day}; most of them are part of {name} since."),
            None => format!("It lost its last accounts on {day}; they are independent or no longer listed."),
        }
    }
}

/// What became of the accounts that left the system last, up to `day`; none when it never had any.
pub async fn gone_to(db: &impl Query, system: SystemId, day: rounds_kernel::Day) -> Result<Option<Gone>> {
    let of = "child_kind = 'account' AND parent_kind = 'system'";
    let last = db
        .number(
            &format!("SELECT MAX(valid_to) FROM affiliation WHERE {of} AND parent_id = $1 AND valid_to <= $2"),
            args![system.0, i64::from(day.0)],
        )
        .await?;
    if last == 0 {
        return Ok(None);
    }
    let sql = "SELECT CAST($2 AS BIGINT) AS day, s.name FROM affiliation f JOIN affiliation n ON n.child_kind = 'account' AND n.parent_kind = 'system' \
         AND n.child_id = f.child_id AND n.valid_from = f.valid_to JOIN health_system s ON s.id = n.parent_id \
         WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.parent_id = $1 AND f.valid_to = $2 \
         GROUP BY s.id, s.name ORDER BY COUNT(*) DESC, s.id LIMIT 1";
    Ok(Some(db.one(sql, args![system.0, last]).await?.unwrap_or(Gone { day: last, name: None })))
}
