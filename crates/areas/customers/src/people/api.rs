//! People for programs.

use super::model::Person;
use super::queries::PeopleAsk;
use crate::lists::listed;
use crate::scope;
use rounds_kernel::{Error, Permission, PersonId, Result};
use rounds_store::Query as _;
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, PersonRoleCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/people", Permission::ReadRecord, "People, page by page", list).route(),
        Operation::get("/api/v1/people/{id}", Permission::ReadRecord, "One person", one).route(),
    ]
}

/// A stakeholder at one or more accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
struct Shown {
    id: i64,
    /// The source's own key.
    source_key: String,
    name: String,
    /// What they do.
    role: String,
    /// Specialty or department; may be empty.
    specialty: String,
    email: Option<String>,
    phone: Option<String>,
    /// Two letters.
    language: String,
    /// Where it comes from.
    source: String,
}

impl From<Person> for Shown {
    fn from(p: Person) -> Self {
        Self {
            id: p.id,
            source_key: p.source_key,
            name: p.name,
            role: p.role,
            specialty: p.specialty,
            email: p.email,
            phone: p.phone,
            language: p.language,
            source: p.source,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = PersonSort)]
enum Sort {
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Part of the name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// What they do.
    role: Option<PersonRoleCode>,
    /// Number of an account where they work now.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Number of a system at whose accounts they work now.
    #[schema(minimum = 1)]
    system: Option<i64>,
    /// Order; a minus turns it around.
    sort: Option<Sort>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 1000)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, f: Filter) -> Result<Listed<Shown>> {
    let text = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let ask = PeopleAsk {
        name: f.name.unwrap_or_default(),
        role: f.role.map_or(String::new(), |r| r.0.code().into()),
        account: text(f.account),
        system: text(f.system),
        sort: if f.sort == Some(Sort::NameDown) { "-name" } else { "" }.into(),
        ..PeopleAsk::default()
    };
    let size = PageAsk { limit: f.limit, after: None }.size();
    listed(call.db(), &ask.list(call.db().engine(), &call.actor), (size, f.after.as_deref()), |p| ask.cursor(p), Shown::from).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    scope::see_person(call.db(), &call.actor, PersonId(id)).await?;
    let person = super::get(call.db(), PersonId(id)).await?.ok_or_else(|| Error::not_found("person"))?;
    Ok(person.into())
}
