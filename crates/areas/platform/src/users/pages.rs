//! The pages of users.

use super::store::{all, by_id};
use super::{CreateUser, EditUser, EndAllSessions, SetActive, UserRow};
use crate::imports::export::csv;
use crate::passwords::{LinkFor, Unlock, send_link};
use crate::scope::Grant;
use crate::second_factor::{Drop, state_of};
use crate::setup::{Place, load};
use crate::views::{self, Key, Short, Views, Way, value};
use axum::Form;
use axum::extract::{Path, RawQuery, State};
use rounds_kernel::{Error, Result, Role, Time, UserId};
use rounds_web::components::{Choice, Column, Fact, Field, Filter};
use rounds_web::{App, Flashes, Locale, SessionRow, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "users/templates/list.html")]
struct UsersPage {
    shell: Shell,
    found: String,
    filters: Vec<Filter>,
    /// Order of the list, which stays when rows are chosen.
    sort: String,
    export: String,
    views: Views,
    users: Vec<Line>,
    columns: Vec<Column>,
    fields: Vec<Field>,
}

struct Line {
    id: i64,
    name: String,
    email: String,
    role: &'static str,
    manager: String,
    phone: String,
    seen: String,
    active: bool,
}

#[derive(askama::Template)]
#[template(path = "users/templates/detail.html")]
struct UserPage {
    shell: Shell,
    id: i64,
    name: String,
    active: bool,
    factor: bool,
    facts: Vec<Fact>,
    fields: Vec<Field>,
    sessions: Vec<(String, String)>,
}

/// A user and the names of their managers.
struct Listed {
    user: UserRow,
    managers: String,
}

fn listed(users: Vec<UserRow>) -> Vec<Listed> {
    let names: BTreeMap<i64, String> = users.iter().map(|u| (u.id, u.name.clone())).collect();
    let managers = |u: &UserRow| {
        let both = [u.manager_id, u.local_manager_id].into_iter().flatten();
        both.filter_map(|m| names.get(&m).cloned()).collect::<Vec<_>>().join(", ")
    };
    users.into_iter().map(|user| Listed { managers: managers(&user), user }).collect()
}

const USERS: Short<Listed> = Short {
    path: "/users",
    ways: &[
        Way("Name", "name", |l| Key::text(&l.user.name)),
        Way("E-mail", "email", |l| Key::text(&l.user.email)),
        Way("Role", "role", |l| Key::text(l.user.role().label())),
        Way("Manager", "manager", |l| Key::text(&l.managers)),
        Way("Last sign-in", "seen", |l| Key::Number(l.user.signed_in_at.unwrap_or(0))),
        Way("State", "state", |l| Key::Number(i64::from(!l.user.active))),
    ],
    id: |l| l.user.id,
    words: |l| format!("{} {} {} {} {}", l.user.name, l.user.email, l.user.role().label(), l.managers, l.user.phone),
};

/// The users an address asks for: by role and state, and as any short list.
fn asked(query: Option<&str>, users: Vec<UserRow>) -> Vec<Listed> {
    let (role, state) = (value(query, "role"), value(query, "state"));
    let mut all = listed(users);
    all.retain(|l| (role.is_empty() || l.user.role == role) && (state.is_empty() || l.user.active == (state == "on")));
    USERS.rows(query, all)
}

fn lines(users: &[Listed], locale: Locale, zone: &str) -> Vec<Line> {
    users
        .iter()
        .map(|Listed { user: u, managers }| Line {
            id: u.id,
            name: u.name.clone(),
            email: u.email.clone(),
            role: u.role().label(),
            manager: if managers.is_empty() { "—".into() } else { managers.clone() },
            phone: u.phone.clone(),
            seen: u.signed_in_at.map_or("never".into(), |t| locale.time(Time(t), zone)),
            active: u.active,
        })
        .collect()
}

