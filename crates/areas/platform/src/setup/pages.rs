//! The page of settings.

use super::model::{Backups, Form, LockOut, Place, SecondFactor, Section, SessionRules, SignOn, Smtp};
use super::{change, load};
use axum::extract::{Path, State};
use rounds_kernel::{Error, Result};
use rounds_store::Query;
use rounds_web::components::Field;
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "setup/templates/all.html")]
struct SettingsPage {
    shell: Shell,
    sections: Vec<Part>,
    lasting_key: bool,
}

struct Part {
    key: &'static str,
    heading: &'static str,
    about: &'static str,
    fields: Vec<Field>,
}

fn part<S: Section>(section: &S) -> Part {
    // Several sections have a field of the same name: its id on the page carries the section's.
    Part { key: S::KEY, heading: S::TITLE, about: S::ABOUT, fields: section.fields() }
}

async fn parts(db: &impl Query) -> Result<Vec<Part>> {
    Ok(vec![
        part(&load::<Place>(db).await?),
        part(&load::<Smtp>(db).await?),
        part(&load::<SessionRules>(db).await?),
        part(&load::<LockOut>(db).await?),
        part(&load::<SecondFactor>(db).await?),
        part(&load::<SignOn>(db).await?),
        part(&load::<Backups>(db).await?),
    ])
}

pub(super) async fn all(State(app): State<App>, visitor: Visitor) -> WebResult {
    let sections = parts(app.db()).await?;
    page(&SettingsPage { shell: visitor.shell(&app, "Settings"), sections, lasting_key: app.runner().keys().durable() })
}

async fn put<S: Section>(app: &App, visitor: &Visitor, form: &Form) -> Result<&'static str> {
    let next = load::<S>(app.db()).await?.filled(form, app.runner().keys())?;
    change(app.runner(), &visitor.actor, &next).await?;
    Ok(S::TITLE)
}

pub(super) async fn save(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(section): Path<String>,
    axum::Form(form): axum::Form<BTreeMap<String, String>>,
) -> WebResult {
    let form = Form(form);
    let title = match section.as_str() {
        Place::KEY => put::<Place>(&app, &visitor, &form).await?,
        Smtp::KEY => put::<Smtp>(&app, &visitor, &form).await?,
        SessionRules::KEY => put::<SessionRules>(&app, &visitor, &form).await?,
        LockOut::KEY => put::<LockOut>(&app, &visitor, &form).await?,
        SecondFactor::KEY => put::<SecondFactor>(&app, &visitor, &form).await?,
        SignOn::KEY => put::<SignOn>(&app, &visitor, &form).await?,
        Backups::KEY => put::<Backups>(&app, &visitor, &form).await?,
        _ => return Err(Error::not_found("section of the settings").into()),
    };
    flashes.good(&format!("/settings#{section}"), format!("{title}: saved.")).await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let smtp = Smtp {
        host: "mail.demo.example".into(),
        password: "sealed".into(),
        from: "Rounds <b> <rounds@demo.example>".into(),
        ..Smtp::default()
    };
    let sections = vec![
        part(&Place::default()),
        part(&smtp),
        part(&SessionRules::default()),
        part(&LockOut::default()),
        part(&SecondFactor { roles: vec!["admin".into()] }),
        part(&SignOn::default()),
        part(&Backups::default()),
    ];
    let view = SettingsPage { shell: Shell::sample("Settings"), sections, lasting_key: false };
    vec![("settings", askama::Template::render(&view).unwrap_or_default())]
}
