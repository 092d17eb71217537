//! A timeline on a page of its own.

use super::{Ask, Of, Timeline, load};
use crate::as_of::AsOf;
use crate::scope;
use axum::extract::{Path, Query, State};
use rounds_kernel::{AccountId, Error, PersonId, Result, SystemId};
use rounds_store::facts::Subject;
use rounds_store::{Query as _, args};
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(Debug, askama::Template)]
#[template(path = "timeline/templates/page.html")]
struct TimelinePage {
    shell: Shell,
    title: String,
    name: String,
    back: String,
    timeline: Timeline,
}

fn view(shell: Shell, name: String, back: String, timeline: Timeline) -> TimelinePage {
    TimelinePage { shell, title: format!("Timeline of {name}"), name, back, timeline }
}

async fn show(app: App, visitor: Visitor, subject: Subject, (table, folder, id): (&str, &str, i64), ask: Ask) -> Result<TimelinePage> {
    let name = app.db().text(&format!("SELECT name FROM {table} WHERE id = $1"), args![id]).await?;
    let name = name.ok_or_else(|| Error::not_found("record"))?;
    // A customer's times are shown in their zone; a system has many.
    let zone = match subject {
        Subject::Account(_) => app.db().text("SELECT zone FROM account WHERE id = $1", args![id]).await?,
        Subject::Person(_) => {
            let sql = "SELECT a.zone FROM affiliation f JOIN account a ON a.id = f.parent_id WHERE f.child_kind = 'person' AND f.child_id = $1 \
                       AND f.parent_kind = 'account' AND f.valid_to IS NULL ORDER BY f.valid_from DESC, f.id DESC LIMIT 1";
            app.db().text(sql, args![id]).await?
        }
        _ => None,
    };
    let zone = zone.unwrap_or_else(|| visitor.actor.zone.clone());
    let as_of = AsOf::parse(&ask.as_of)?;
    let path = format!("/{folder}/{id}/timeline");
    let back = as_of.link(&format!("/{folder}/{id}"));
    let of = Of { subject, path: &path, whole: &path, zone: &zone };
    let timeline = load(app.db(), &visitor.actor, visitor.now, &of, &ask).await?;
    Ok(view(visitor.shell(&app, &format!("Timeline of {name}")), name, back, timeline))
}

pub(super) async fn of_account(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<Ask>) -> WebResult {
    scope::see_account(app.db(), &visitor.actor, AccountId(id)).await?;
    page(&show(app, visitor, Subject::Account(AccountId(id)), ("account", "accounts", id), ask).await?)
}

pub(super) async fn of_person(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<Ask>) -> WebResult {
    scope::see_person(app.db(), &visitor.actor, PersonId(id)).await?;
    page(&show(app, visitor, Subject::Person(PersonId(id)), ("person", "people", id), ask).await?)
}

pub(super) async fn of_system(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<Ask>) -> WebResult {
    scope::see_system(app.db(), &visitor.actor, SystemId(id)).await?;
    page(&show(app, visitor, Subject::System(SystemId(id)), ("health_system", "systems", id), ask).await?)
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let path = "/systems/3/timeline";
    let whole = Timeline { path: path.into(), whole: String::new(), newest: Some(path.into()), ..Timeline::sample() };
    let none = Timeline { days: Vec::new(), older: None, narrowed: true, newest: None, ..whole.clone() };
    let draw = |timeline| {
        let shell = Shell::sample("Timeline of Northlake <b>Health</b>");
        askama::Template::render(&view(shell, "Northlake <b>Health</b>".into(), "/systems/3".into(), timeline)).unwrap_or_default()
    };
    vec![("timeline", draw(whole)), ("timeline, nothing fits", draw(none))]
}
