//! Reads of the account pages; all within the actor's scope.

use super::model::Account;
use super::store::COLUMNS;
use crate::as_of::AsOf;
use crate::lists::Keyset;
use crate::scope;
use rounds_kernel::{AccountId, Actor, Cursor, Error, Result, Time};
use rounds_store::{FromQueryResult, Query, args, contains};
use serde::Deserialize;

/// What a list of accounts is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccountsAsk {
    /// Part of the name.
    pub name: String,
    /// State, two letters.
    pub state: String,
    /// Care setting code.
    pub setting: String,
    /// Id of the system, or `none` for independent accounts.
    pub system: String,
    /// Number of the referral region.
    pub hrr: String,
    /// `name`, `state`, `rating` or `beds`, with a minus for descending.
    pub sort: String,
    /// Day whose state is shown, or empty for today.
    pub as_of: String,
    /// Cursor.
    pub after: String,
    /// Cursor.
    pub before: String,
}

impl AccountsAsk {
    /// The parameters that stay from page to page.
    pub fn parameters(&self) -> [(&str, &str); 7] {
        [
            ("name", &self.name),
            ("state", &self.state),
            ("setting", &self.setting),
            ("system", &self.system),
            ("hrr", &self.hrr),
            ("sort", &self.sort),
            ("as_of", &self.as_of),
        ]
    }

    /// The column sorted by.
    pub fn column(&self) -> &str {
        self.sort.trim_start_matches('-')
    }

    /// The list.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let (key, numeric) = match self.column() {
            "rating" => ("COALESCE(account.rating, 0)", true),
            "beds" => ("COALESCE(account.beds, -1)", true),
            "state" => ("account.state", false),
            _ => ("account.name", false),
        };
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: "account".into(),
            conditions: vec![scope::accounts(actor)],
            args: Vec::new(),
            key: key.into(),
            numeric,
            descending: self.sort.starts_with('-'),
            id: "account.id".into(),
        };
        if !self.name.is_empty() {
            list.filter("LOWER(account.name) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        if !self.state.is_empty() {
            list.filter("account.state = {}", self.state.to_uppercase());
        }
        if !self.setting.is_empty() {
            list.filter("account.setting = {}", self.setting.clone());
        }
        if let Ok(hrr) = self.hrr.parse::<i64>() {
            list.filter("account.hrr = {}", hrr);
        }
        let of_system = format!(
            "SELECT f.child_id FROM affiliation f WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND {}",
            AsOf::read(&self.as_of).holds("f")
        );
        match self.system.parse::<i64>() {
            Ok(system) => list.filter(&format!("account.id IN ({of_system} AND f.parent_id = {{}})"), system),
            Err(_) if self.system == "none" => list.conditions.push(format!("account.id NOT IN ({of_system})")),
            Err(_) => {}
        }
        list
    }

    /// Cursor of a row in this order.
    pub fn cursor(&self, account: &Account) -> Cursor {
        let key = match self.column() {
            "rating" => account.rating.unwrap_or(0).to_string(),
            "beds" => account.beds.unwrap_or(-1).to_string(),
            "state" => account.state.clone(),
            _ => account.name.clone(),
        };
        Cursor { key, id: account.id }
    }
}

/// What was ordered of a product family.
#[derive(Debug, Clone, FromQueryResult)]
pub struct FamilyOrders {
    /// Family.
    pub family: String,
    /// Amount.
    pub cents: i64,
}

/// Orders of the twelve months before `now`, by family, largest first.
pub async fn orders_by_family(db: &impl Query, account: AccountId, now: Time) -> Result<Vec<FamilyOrders>> {
    let sql = "SELECT COALESCE(body->>'family', 'other') AS family, \
               CAST(COALESCE(SUM(CAST(body->>'amount_cents' AS BIGINT)), 0) AS BIGINT) AS cents \
               FROM fact WHERE account_id = $1 AND kind = 'order' AND occurred_at >= $2 AND occurred_at <= $3 \
               GROUP BY COALESCE(body->>'family', 'other') ORDER BY cents DESC, family";
    db.all(sql, args![account.0, now.plus_days(-365).0, now.0]).await
}

/// A department, campus or practice of an account.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Site {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// What it is of the account; may be empty.
    pub role: String,
    /// Care setting code.
    pub setting: String,
    /// People who work there.
    pub people: i64,
}

