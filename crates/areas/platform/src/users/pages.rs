//! The page of users.

use super::store::all;
use super::{CreateUser, SetActive, UserRow};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Error, Role, UserId};
use rounds_web::components::{Choice, Column, Field};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
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
    zone: String,
    hours: String,
    active: bool,
}

fn lines(users: &[UserRow]) -> Vec<Line> {
    let name_of = |id: Option<i64>| users.iter().find(|u| Some(u.id) == id).map_or("—".to_owned(), |u| u.name.clone());
    users
        .iter()
        .map(|u| Line {
            id: u.id,
            name: u.name.clone(),
            email: u.email.clone(),
            role: u.role().label(),
            manager: name_of(u.manager_id),
            zone: u.zone.clone(),
            hours: ((u.weekly_minutes as f64 / 6.0).round() / 10.0).to_string(),
            active: u.active,
        })
        .collect()
}

fn view(shell: Shell, users: &[UserRow]) -> UsersPage {
    let roles: Vec<(&str, &str)> = Role::ALL.iter().map(|r| (r.code(), r.label())).collect();
    let role =
        Field { name: "role".into(), label: "Role".into(), required: true, options: Choice::list(&roles, "field_rep"), ..Field::default() };
    let optional = |name: &str, label: &str| Field { required: false, ..Field::text(name, label, "") };
    UsersPage {
        shell,
        users: lines(users),
        columns: ["Name", "E-mail", "Role", "Manager", "Time zone"]
            .iter()
            .map(|c| Column::text(c))
            .chain([Column::number("Hours a week"), Column::text("State")])
            .collect(),
        fields: vec![
            Field::text("name", "Full name", ""),
            Field { kind: "email".into(), ..Field::text("email", "E-mail", "") },
            role,
            optional("manager", "Manager's e-mail"),
            Field::text("zone", "Time zone", "America/Chicago"),
            Field { kind: "number".into(), ..Field::text("hours", "Hours a week for planned contacts", "25") },
        ],
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&view(visitor.shell(&app, "Users"), &all(app.db()).await?))
}

#[derive(Deserialize)]
pub(super) struct NewUser {
    name: String,
    email: String,
    role: String,
    #[serde(default)]
    manager: String,
    zone: String,
    hours: f64,
}

pub(super) async fn create(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<NewUser>) -> WebResult {
    let role = Role::parse(&f.role).ok_or_else(|| Error::invalid("user.role", "There is no such role.", "Choose one from the list."))?;
    let command = CreateUser {
        email: f.email,
        name: f.name.clone(),
        role,
        manager_email: (!f.manager.trim().is_empty()).then_some(f.manager),
        zone: f.zone,
        weekly_minutes: (f.hours * 60.0).round() as i64,
    };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good("/users", format!("{} can be given work. Set a password with “rounds user password”.", f.name)).await
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
        password_hash: None,
    };
    let users = [
        user(1, "Henrik Dahl", "manager", true),
        user(2, "Ines Kowalski", "remote_rep", true),
        user(3, "<b>Bo</b> Lind", "field_rep", false),
    ];
    vec![("users", askama::Template::render(&view(Shell::sample("Users"), &users)).unwrap_or_default())]
}
