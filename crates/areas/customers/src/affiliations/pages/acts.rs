//! The posts of the page.

use super::super::commands::{Close, Correct, Open, Undo};
use super::super::model::{LinkKind, Post};
use super::super::queries::parent_meant;
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Day, Error, Result};
use rounds_web::{App, Flashes, Visitor, WebResult};
use serde::Deserialize;

/// A form of the page; each act reads its own part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::affiliations) struct LinkForm {
    parent: String,
    was_from: String,
    from: String,
    to: String,
    role: String,
    title: String,
    department: String,
    share: String,
    replaces: String,
    reason: String,
}

impl LinkForm {
    fn until(&self) -> Result<Option<Day>> {
        if self.to.trim().is_empty() { Ok(None) } else { Day::parse(&self.to).map(Some) }
    }

    fn post(&self) -> Result<Post> {
        let share = match self.share.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                Error::invalid(
                    "affiliation.post_unclear",
                    format!("“{text}” is no percentage. Nothing was changed."),
                    "Write a whole number of percent, 1 to 100.",
                )
            })?),
        };
        let text = |t: &str| t.trim().to_owned();
        Ok(Post { role: text(&self.role), title: text(&self.title), department: text(&self.department), share })
    }

    fn number(&self) -> Result<i64> {
        self.parent.parse().map_err(|_| Error::not_found("link"))
    }
}

fn back(kind: &str, child: i64) -> String {
    format!("/affiliations/{kind}/{child}")
}

async fn done(flashes: &Flashes, kind: &str, child: i64, text: &str, edit: i64) -> WebResult {
    flashes.good_with_undo(&back(kind, child), text, format!("/affiliations/edits/{edit}/undo")).await
}

pub(in crate::affiliations) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, child)): Path<(String, i64)>,
    Form(form): Form<LinkForm>,
) -> WebResult {
    let link = LinkKind::parse(&kind).ok_or_else(|| Error::not_found("kind of link"))?;
    let command = Open {
        kind: kind.clone(),
        child,
        parent: parent_meant(app.db(), &visitor.actor, link, &form.parent).await?,
        from: Day::parse(&form.from)?,
        to: form.until()?,
        replaces: !form.replaces.is_empty(),
        post: form.post()?,
        confidence: 1.0,
        reason: form.reason,
    };
    let edit = app.runner().run(&visitor.actor, command).await?;
    done(&flashes, &kind, child, "The link was added.", edit).await
}

pub(in crate::affiliations) async fn close(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, child)): Path<(String, i64)>,
    Form(form): Form<LinkForm>,
) -> WebResult {
    let (parent, day) = (form.number()?, Day::parse(&form.to)?);
    let edit = app.runner().run(&visitor.actor, Close { kind: kind.clone(), child, parent, day, reason: form.reason }).await?;
    done(&flashes, &kind, child, "The link was ended.", edit).await
}

pub(in crate::affiliations) async fn correct(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, child)): Path<(String, i64)>,
    Form(form): Form<LinkForm>,
) -> WebResult {
    let command = Correct {
        kind: kind.clone(),
        child,
        parent: form.number()?,
        was_from: Day::parse(&form.was_from)?,
        from: Day::parse(&form.from)?,
        to: form.until()?,
        post: form.post()?,
        reason: form.reason,
    };
    let edit = app.runner().run(&visitor.actor, command).await?;
    done(&flashes, &kind, child, "The link was corrected.", edit).await
}

pub(in crate::affiliations) async fn undo(State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(edit): Path<i64>) -> WebResult {
    let undone = app.runner().run(&visitor.actor, Undo { edit }).await?;
    flashes.good(&back(&undone.kind, undone.child), "The change was undone.").await
}