fn role_field(chosen: &str) -> Field {
    let roles: Vec<(&str, &str)> = Role::ALL.iter().map(|r| (r.code(), r.label())).collect();
    Field { name: "role".into(), label: "Role".into(), required: true, options: Choice::list(&roles, chosen), ..Field::default() }
}

fn optional(name: &str, label: &str, value: &str, hint: &str) -> Field {
    Field { required: false, hint: hint.into(), ..Field::text(name, label, value) }
}

fn hours(minutes: i64) -> String {
    ((minutes as f64 / 6.0).round() / 10.0).to_string()
}

fn list_view(shell: Shell, (locale, zone): (Locale, &str), users: Vec<UserRow>, query: Option<&str>, place: &Place) -> UsersPage {
    let all = users.len();
    let users = asked(query, users);
    let mut roles = vec![("", "All")];
    roles.extend(Role::ALL.iter().map(|r| (r.code(), r.label())));
    UsersPage {
        shell,
        found: if users.len() == all { format!("{all} users") } else { format!("{} of {all} users", users.len()) },
        filters: vec![
            Filter { value: value(query, "q"), placeholder: "name, e-mail, manager".into(), ..Filter::select("q", "Words", &[], "") },
            Filter::select("role", "Role", &roles, &value(query, "role")),
            Filter::select("state", "State", &[("", "All"), ("on", "On"), ("off", "Off")], &value(query, "state")),
        ],
        sort: value(query, "sort"),
        export: USERS.file(query),
        views: Views::default(),
        users: lines(&users, locale, zone),
        columns: USERS.columns(query, &["Name", "E-mail", "Role", "Manager", "Last sign-in", "State"]),
        fields: vec![
            Field::text("name", "Full name", ""),
            Field { kind: "email".into(), ..Field::text("email", "E-mail", "") },
            role_field("field_rep"),
            optional("manager", "Manager's e-mail", "", ""),
            Field::text("zone", "Time zone", &place.zone),
            Field { kind: "number".into(), ..Field::text("hours", "Hours a week for planned contacts", "25") },
        ],
    }
}

struct Known<'a> {
    user: &'a UserRow,
    manager: String,
    local: String,
    grants: Vec<Grant>,
    factor: Option<i64>,
    sessions: Vec<SessionRow>,
}

