//! The public pages, and what a colleague sees of them on a person's page.

mod centre;
mod confirm;
mod panel;
mod unsubscribe;

pub(super) use centre::{ask_for_data, choices, choose};
pub(super) use confirm::{ask_confirm, confirm};
pub use panel::ChoicesPanel;
pub(super) use panel::{invite, request_confirmation};
pub(super) use unsubscribe::{ask_unsubscribe, unsubscribe};

use super::model::Words;
use axum::response::{Html, IntoResponse, Response};
use rounds_kernel::Actor;
use rounds_web::{Shell, WebResult};

/// Who acts when a person follows their own link.
fn themselves() -> Actor {
    Actor::program("the person, by a signed link")
}

fn shell(words: &Words, title: &str) -> Shell {
    Shell { title: title.to_owned(), path: format!("/{}", words.language), ..Shell::default() }
}

/// One public page with a sentence or two and perhaps a button.
#[derive(askama::Template)]
#[template(path = "choices/templates/plain.html")]
struct PlainPage {
    shell: Shell,
    language: &'static str,
    title: &'static str,
    text: &'static str,
    /// What is agreed to; may be empty.
    quote: String,
    /// None once it is done.
    button: Option<Button>,
    /// A link to all choices.
    more: Option<(String, &'static str)>,
}

/// A button that says yes to the one thing of its link.
struct Button {
    /// The link itself, which is also the form's token.
    to: String,
    words: &'static str,
    /// The hidden field it sends.
    field: (&'static str, &'static str),
}

fn draw(page: &impl askama::Template) -> WebResult<Response> {
    Ok(Html(page.render()?).into_response())
}

/// The client's address as proof; "unknown" where the server was not told.
fn address(from: rounds_web::Address) -> String {
    from.0.map_or("an unknown address".into(), |a| a.to_string())
}

/// Pages drawn from their samples.
pub(super) fn samples() -> Vec<(&'static str, String)> {
    vec![
        ("choices", centre::sample("en")),
        ("choices-de", centre::sample("de")),
        ("choices-confirm", confirm::sample()),
        ("choices-unsubscribe", unsubscribe::sample()),
        ("choices-panel", panel::sample()),
    ]
}
