//! Reads of the people pages; all within the actor's scope.

use super::model::Person;
use super::store::COLUMNS;
use crate::as_of::AsOf;
use crate::lists::Keyset;
use crate::scope;
use rounds_kernel::{Actor, Cursor, PersonId, Result};
use rounds_platform::scope as coverage;
use rounds_store::search::{self, DocKind};
use rounds_store::{Engine, FromQueryResult, Query, args};
use serde::Deserialize;
use std::collections::HashMap;

/// What a list of people is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PeopleAsk {
    /// Beginnings of words of the name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Id of an account.
    pub account: String,
    /// Id of a system.
    pub system: String,
    /// `name`, or `-name` for descending.
    pub sort: String,
    /// Day whose state is shown, or empty for today.
    pub as_of: String,
    /// Cursor.
    pub after: String,
    /// Cursor.
    pub before: String,
}

impl PeopleAsk {
    /// The parameters that stay from page to page.
    pub fn parameters(&self) -> [(&str, &str); 6] {
        [
            ("name", &self.name),
            ("role", &self.role),
            ("account", &self.account),
            ("system", &self.system),
            ("sort", &self.sort),
            ("as_of", &self.as_of),
        ]
    }

    /// The list.
    pub fn list(&self, engine: Engine, actor: &Actor) -> Keyset {
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
        // By the index of names: a hundred thousand of them are not read for the few that are meant.
        if let Some((named, values)) = search::named(engine, DocKind::Person, &self.name, "person.id", list.args.len() + 1) {
            list.conditions.push(named);
            list.args.extend(values);
        } else if !self.name.trim().is_empty() {
            // Signs alone begin no name.
            list.conditions.push("1 = 0".into());
        }
        if !self.role.is_empty() {
            list.filter("person.role = {}", self.role.clone());
        }
        // Only through accounts that the actor may see: the list must not tell who works elsewhere.
        let as_of = AsOf::read(&self.as_of);
        let at = format!(
            "SELECT w.child_id FROM affiliation w WHERE w.child_kind = 'person' AND w.parent_kind = 'account' AND {} AND {}",
            as_of.holds("w"),
            coverage::accounts(actor, "w.parent_id")
        );
        if let Ok(account) = self.account.parse::<i64>() {
            list.filter(&format!("person.id IN ({at} AND w.parent_id = {{}})"), account);
        }
        if let Ok(system) = self.system.parse::<i64>() {
            let members = format!(
                "SELECT f.child_id FROM affiliation f WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND {}",
                as_of.holds("f")
            );
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

async fn workplaces(db: &impl Query, actor: &Actor, people: &[i64], as_of: Option<AsOf>) -> Result<Vec<Workplace>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let current = as_of.map_or(String::new(), |day| format!("AND {}", day.holds("f")));
    let sql = format!(
        "SELECT f.child_id, account.id, account.name, account.city, account.state, account.zone, f.valid_to \
         FROM affiliation f JOIN account ON account.id = f.parent_id WHERE f.child_kind = 'person' AND f.parent_kind = 'account' \
         AND f.child_id IN ({list}) {current} AND {} ORDER BY f.valid_from DESC, f.id DESC",
        scope::accounts(actor)
    );
    db.all(&sql, vec![]).await
}

/// Where each of `people` works on the day; of several places, the newest.
pub async fn places_on(db: &impl Query, actor: &Actor, people: &[i64], as_of: AsOf) -> Result<HashMap<i64, Workplace>> {
    let mut out = HashMap::new();
    for place in workplaces(db, actor, people, Some(as_of)).await? {
        out.entry(place.child_id).or_insert(place);
    }
    Ok(out)
}

/// Where a person works and worked, newest first.
pub async fn places_of(db: &impl Query, actor: &Actor, person: PersonId) -> Result<Vec<Workplace>> {
    workplaces(db, actor, &[person.0], None).await
}

/// Contacts with a person since `day`, in µs.
pub async fn contacts_since(db: &impl Query, person: PersonId, since: i64) -> Result<i64> {
    db.number("SELECT COUNT(*) FROM fact WHERE person_id = $1 AND kind = 'contact' AND occurred_at >= $2", args![person.0, since]).await
}