fn detail_view(shell: Shell, known: &Known<'_>, locale: Locale, zone: &str) -> UserPage {
    let u = known.user;
    let at = |t: i64| locale.time(Time(t), zone);
    let fact = |label: &str, value: String| Fact { label: label.into(), value, ..Fact::default() };
    let scope = known.grants.iter().map(Grant::words).collect::<Vec<_>>().join(", ");
    let hint =
        "Empty for what the role sees. Or: own, team, region US-OH, region HRR-56, region ZIP-441, country DE, all, separated by commas.";
    let locales = Field { options: Choice::list(&Locale::choices(), &u.locale), ..optional("locale", "Dates and numbers", "", "") };
    UserPage {
        shell,
        id: u.id,
        name: u.name.clone(),
        active: u.active,
        factor: known.factor.is_some(),
        facts: vec![
            fact("E-mail", u.email.clone()),
            fact("State", if u.active { "On".into() } else { "Off: cannot sign in and gets no work".into() }),
            fact("Password", if u.password_hash.is_some() { "Set".into() } else { "None yet".into() }),
            fact("Second factor", known.factor.map_or("Not set up".into(), |codes| format!("On, {codes} recovery codes left"))),
            fact("Last sign-in", u.signed_in_at.map_or("never".into(), at)),
        ],
        fields: vec![
            Field::text("name", "Full name", &u.name),
            role_field(&u.role),
            optional("manager", "Manager's e-mail", &known.manager, ""),
            optional(
                "local_manager",
                "Local manager's e-mail",
                &known.local,
                "A second one: where a remote user sells to. Both see their work.",
            ),
            optional("phone", "Telephone", &u.phone, "Stands on the card that accounts get: whom to call for what."),
            optional("scope", "Sees", &scope, hint),
            Field::text("zone", "Time zone", &u.zone),
            locales,
            Field { kind: "number".into(), ..Field::text("hours", "Hours a week for planned contacts", &hours(u.weekly_minutes)) },
        ],
        sessions: known.sessions.iter().map(|s| (s.about.clone(), at(s.seen_at * 1_000_000))).collect(),
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, RawQuery(query): RawQuery) -> WebResult {
    let (place, users) = (load::<Place>(app.db()).await?, all(app.db()).await?);
    let view = list_view(visitor.shell(&app, "Users"), (visitor.locale, &visitor.actor.zone), users, query.as_deref(), &place);
    page(&UsersPage { views: views::of(app.db(), &visitor, "/users", query.as_deref()).await?, ..view })
}

/// Heads of the file, in the words that the import of users reads.
const HEAD: &[&str] = &["email", "name", "role", "manager", "zone", "locale", "hours", "active", "phone", "local_manager", "last_sign_in"];

pub(super) async fn file(State(app): State<App>, RawQuery(query): RawQuery) -> WebResult {
    let users = all(app.db()).await?;
    let emails: BTreeMap<i64, String> = users.iter().map(|u| (u.id, u.email.clone())).collect();
    let email = |id: Option<i64>| id.and_then(|m| emails.get(&m).cloned()).unwrap_or_default();
    let rows = asked(query.as_deref(), users).into_iter().map(|Listed { user: u, .. }| {
        vec![
            u.email,
            u.name,
            u.role,
            email(u.manager_id),
            u.zone,
            u.locale,
            hours(u.weekly_minutes),
            if u.active { "yes" } else { "no" }.into(),
            u.phone,
            email(u.local_manager_id),
            u.signed_in_at.map_or(String::new(), |t| Time(t).rfc3339()),
        ]
    });
    Ok(rounds_web::download("users.csv", csv(HEAD, rows.collect::<Vec<_>>())))
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let user = by_id(app.db(), UserId(id)).await?.ok_or_else(|| Error::not_found("user"))?;
    let edit = EditUser::as_it_is(app.db(), &user).await?;
    let factor = state_of(app.db(), UserId(id)).await?.filter(|f| f.confirmed_at.is_some()).map(|f| f.codes_left);
    let known = Known {
        manager: edit.manager_email.unwrap_or_default(),
        local: edit.local_manager_email.unwrap_or_default(),
        grants: edit.scope,
        factor,
        sessions: rounds_web::sessions_of(app.db(), UserId(id), visitor.now).await?,
        user: &user,
    };
    page(&detail_view(visitor.shell(&app, &user.name), &known, visitor.locale, &visitor.actor.zone))
}

#[derive(Deserialize)]
pub(super) struct UserForm {
    name: String,
    #[serde(default)]
    email: String,
    role: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    local_manager: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    scope: String,
    zone: String,
    #[serde(default)]
    locale: String,
    hours: f64,
}

fn role(code: &str) -> Result<Role> {
    Role::parse(code).ok_or_else(|| Error::invalid("user.role", "There is no such role.", "Choose one from the list."))
}

impl UserForm {
    fn manager(&self) -> Option<String> {
        Some(self.manager.trim().to_owned()).filter(|m| !m.is_empty())
    }

    fn minutes(&self) -> i64 {
        (self.hours * 60.0).round() as i64
    }
}

pub(super) async fn create(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<UserForm>) -> WebResult {
    rounds_web::known_zone(&f.zone)?;
    let command = CreateUser {
        email: f.email.clone(),
        name: f.name.clone(),
        role: role(&f.role)?,
        manager_email: f.manager(),
        zone: f.zone.clone(),
        weekly_minutes: f.minutes(),
    };
    let id = app.runner().run(&visitor.actor, command).await?;
    flashes.good(&format!("/users/{id}"), format!("{} can be given work. Invite them to choose a password.", f.name)).await
}

pub(super) async fn edit(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<UserForm>,
) -> WebResult {
    let command = EditUser {
        user: UserId(id),
        name: f.name.clone(),
        role: role(&f.role)?,
        manager_email: f.manager(),
        local_manager_email: Some(f.local_manager.trim().to_owned()).filter(|m| !m.is_empty()),
        phone: f.phone.trim().to_owned(),
        zone: f.zone.trim().to_owned(),
        locale: f.locale.clone(),
        weekly_minutes: f.minutes(),
        scope: Grant::parse_list(&f.scope)?,
    };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good(&format!("/users/{id}"), format!("{} is up to date.", f.name)).await
}

#[derive(Deserialize)]
pub(super) struct Switch {
    active: bool,
}

pub(super) async fn set_active(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(f): Form<Switch>,
) -> WebResult {
    let name = app.runner().run(&visitor.actor, SetActive { user: UserId(id), active: f.active }).await?;
    flashes.good("/users", format!("{name} is switched {}.", if f.active { "on" } else { "off" })).await
}

pub(super) async fn invite(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let user = by_id(app.db(), UserId(id)).await?.filter(|u| u.active).ok_or_else(|| Error::not_found("user"))?;
    let why = if user.password_hash.is_some() { LinkFor::Forgotten } else { LinkFor::Invitation };
    send_link(app.runner(), &visitor.actor, &user.email, why).await?;
    flashes.good(&format!("/users/{id}"), format!("A link to choose a password is on its way to {}.", user.email)).await
}

pub(super) async fn unlock(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let name = app.runner().run(&visitor.actor, Unlock { user: UserId(id) }).await?;
    flashes.good(&format!("/users/{id}"), format!("{name} may try to sign in again.")).await
}

pub(super) async fn sign_out(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    let name = app.runner().run(&visitor.actor, EndAllSessions { user: UserId(id) }).await?;
    flashes.good(&format!("/users/{id}"), format!("{name} is signed out everywhere.")).await
}

pub(super) async fn factor_off(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>) -> WebResult {
    app.runner().run(&visitor.actor, Drop { user: UserId(id) }).await?;
    flashes.good(&format!("/users/{id}"), "The second factor is switched off; the user can set up another.").await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let user = |id, name: &str, role: &str, active| UserRow {
        id,
        email: format!("{}@demo.example", name.split(' ').next().unwrap_or("user").to_lowercase()),
        name: name.into(),
        role: role.into(),
        manager_id: (id > 1).then_some(1),
        zone: "America/Chicago".into(),
        weekly_minutes: 1_500,
        active,
        signed_in_at: (id == 2).then_some(1_795_000_000_000_000),
        ..UserRow::default()
    };
    let users = [
        user(1, "Henrik Dahl", "manager", true),
        user(2, "Ines Kowalski", "remote_rep", true),
        user(3, "<b>Bo</b> Lind", "field_rep", false),
    ];
    let place = Place::default();
    let list = list_view(Shell::sample("Users"), (Locale::default(), "UTC"), users.to_vec(), Some("sort=-name"), &place);
    let none = list_view(Shell::sample("Users"), (Locale::default(), "UTC"), users.to_vec(), Some("q=nobody"), &place);
    let session = SessionRow { id: "a".into(), begun_at: 1_795_000_000, seen_at: 1_795_000_600, about: "192.0.2.7 · <b>".into() };
    let known = Known {
        user: &users[1],
        manager: "henrik@demo.example".into(),
        local: String::new(),
        grants: vec![Grant::Own, Grant::Country("DE".into())],
        factor: Some(8),
        sessions: vec![session],
    };
    let detail = detail_view(Shell::sample("Ines Kowalski"), &known, Locale::parse("de-DE"), "UTC");
    use askama::Template;
    let drawn = |t: UsersPage| t.render().unwrap_or_default();
    vec![("users", drawn(list)), ("users, none found", drawn(none)), ("one user", detail.render().unwrap_or_default())]
}
