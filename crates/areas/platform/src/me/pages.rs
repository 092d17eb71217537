//! The page of one's own account.

use super::commands::{ChangePassword, EndSessions, Prefer};
use crate::passwords::{Guard, check};
use crate::second_factor::{Confirm, Drop, Shown, Start, UseCode, shown, state_of};
use crate::users::{UserRow, by_id, hash, verify};
use axum::Form;
use axum::extract::State;
use rounds_kernel::{Error, Result, Time, UserId};
use rounds_web::components::{Choice, Field};
use rounds_web::{App, Door, Flashes, Locale, SessionRow, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "me/templates/show.html")]
struct MePage {
    shell: Shell,
    email: String,
    preferences: Vec<Field>,
    passwords: Vec<Field>,
    sessions: Vec<Line>,
    factor: FactorState,
}

struct Line {
    id: String,
    about: String,
    begun: String,
    seen: String,
    present: bool,
}

/// Where the second factor stands.
enum FactorState {
    Off,
    Begun(Shown),
    On { codes: i64 },
}

fn secret_field(name: &str, label: &str, autocomplete: &str) -> Field {
    Field { kind: "password".into(), autocomplete: autocomplete.into(), ..Field::text(name, label, "") }
}

fn view(shell: Shell, user: &UserRow, locale: Locale, sessions: Vec<SessionRow>, present: Option<&str>, factor: FactorState) -> MePage {
    let at = |seconds: i64| locale.time(Time(seconds * 1_000_000), &user.zone);
    let line = |s: SessionRow| Line {
        present: present == Some(s.id.as_str()),
        about: s.about,
        begun: at(s.begun_at),
        seen: at(s.seen_at),
        id: s.id,
    };
    let example = format!("{} · {}", locale.time(Time(1_795_444_000_000_000), &user.zone), locale.decimal(12_345.6, 1));
    let choice = Field {
        options: Choice::list(&Locale::choices(), &user.locale),
        hint: format!("For example {example}"),
        required: false,
        ..Field::text("locale", "Dates and numbers", "")
    };
    MePage {
        shell,
        email: user.email.clone(),
        preferences: vec![choice, Field { hint: "For example Europe/Berlin.".into(), ..Field::text("zone", "Time zone", &user.zone) }],
        passwords: vec![
            secret_field("current", "Present password", "current-password"),
            secret_field("password", "New password, at least 12 characters", "new-password"),
            secret_field("again", "Once more", "new-password"),
        ],
        sessions: sessions.into_iter().map(line).collect(),
        factor,
    }
}

fn myself(visitor: &Visitor) -> Result<UserId> {
    visitor.actor.user.ok_or_else(|| Error::not_found("user"))
}

async fn stored(app: &App, visitor: &Visitor) -> Result<UserRow> {
    by_id(app.db(), myself(visitor)?).await?.ok_or_else(|| Error::not_found("user"))
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, door: Door) -> WebResult {
    let user = stored(&app, &visitor).await?;
    let id = UserId(user.id);
    let factor = match state_of(app.db(), id).await? {
        None => FactorState::Off,
        Some(f) if f.confirmed_at.is_none() => FactorState::Begun(shown(app.runner().keys(), &f.secret, &user.email)?),
        Some(f) => FactorState::On { codes: f.codes_left },
    };
    let sessions = rounds_web::sessions_of(app.db(), id, visitor.now).await?;
    page(&view(visitor.shell(&app, "Your account"), &user, visitor.locale, sessions, door.session_name().as_deref(), factor))
}

#[derive(Deserialize)]
pub(super) struct Preferred {
    #[serde(default)]
    locale: String,
    zone: String,
}

pub(super) async fn prefer(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<Preferred>) -> WebResult {
    app.runner().run(&visitor.actor, Prefer { locale: f.locale, zone: f.zone.trim().to_owned() }).await?;
    flashes.good("/me", "Dates, numbers and times are shown so from now on.").await
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    current: String,
    password: String,
    again: String,
}

