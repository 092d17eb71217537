//! The page of keys.

use super::model::{KeyRow, READING};
use super::{MakeKey, RevokeKey, RotateKey, new_token, store};
use crate::users::{UserRow, all};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{Permission, Time, UserId};
use rounds_web::components::{Choice, Column, Field, Pager};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;
/// Permissions named in the list; the others unfold.
const MOST_LABELS: usize = 4;

#[derive(askama::Template)]
#[template(path = "keys/templates/list.html")]
struct KeysPage {
    shell: Shell,
    /// The token of a key made just now.
    token: Option<String>,
    keys: Vec<Line>,
    columns: Vec<Column>,
    fields: Vec<Field>,
    pager: Pager,
}

struct Line {
    id: i64,
    name: String,
    prefix: String,
    user: String,
    may: String,
    /// How many permissions unfold, and which.
    more: usize,
    rest: String,
    scope: &'static str,
    ends: String,
    used: String,
    state: &'static str,
    tone: &'static str,
    in_force: bool,
}

fn line(k: &KeyRow, zone: &str, now: Time) -> Line {
    let permissions = k.permissions();
    let labels: Vec<&str> = permissions.iter().map(|p| p.label()).collect();
    let (named, more) = labels.split_at(labels.len().min(MOST_LABELS));
    let (state, tone) = match (k.revoked_at, k.in_force(now)) {
        (Some(_), _) => ("Revoked", "plain"),
        (None, false) => ("Ended", "plain"),
        (None, true) => ("In force", "good"),
    };
    Line {
        id: k.id,
        name: k.name.clone(),
        prefix: format!("rk_{}_…", k.prefix),
        user: k.user_name.clone(),
        may: named.join(", "),
        more: more.len(),
        rest: more.join(", "),
        scope: if k.own_only { "Own accounts" } else { "As the user" },
        ends: Time(k.expires_at).in_zone(zone),
        used: k.last_used_at.map_or_else(|| "never".into(), |t| Time(t).in_zone(zone)),
        state,
        tone,
        in_force: k.in_force(now),
    }
}

fn fields(users: &[UserRow]) -> Vec<Field> {
    let people: Vec<Choice> =
        users.iter().filter(|u| u.active).map(|u| Choice::new(u.id.to_string(), format!("{}, {}", u.name, u.role().label()))).collect();
    let may = [("read", "Read only"), ("write", "Read and change, but not administer"), ("all", "Everything the user may")];
    let scope = [("user", "What the user sees"), ("own", "Only accounts the user covers")];
    vec![
        Field { hint: "What it is for, e.g. “ERP, nightly orders”.".into(), ..Field::text("name", "Name", "") },
        Field { options: people, ..Field::text("user", "Acts as", "") },
        Field { options: Choice::list(&may, "read"), ..Field::text("may", "May", "") },
        Field { options: Choice::list(&scope, "user"), ..Field::text("scope", "Sees", "") },
        Field { kind: "number".into(), hint: "1 to 730.".into(), ..Field::text("days", "Days until it ends", "90") },
    ]
}

fn view(shell: Shell, mut rows: Vec<KeyRow>, users: &[UserRow], token: Option<String>, (zone, now): (&str, Time)) -> KeysPage {
    let next = (rows.len() > PER_PAGE).then(|| rows.get(PER_PAGE - 1).map(|k| format!("/keys?before={}", k.id))).flatten();
    rows.truncate(PER_PAGE);
    let columns = ["Name", "Token", "Acts as", "May", "Sees", "Ends", "Last used", "State"].iter().map(|c| Column::text(c)).collect();
    let pager = Pager { shown: format!("{} shown, newest first", rows.len()), next, ..Pager::default() };
    KeysPage { shell, token, keys: rows.iter().map(|k| line(k, zone, now)).collect(), columns, fields: fields(users), pager }
}

#[derive(Deserialize)]
pub(super) struct Ask {
    before: Option<i64>,
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> WebResult {
    let rows = store::page(app.db(), ask.before.unwrap_or(i64::MAX), PER_PAGE + 1, true).await?;
    let users = all(app.db()).await?;
    page(&view(visitor.shell(&app, "API keys"), rows, &users, None, (&visitor.actor.zone, visitor.now)))
}

/// Shows the token once, on the answer itself: it is nowhere else.
async fn with_token(app: &App, visitor: &Visitor, token: String) -> WebResult {
    let rows = store::page(app.db(), i64::MAX, PER_PAGE + 1, true).await?;
    let users = all(app.db()).await?;
    page(&view(visitor.shell(app, "API keys"), rows, &users, Some(token), (&visitor.actor.zone, visitor.now)))
}

#[derive(Deserialize)]
pub(super) struct New {
    name: String,
    user: i64,
    may: String,
    scope: String,
    days: i64,
}

/// What the form's choice means for a user: never more than their role.
fn chosen(may: &str, user: Option<&UserRow>) -> Vec<Permission> {
    let role = user.map(|u| u.role().permissions()).unwrap_or_default();
    let takes = |p: &Permission| match may {
        "all" => true,
        "write" => *p != Permission::Administer,
        _ => READING.contains(p),
    };
    role.iter().copied().filter(takes).collect()
}

pub(super) async fn make(State(app): State<App>, visitor: Visitor, Form(f): Form<New>) -> WebResult {
    let users = all(app.db()).await?;
    let permissions = chosen(&f.may, users.iter().find(|u| u.id == f.user));
    let token = new_token()?;
    let command = MakeKey {
        user: UserId(f.user),
        name: f.name,
        permissions,
        own_only: f.scope == "own",
        days: f.days,
        prefix: token.prefix,
        hash: token.hash,
    };
    app.runner().run(&visitor.actor, command).await?;
    with_token(&app, &visitor, token.token).await
}

pub(super) async fn rotate(State(app): State<App>, visitor: Visitor, Path(key): Path<i64>) -> WebResult {
    let token = new_token()?;
    let command = RotateKey { key, overlap_hours: 24, prefix: token.prefix, hash: token.hash };
    app.runner().run(&visitor.actor, command).await?;
    with_token(&app, &visitor, token.token).await
}

pub(super) async fn revoke(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(key): Path<i64>) -> WebResult {
    let name = app.runner().run(&visitor.actor, RevokeKey { key }).await?;
    flashes.good("/keys", format!("The key “{name}” opens nothing any more.")).await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let now = Time(1_795_444_000_000_000);
    let key = |id, name: &str, revoked: bool| KeyRow {
        id,
        user_id: 1,
        user_name: "Henrik <b>Dahl</b>".into(),
        name: name.into(),
        prefix: "1a2b3c4d".into(),
        permissions: "read_record,read_orders".into(),
        own_only: id == 1,
        created_at: now.0,
        expires_at: now.plus_days(90).0,
        revoked_at: revoked.then_some(now.0),
        last_used_at: (id == 2).then_some(now.0),
    };
    let draw = |rows, token: Option<&str>| {
        let shown = view(Shell::sample("API keys"), rows, &[], token.map(str::to_owned), ("UTC", now));
        askama::Template::render(&shown).unwrap_or_default()
    };
    vec![
        ("keys", draw(vec![key(2, "ERP, nightly orders", false), key(1, "<script>alert(1)</script>", true)], None)),
        ("keys, one made just now", draw(vec![key(2, "ERP", false)], Some("rk_1a2b3c4d_…"))),
        ("keys, none yet", draw(Vec::new(), None)),
    ]
}