impl Site {
    /// What it is, in words.
    pub fn words(&self) -> String {
        let setting = rounds_kernel::CareSetting::parse(&self.setting).map_or(self.setting.as_str(), |s| s.label());
        let role = self.role.replace('_', " ");
        let people = if self.people == 1 { "1 person".into() } else { format!("{} people", self.people) };
        [role.as_str(), setting, people.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// Accounts that belong to this one on the day, within the actor's scope.
pub async fn sites_of(db: &impl Query, actor: &Actor, parent: AccountId, as_of: AsOf) -> Result<Vec<Site>> {
    let sql = format!(
        "SELECT account.id, account.name, f.role, account.setting, (SELECT COUNT(*) FROM affiliation p WHERE p.parent_kind = 'account' \
         AND p.parent_id = account.id AND p.child_kind = 'person' AND {}) AS people FROM affiliation f JOIN account ON account.id = f.child_id \
         WHERE f.parent_kind = 'account' AND f.parent_id = $1 AND f.child_kind = 'account' AND {} AND {} ORDER BY account.name, account.id LIMIT 200",
        as_of.holds("p"),
        as_of.holds("f"),
        scope::accounts(actor)
    );
    db.all(&sql, args![parent.0]).await
}

/// Someone who works at the account.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Colleague {
    /// Id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Specialty.
    pub specialty: String,
}

/// People who work at the account, by name; one more than `limit` if there are more.
pub async fn people_at(db: &impl Query, account: AccountId, as_of: AsOf, limit: usize) -> Result<Vec<Colleague>> {
    let sql = format!(
        "SELECT p.id, p.name, p.role, p.specialty FROM affiliation f JOIN person p ON p.id = f.child_id WHERE f.parent_kind = 'account' \
         AND f.parent_id = $1 AND f.child_kind = 'person' AND {} ORDER BY p.name, p.id LIMIT {}",
        as_of.holds("f"),
        limit + 1
    );
    db.all(&sql, args![account.0]).await
}

#[derive(FromQueryResult)]
struct Owner {
    child_id: i64,
    id: i64,
    name: String,
}

/// System of each account on the day, with its id.
pub async fn systems_of(db: &impl Query, accounts: &[i64], as_of: AsOf) -> Result<std::collections::HashMap<i64, (i64, String)>> {
    if accounts.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let list = accounts.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT f.child_id, s.id, s.name FROM affiliation f JOIN health_system s ON s.id = f.parent_id WHERE f.child_kind = 'account' \
         AND f.parent_kind = 'system' AND {} AND f.child_id IN ({list}) ORDER BY f.id",
        as_of.holds("f")
    );
    Ok(db.all::<Owner>(&sql, vec![]).await?.into_iter().map(|o| (o.child_id, (o.id, o.name))).collect())
}

#[derive(FromQueryResult)]
struct State {
    state: String,
}

/// States that have accounts, for the filter.
pub async fn states(db: &impl Query, actor: &Actor) -> Result<Vec<String>> {
    let sql = format!("SELECT DISTINCT account.state FROM account WHERE {} ORDER BY account.state", scope::accounts(actor));
    Ok(db.all::<State>(&sql, vec![]).await?.into_iter().map(|s| s.state).filter(|s| !s.is_empty()).collect())
}

/// The one record of a kind (`account` or `system`) within scope that `text` means: its number, or its exact name in any case.
///
/// # Errors
/// `record.unknown` when there is none, `record.ambiguous` when several bear the name.
pub async fn meant(db: &impl Query, actor: &Actor, kind: &str, text: &str) -> Result<i64> {
    let (table, seen) = match kind {
        "system" => ("health_system", scope::systems(actor)),
        _ => ("account", scope::accounts(actor)),
    };
    let (condition, value) = match text.parse::<i64>() {
        Ok(id) => ("id = $1", args![id]),
        Err(_) => ("LOWER(name) = LOWER($1)", args![text]),
    };
    let sql = format!("SELECT id FROM {table} WHERE {condition} AND {seen} ORDER BY id LIMIT 2");
    let found: Vec<Found> = db.all(&sql, value).await?;
    match found[..] {
        [Found { id }] => Ok(id),
        [] => {
            let cause = format!("There is no {kind} “{text}” within your reach. Nothing was added.");
            Err(Error::invalid("record.unknown", cause, "Write its number, as it stands in the address of its page, or its exact name."))
        }
        _ => {
            let cause = format!("Several records of kind {kind} bear the name “{text}”. Nothing was added.");
            Err(Error::invalid("record.ambiguous", cause, "Write its number instead, as it stands in the address of its page."))
        }
    }
}

#[derive(FromQueryResult)]
struct Found {
    id: i64,
}
