//! `/u/{token}`: GET shows the page and changes nothing; POST with `List-Unsubscribe=One-Click` unsubscribes (RFC 8058), as often as
//! it likes.

use super::super::commands::{Answer, Choose};
use super::super::model::{asks_to_unsubscribe, choices_path, read_unsubscribe, words_of};
use super::super::store::addressee;
use super::{Button, PlainPage, address, draw, shell, themselves};
use crate::permissions::State;
use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use rounds_kernel::Error;
use rounds_web::{Address, App, WebResult};

const ONE_CLICK: (&str, &str) = ("List-Unsubscribe", "One-Click");

pub(in super::super) async fn ask_unsubscribe(Shared(app): Shared<App>, Path(token): Path<String>) -> WebResult {
    let what = read_unsubscribe(app.runner().keys(), &token, app.runner().now())?;
    let words = words_of(&addressee(app.db(), what.person).await?.map(|a| a.language).unwrap_or_default());
    draw(&PlainPage {
        shell: shell(words, words.leave_title),
        language: words.language,
        title: words.leave_title,
        text: words.leave_text,
        quote: what.aim.map_or(words.channel(what.channel), |a| words.aim(a)).to_owned(),
        button: Some(Button { to: format!("/u/{token}"), words: words.leave_button, field: ONE_CLICK }),
        more: None,
    })
}

pub(in super::super) async fn unsubscribe(
    Shared(app): Shared<App>,
    Path(token): Path<String>,
    from: Address,
    headers: HeaderMap,
    body: Bytes,
) -> WebResult {
    let (keys, now) = (app.runner().keys(), app.runner().now());
    let what = read_unsubscribe(keys, &token, now)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
    if !asks_to_unsubscribe(kind, &body) {
        let cause = "The request does not say “List-Unsubscribe=One-Click”. Nothing was changed.";
        return Err(Error::invalid("consent.one_click", cause, "Open the link and use its button.").into());
    }
    let who = addressee(app.db(), what.person).await?;
    let words = words_of(&who.as_ref().map(|a| a.language.clone()).unwrap_or_default());
    // Whoever is no longer in the record gets nothing more anyway.
    if who.is_some() {
        let answer = Answer { channel: Some(what.channel), aim: what.aim, state: State::Denied };
        let command =
            Choose { person: what.person, answers: vec![answer], language: None, by: "unsubscribed by link".into(), from: address(from) };
        app.runner().run(&themselves(), command).await?;
    }
    let more = if who.is_some() { Some((choices_path(keys, what.person, now)?, words.more)) } else { None };
    draw(&PlainPage {
        shell: shell(words, words.left_title),
        language: words.language,
        title: words.left_title,
        text: words.left_text,
        quote: String::new(),
        button: None,
        more,
    })
}

pub(super) fn sample() -> String {
    let words = words_of("fr");
    let page = PlainPage {
        shell: shell(words, words.leave_title),
        language: words.language,
        title: words.leave_title,
        text: words.leave_text,
        quote: words.aim(crate::permissions::Aim::Offers).to_owned(),
        button: Some(Button { to: "/u/sample".into(), words: words.leave_button, field: ONE_CLICK }),
        more: None,
    };
    askama::Template::render(&page).unwrap_or_default()
}