pub(super) async fn password(
    State(app): State<App>,
    visitor: Visitor,
    mut door: Door,
    flashes: Flashes,
    Form(f): Form<NewPassword>,
) -> WebResult {
    let user = stored(&app, &visitor).await?;
    let address = door.address();
    let guard = Guard::new(app.db(), visitor.now, &user.email, &address);
    guard.check().await?;
    if !verify(user.password_hash.clone(), f.current).await? {
        guard.failed().await?;
        let remedy = "Type your present password, or ask for a new one by mail at the door.";
        return Err(Error::invalid("user.password_wrong", "That is not your present password. Nothing was changed.", remedy).into());
    }
    if f.password != f.again {
        return Err(Error::invalid(
            "user.password_differs",
            "The two new passwords differ. Nothing was changed.",
            "Type the same one twice.",
        )
        .into());
    }
    check(&f.password, &user.email, &user.name)?;
    let hash = hash(f.password).await?;
    let id = app.runner().run(&visitor.actor, ChangePassword { hash }).await?;
    door.renew(id).await?;
    flashes.good("/me", "Your password is changed; your other sessions have ended.").await
}

#[derive(Deserialize)]
pub(super) struct Ended {
    session: Option<String>,
}

pub(super) async fn end(State(app): State<App>, visitor: Visitor, door: Door, flashes: Flashes, Form(f): Form<Ended>) -> WebResult {
    let count = app.runner().run(&visitor.actor, EndSessions { one: f.session, keep: door.session_name() }).await?;
    let said = if count == 1 { "One session has ended.".to_owned() } else { format!("{count} sessions have ended.") };
    flashes.good("/me", said).await
}

pub(super) async fn start(State(app): State<App>, visitor: Visitor, flashes: Flashes) -> WebResult {
    app.runner().run(&visitor.actor, Start { user: myself(&visitor)? }).await?;
    flashes.good("/me", "Read the picture with an authenticator app, then type its six digits.").await
}

#[derive(Deserialize)]
pub(super) struct Given {
    code: String,
}

pub(super) async fn confirm(State(app): State<App>, visitor: Visitor, mut door: Door, Form(f): Form<Given>) -> WebResult {
    let user = myself(&visitor)?;
    let codes = app.runner().run(&visitor.actor, Confirm { user, code: f.code }).await?;
    door.renew(user).await?;
    page(&crate::second_factor::CodesPage { shell: visitor.shell(&app, "Recovery codes"), codes, next: "/me".into() })
}

pub(super) async fn off(State(app): State<App>, visitor: Visitor, mut door: Door, flashes: Flashes, Form(f): Form<Given>) -> WebResult {
    let user = myself(&visitor)?;
    let (name, address) = (format!("code of user {user}"), door.address());
    let guard = Guard::new(app.db(), visitor.now, &name, &address);
    guard.check().await?;
    if let Err(e) = app.runner().run(&visitor.actor, UseCode { user, code: f.code }).await {
        guard.failed().await?;
        return Err(e.into());
    }
    app.runner().run(&visitor.actor, Drop { user }).await?;
    door.renew(user).await?;
    flashes.good("/me", "The second factor is switched off.").await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let user = UserRow {
        id: 5,
        email: "ines@demo.example".into(),
        name: "Ines Kowalski".into(),
        role: "remote_rep".into(),
        zone: "America/Chicago".into(),
        locale: "en-US".into(),
        active: true,
        ..UserRow::default()
    };
    let session = |id: &str| SessionRow {
        id: id.into(),
        begun_at: 1_795_440_000,
        seen_at: 1_795_444_000,
        about: "192.0.2.7 · <b>Browser</b>".into(),
    };
    let draw = |factor| {
        let sessions = vec![session("a"), session("b")];
        let shown = view(Shell::sample("Your account"), &user, Locale::parse("en-US"), sessions, Some("a"), factor);
        askama::Template::render(&shown).unwrap_or_default()
    };
    vec![
        ("own account", draw(FactorState::Off)),
        ("own account, second factor begun", draw(FactorState::Begun(Shown { size: 1, ..Shown::default() }))),
        ("own account, second factor on", draw(FactorState::On { codes: 8 })),
    ]
}
