//! The page of search results.

use super::found;
use crate::identifiers::Reads;
use axum::extract::{Query, State};
use rounds_store::search::Hit;
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Hits shown; more words narrow them down.
const SHOWN: u64 = 50;

#[derive(Debug, askama::Template)]
#[template(path = "search/templates/results.html")]
struct SearchPage {
    shell: Shell,
    asked: String,
    hits: Vec<Hit>,
    more: bool,
}

/// Hits under the search field.
#[derive(Debug, askama::Template)]
#[template(path = "search/templates/suggest.html")]
struct Suggestions {
    hits: Vec<Hit>,
}

/// Hits shown while one types.
const SUGGESTED: u64 = 8;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchAsk {
    q: String,
}

fn view(shell: Shell, asked: &str, mut hits: Vec<Hit>) -> SearchPage {
    let more = hits.len() as u64 > SHOWN;
    hits.truncate(SHOWN as usize);
    SearchPage { shell, asked: asked.trim().to_owned(), hits, more }
}

pub(super) async fn results(State(app): State<App>, visitor: Visitor, Query(ask): Query<SearchAsk>) -> WebResult {
    let hits = found(app.db(), &visitor.actor, Reads::of(|p| visitor.actor.may(p)), &ask.q, SHOWN + 1).await?;
    page(&view(visitor.shell(&app, "Search"), &ask.q, hits))
}

pub(super) async fn suggest(State(app): State<App>, visitor: Visitor, Query(ask): Query<SearchAsk>) -> WebResult {
    page(&Suggestions { hits: found(app.db(), &visitor.actor, Reads::of(|p| visitor.actor.may(p)), &ask.q, SUGGESTED).await? })
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let hit = |title: &str, subtitle: &str, href: &str| Hit { title: title.into(), subtitle: subtitle.into(), href: href.into() };
    let hits = vec![
        hit("Northlake Health", "Health system · Duluth, MN", "/systems/3"),
        hit("North <b>Shore</b> Hospital, Duluth, MN", "Hospital", "/accounts/7"),
        hit("Nora North", "Physician · North Shore Hospital", "/people/31"),
    ];
    let draw = |asked: &str, hits| askama::Template::render(&view(Shell::sample("Search"), asked, hits)).unwrap_or_default();
    vec![("search", draw("north", hits)), ("search, none found", draw("<zz>", Vec::new())), ("search, nothing asked", draw("", Vec::new()))]
}
