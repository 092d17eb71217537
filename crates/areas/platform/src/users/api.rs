//! Users for programs that look after them.

use super::commands::ChangeUser;
use super::store::{all, by_email, by_id};
use super::{CreateUser, EditUser, UserRow};
use rounds_kernel::{Cursor, Error, Page, Permission, Result, UserId};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, RoleCode, decode, encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::Administer;
    vec![
        Operation::get("/api/v1/users", may, "Users by number", list).route(),
        Operation::get("/api/v1/users/{id}", may, "One user", one).route(),
        Operation::post("/api/v1/users", may, "Create a user", create)
            .about("Without a password: it is set on the server.")
            .created("/api/v1/users/{id}")
            .route(),
        Operation::patch("/api/v1/users/{id}", may, "Change a user", change)
            .about("What is not given stays. Nobody can switch themselves off.")
            .route(),
    ]
}

/// Somebody who signs in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
struct Shown {
    id: i64,
    email: String,
    name: String,
    role: String,
    manager_id: Option<i64>,
    /// Second manager, at the place a remote user sells to.
    local_manager_id: Option<i64>,
    /// Telephone number that customers may call.
    phone: String,
    /// IANA time zone.
    zone: String,
    /// Minutes a week for planned contacts.
    weekly_minutes: i64,
    active: bool,
}

fn shown(u: UserRow) -> Shown {
    Shown {
        id: u.id,
        email: u.email,
        name: u.name,
        role: u.role,
        manager_id: u.manager_id,
        local_manager_id: u.local_manager_id,
        phone: u.phone,
        zone: u.zone,
        weekly_minutes: u.weekly_minutes,
        active: u.active,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// Sign-in name; in plain letters, so that no two look alike.
    #[schema(max_length = 120, pattern = "^[A-Za-z0-9_%+-]+([.][A-Za-z0-9_%+-]+)*@[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")]
    email: String,
    #[schema(min_length = 1, max_length = 50, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    name: String,
    role: RoleCode,
    /// Frontline manager.
    #[schema(minimum = 1)]
    manager_id: Option<i64>,
    /// Minutes a week for planned contacts; 1,500 if not given.
    #[schema(minimum = 0, maximum = 10_080)]
    weekly_minutes: Option<i64>,
}

/// Number of a new user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewUser)]
struct Made {
    id: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Off: cannot sign in and gets no work; keys end.
    active: Option<bool>,
    #[schema(min_length = 1, max_length = 50, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    name: Option<String>,
    role: Option<RoleCode>,
    /// Frontline manager; nobody who stands below the user.
    #[schema(minimum = 1)]
    manager_id: Option<i64>,
    /// Second manager, at the place a remote user sells to.
    #[schema(minimum = 1)]
    local_manager_id: Option<i64>,
    /// Telephone number that customers may call; empty for none.
    #[schema(max_length = 40, pattern = "^[0-9 +()/.x-]*$")]
    phone: Option<String>,
    /// Minutes a week for planned contacts.
    #[schema(minimum = 0, maximum = 10_080)]
    weekly_minutes: Option<i64>,
}

const LIST: &str = "users";

async fn list(call: Call, _: Nothing, ask: PageAsk) -> Result<Listed<Shown>> {
    let after = decode(LIST, ask.after.as_deref())?.map_or(0, |c| c.id);
    // A company has hundreds of users, not millions: they are read at once.
    let mut rows: Vec<UserRow> = all(call.db()).await?.into_iter().filter(|u| u.id > after).collect();
    rows.sort_by_key(|u| u.id);
    let page = Page::from_fetched(rows, ask.size(), |u| Cursor { key: String::new(), id: u.id });
    Ok(Listed { next: page.next.map(|c| encode(LIST, &c)), items: page.rows.into_iter().map(shown).collect() })
}

async fn user(call: &Call, id: i64) -> Result<UserRow> {
    by_id(call.db(), UserId(id)).await?.ok_or_else(|| Error::not_found("user"))
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    user(&call, id).await.map(shown)
}

async fn create(call: Call, _: Nothing, new: New) -> Result<Made> {
    if by_email(call.db(), &new.email).await?.is_some() {
        let cause = format!("There is a user {} already. Nothing was changed.", new.email);
        return Err(Error::conflict("user.known", cause, "Change that user, or choose another e-mail."));
    }
    let manager_email = match new.manager_id {
        Some(id) => Some(user(&call, id).await?.email),
        None => None,
    };
    let command = CreateUser {
        email: new.email,
        name: new.name,
        role: new.role.0,
        manager_email,
        zone: call.actor.zone.clone(),
        weekly_minutes: new.weekly_minutes.unwrap_or(1_500),
    };
    call.run(command).await.map(|id| Made { id: id.0 })
}

async fn change(call: Call, Id(id): Id, c: Change) -> Result<Shown> {
    let row = user(&call, id).await?;
    let mut edit = EditUser::as_it_is(call.db(), &row).await?;
    call.unchanged(&shown(row))?;
    for (given, place) in [(c.manager_id, &mut edit.manager_email), (c.local_manager_id, &mut edit.local_manager_email)] {
        if let Some(manager) = given {
            *place = Some(user(&call, manager).await?.email);
        }
    }
    edit.name = c.name.unwrap_or(edit.name);
    edit.role = c.role.map_or(edit.role, |r| r.0);
    edit.phone = c.phone.unwrap_or(edit.phone);
    edit.weekly_minutes = c.weekly_minutes.unwrap_or(edit.weekly_minutes);
    call.run_as_it_stands(ChangeUser { edit, active: c.active }).await?;
    user(&call, id).await.map(shown)
}
