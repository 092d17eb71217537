//! `/confirm/{token}`: GET shows what is agreed to; the button (POST) agrees.

use super::super::commands::Confirm;
use super::super::model::{choices_path, read_confirm, words_of};
use super::super::store::{addressee, confirmation};
use super::{Button, PlainPage, address, draw, shell, themselves};
use axum::extract::{Form, Path, State};
use rounds_kernel::{Error, PersonId};
use rounds_web::{Address, App, WebResult};
use std::collections::BTreeMap;

const AGREE: (&str, &str) = ("agree", "yes");

pub(in super::super) async fn ask_confirm(State(app): State<App>, Path(token): Path<String>) -> WebResult {
    let id = read_confirm(app.runner().keys(), &token, app.runner().now())?;
    let row = confirmation(app.db(), id).await?.ok_or_else(|| Error::not_found("request"))?;
    let words = words_of(&addressee(app.db(), PersonId(row.person_id)).await?.map(|a| a.language).unwrap_or_default());
    let done = row.confirmed_at.is_some();
    draw(&PlainPage {
        shell: shell(words, words.confirm_title),
        language: words.language,
        title: if done { words.confirmed_title } else { words.confirm_title },
        text: if done { words.confirmed_text } else { words.confirm_text },
        quote: row.words,
        button: (!done).then(|| Button { to: format!("/confirm/{token}"), words: words.confirm_button, field: AGREE }),
        more: None,
    })
}

pub(in super::super) async fn confirm(
    State(app): State<App>,
    Path(token): Path<String>,
    from: Address,
    Form(form): Form<BTreeMap<String, String>>,
) -> WebResult {
    let (keys, now) = (app.runner().keys(), app.runner().now());
    let id = read_confirm(keys, &token, now)?;
    if form.get(AGREE.0).map(String::as_str) != Some(AGREE.1) {
        return Err(Error::invalid(
            "consent.agree",
            "The request does not say that you agree. Nothing was changed.",
            "Open the link and use its button.",
        )
        .into());
    }
    app.runner().run(&themselves(), Confirm { confirmation: id, from: address(from) }).await?;
    let row = confirmation(app.db(), id).await?.ok_or_else(|| Error::not_found("request"))?;
    let person = PersonId(row.person_id);
    let words = words_of(&addressee(app.db(), person).await?.map(|a| a.language).unwrap_or_default());
    draw(&PlainPage {
        shell: shell(words, words.confirmed_title),
        language: words.language,
        title: words.confirmed_title,
        text: words.confirmed_text,
        quote: row.words,
        button: None,
        more: Some((choices_path(keys, person, now)?, words.more)),
    })
}

pub(super) fn sample() -> String {
    let words = words_of("it");
    let page = PlainPage {
        shell: shell(words, words.confirm_title),
        language: words.language,
        title: words.confirm_title,
        text: words.confirm_text,
        quote: "Sì, <b>scrivetemi</b> sui vostri prodotti.".into(),
        button: Some(Button { to: "/confirm/sample".into(), words: words.confirm_button, field: AGREE }),
        more: None,
    };
    askama::Template::render(&page).unwrap_or_default()
}
