//! Reads of the people pages; all within the actor's scope.

use super::model::Person;
use super::store::COLUMNS;
use crate::accounts::contains;
use crate::lists::Keyset;
use crate::scope;
use rounds_kernel::{Actor, Cursor, PersonId, Result};
use rounds_platform::scope as coverage;
use rounds_store::{FromQueryResult, Query, args};
use serde::Deserialize;
use std::collections::HashMap;

/// What a list of people is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PeopleAsk {
    /// Part of the name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Id of an account.
    pub account: String,
    /// Id of a system.
    pub system: String,
    /// `name`, or `-name` for descending.
    pub sort: String,
    /// Cursor.
    pub after: String,
    /// Cursor.
    pub before: String,
}

impl PeopleAsk {
    /// The parameters that stay from page to page.
    pub fn parameters(&self) -> [(&str, &str); 5] {
        [("name", &self.name), ("role", &self.role), ("account", &self.account), ("system", &self.system), ("sort", &self.sort)]
    }

    /// The list.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: "person".into(),
            conditions: vec![scope::people(actor)],
            args: Vec::new(),
            key: "person.name".into(),
            numeric: false,
            descending: self.sort.starts_with('-'),
            id: "person.id".into(),
        };
        if !self.name.is_empty() {
            list.filter("LOWER(person.name) LIKE {} ESCAPE '!'", contains(&self.name));
        }
        if !self.role.is_empty() {
            list.filter("person.role = {}", self.role.clone());
        }
        // Only through accounts that the actor may see: the list must not tell who works elsewhere.
        let at = format!(
            "SELECT w.child_id FROM affiliation w WHERE w.child_kind = 'person' AND w.parent_kind = 'account' AND w.valid_to IS NULL AND {}",
            coverage::accounts(actor, "w.parent_id")
        );
        if let Ok(account) = self.account.parse::<i64>() {
            list.filter(&format!("person.id IN ({at} AND w.parent_id = {{}})"), account);
        }
        if let Ok(system) = self.system.parse::<i64>() {
            let members =
                "SELECT f.child_id FROM affiliation f WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.valid_to IS NULL";
            list.filter(&format!("person.id IN ({at} AND w.parent_id IN ({members} AND f.parent_id = {{}}))"), system);
        }
        list
    }

    /// Cursor of a row.
    pub fn cursor(&self, person: &Person) -> Cursor {
        Cursor { key: person.name.clone(), id: person.id }
    }
}

/// An account where a person works or worked.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Workplace {
    /// The person.
    pub child_id: i64,
    /// The account.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its town.
    pub city: String,
    /// Its state.
    pub state: String,
    /// Its time zone.
    pub zone: String,
    /// Day from which it no longer holds.
    pub valid_to: Option<i64>,
}

async fn workplaces(db: &impl Query, actor: &Actor, people: &[i64], current_only: bool) -> Result<Vec<Workplace>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let current = if current_only { "AND f.valid_to IS NULL" } else { "" };
    let sql = format!(
        "SELECT f.child_id, account.id, account.name, account.city, account.state, account.zone, f.valid_to \
         FROM affiliation f JOIN account ON account.id = f.parent_id WHERE f.child_kind = 'person' AND f.parent_kind = 'account' \
         AND f.child_id IN ({list}) {current} AND {} ORDER BY f.valid_from DESC, f.id DESC",
        scope::accounts(actor)
    );
    db.all(&sql, vec![]).await
}

/// Where each of `people` works now; of several places, the newest.
pub async fn current_places(db: &impl Query, actor: &Actor, people: &[i64]) -> Result<HashMap<i64, Workplace>> {
    let mut out = HashMap::new();
    for place in workplaces(db, actor, people, true).await? {
        out.entry(place.child_id).or_insert(place);
    }
    Ok(out)
}

/// Where a person works and worked, newest first.
pub async fn places_of(db: &impl Query, actor: &Actor, person: PersonId) -> Result<Vec<Workplace>> {
    workplaces(db, actor, &[person.0], false).await
}

/// Contacts with a person since `day`, in µs.
pub async fn contacts_since(db: &impl Query, person: PersonId, since: i64) -> Result<i64> {
    db.number("SELECT COUNT(*) FROM fact WHERE person_id = $1 AND kind = 'contact' AND occurred_at >= $2", args![person.0, since]).await
}
