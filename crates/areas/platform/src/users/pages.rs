//! The pages of users.

use super::store::{all, by_id};
use super::{CreateUser, EditUser, EndAllSessions, SetActive, UserRow};
use crate::passwords::{LinkFor, Unlock, send_link};
use crate::scope::{Grant, given};
use crate::second_factor::{Drop, state_of};
use crate::setup::{Place, load};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Error, Result, Role, Time, UserId};
use rounds_web::components::{Choice, Column, Fact, Field};
use rounds_web::{App, Flashes, Locale, SessionRow, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "users/templates/list.html")]
struct UsersPage {
    shell: Shell,
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

fn lines(users: &[UserRow], locale: Locale, zone: &str) -> Vec<Line> {
    let name_of = |id: Option<i64>| users.iter().find(|u| Some(u.id) == id).map_or("—".to_owned(), |u| u.name.clone());
    users
        .iter()
        .map(|u| Line {
            id: u.id,
            name: u.name.clone(),
            email: u.email.clone(),
            role: u.role().label(),
            manager: name_of(u.manager_id),
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

fn list_view(shell: Shell, users: &[UserRow], locale: Locale, zone: &str, place: &Place) -> UsersPage {
    UsersPage {
        shell,
        users: lines(users, locale, zone),
        columns: ["Name", "E-mail", "Role", "Manager", "Last sign-in", "State"].iter().map(|c| Column::text(c)).collect(),
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
            optional("scope", "Sees", &scope, hint),
            Field::text("zone", "Time zone", &u.zone),
            locales,
            Field { kind: "number".into(), ..Field::text("hours", "Hours a week for planned contacts", &hours(u.weekly_minutes)) },
        ],
        sessions: known.sessions.iter().map(|s| (s.about.clone(), at(s.seen_at * 1_000_000))).collect(),
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let place = load::<Place>(app.db()).await?;
    page(&list_view(visitor.shell(&app, "Users"), &all(app.db()).await?, visitor.locale, &visitor.actor.zone, &place))
}

pub(super) async fn detail(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let user = by_id(app.db(), UserId(id)).await?.ok_or_else(|| Error::not_found("user"))?;
    let manager = match user.manager_id {
        Some(m) => by_id(app.db(), UserId(m)).await?.map(|m| m.email).unwrap_or_default(),
        None => String::new(),
    };
    let factor = state_of(app.db(), UserId(id)).await?.filter(|f| f.confirmed_at.is_some()).map(|f| f.codes_left);
    let known = Known {
        manager,
        grants: given(app.db(), UserId(id)).await?,
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
    let list = list_view(Shell::sample("Users"), &users, Locale::default(), "UTC", &Place::default());
    let session = SessionRow { id: "a".into(), begun_at: 1_795_000_000, seen_at: 1_795_000_600, about: "192.0.2.7 · <b>".into() };
    let known = Known {
        user: &users[1],
        manager: "henrik@demo.example".into(),
        grants: vec![Grant::Own, Grant::Country("DE".into())],
        factor: Some(8),
        sessions: vec![session],
    };
    let detail = detail_view(Shell::sample("Ines Kowalski"), &known, Locale::parse("de-DE"), "UTC");
    use askama::Template;
    vec![("users", list.render().unwrap_or_default()), ("one user", detail.render().unwrap_or_default())]
}
