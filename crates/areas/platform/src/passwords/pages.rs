//! Asking for a link, and choosing a password with it.

use super::commands::Choose;
use super::model::{LinkFor, check, fresh, read};
use super::send_link;
use crate::users::{by_id, hash};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::Actor;
use rounds_web::components::Field;
use rounds_web::{App, Door, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "passwords/templates/forgot.html")]
struct ForgotPage {
    shell: Shell,
    asked: bool,
}

#[derive(askama::Template)]
#[template(path = "passwords/templates/choose.html")]
struct ChoosePage {
    shell: Shell,
    token: String,
    email: String,
    fields: Vec<Field>,
    error: Option<String>,
}

pub(super) async fn forgot(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&ForgotPage { shell: visitor.shell(&app, "New password"), asked: false })
}

#[derive(Deserialize)]
pub(super) struct Asked {
    email: String,
}

/// The same answer at once for everybody: the mail is written after it, so that neither words nor time tell who has an account.
pub(super) async fn ask(State(app): State<App>, visitor: Visitor, door: Door, Form(f): Form<Asked>) -> WebResult {
    app.limit_door(&door.address(), &f.email)?;
    let runner = app.runner().clone();
    tokio::spawn(async move {
        if let Err(e) = send_link(&runner, &Actor::program("door"), &f.email, LinkFor::Forgotten).await {
            tracing::warn!(code = e.code, cause = e.cause, "a link for a new password was not sent");
        }
    });
    page(&ForgotPage { shell: visitor.shell(&app, "New password"), asked: true })
}

fn choose_view(shell: Shell, token: String, email: String, error: Option<String>) -> ChoosePage {
    let field = |name: &str, label: &str, hint: &str| Field {
        kind: "password".into(),
        autocomplete: "new-password".into(),
        hint: hint.into(),
        ..Field::text(name, label, "")
    };
    let fields = vec![field("password", "New password", "At least 12 characters; a few words will do."), field("again", "Once more", "")];
    ChoosePage { shell, token, email, fields, error }
}

pub(super) async fn choose(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> WebResult {
    let (id, state) = read(app.runner().keys(), &token, visitor.now)?;
    let user = fresh(by_id(app.db(), id).await?, &state)?;
    page(&choose_view(visitor.shell(&app, "Choose a password"), token, user.email, None))
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    password: String,
    again: String,
}

pub(super) async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(token): Path<String>,
    Form(f): Form<Chosen>,
) -> WebResult {
    let (id, state) = read(app.runner().keys(), &token, visitor.now)?;
    let user = fresh(by_id(app.db(), id).await?, &state)?;
    let wrong = if f.password == f.again {
        check(&f.password, &user.email, &user.name).err().map(|e| format!("{} {}", e.cause, e.remedy))
    } else {
        Some("The two passwords differ. Nothing was changed; type the same one twice.".into())
    };
    if wrong.is_some() {
        return page(&choose_view(visitor.shell(&app, "Choose a password"), token, user.email, wrong));
    }
    let hash = hash(f.password).await?;
    let actor = Actor { user: Some(id), name: user.name.clone(), ..Actor::program("door") };
    app.runner().run(&actor, Choose { user: id, state, hash }).await?;
    flashes.good("/sign-in", "Your password is set and all your sessions have ended. Sign in with it.").await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let shell = |t: &str| Shell { user: None, nav: Vec::new(), ..Shell::sample(t) };
    let draw = |asked| askama::Template::render(&ForgotPage { shell: shell("New password"), asked }).unwrap_or_default();
    let wrong = Some("The two passwords differ. <b>".to_owned());
    let choose = choose_view(shell("Choose a password"), "1.a.b".into(), "ines@demo.example".into(), wrong);
    vec![
        ("forgot", draw(false)),
        ("forgot, asked", draw(true)),
        ("choose a password", askama::Template::render(&choose).unwrap_or_default()),
    ]
}
