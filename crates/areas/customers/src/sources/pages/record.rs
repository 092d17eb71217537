//! `/sources/{kind}/{id}`: why a record says what it says.

use super::{Why, since, why, words};
use crate::identifiers::EntityKind;
use crate::scope;
use crate::sources::commands::{FollowSources, SetByHand};
use crate::sources::model::{SourceRecord, fields};
use crate::sources::store::{self, Past};
use crate::{accounts, people, systems};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{AccountId, Error, Permission, PersonId, Result, SystemId, Time};
use rounds_store::Db;
use rounds_web::components::Column;
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "sources/templates/record.html")]
pub(super) struct RecordPage {
    shell: Shell,
    kind: &'static str,
    id: i64,
    name: String,
    href: String,
    columns: Vec<Column>,
    lines: Vec<Why>,
    past_columns: Vec<Column>,
    past: Vec<[String; 5]>,
    steward: bool,
}

/// What stands on the page.
pub(super) struct Known {
    pub name: String,
    pub records: Vec<SourceRecord>,
    pub rules: crate::sources::Rules,
    pub past: Vec<Past>,
}

pub(super) fn view(shell: Shell, kind: EntityKind, id: i64, known: Known, steward: bool, zone: &str) -> RecordPage {
    let label = |code: &str| fields(kind).iter().find(|f| f.code == code).map_or(code.to_owned(), |f| f.label.to_owned());
    let source = |id: i64| known.records.iter().find(|r| r.id == id).map_or(String::new(), |r| r.source.clone());
    let past = known.past.iter().map(|p| {
        let day = i32::try_from(p.as_of).unwrap_or_default();
        [label(&p.field), source(p.source_record_id), words(&p.field, &p.value), since(day), Time(p.replaced_at).in_zone(zone)]
    });
    let mut lines = why(kind, &known.records, &known.rules);
    for field in fields(kind) {
        if !lines.iter().any(|l| l.code == field.code) {
            lines.push(Why {
                code: field.code,
                label: field.label,
                value: "unknown".into(),
                source: String::new(),
                since: String::new(),
                rule: "no source says anything".into(),
                by_hand: false,
                others: Vec::new(),
            });
        }
    }
    RecordPage {
        kind: kind.code(),
        id,
        href: format!("/{}/{id}", kind.plural()),
        columns: ["Field", "Value", "Whose word, since when", "Why it is believed", "What others say"]
            .iter()
            .map(|c| Column::text(c))
            .collect(),
        past: past.collect(),
        past_columns: ["Field", "Source", "Said", "Since", "Until"].iter().map(|c| Column::text(c)).collect(),
        lines,
        name: known.name,
        steward,
        shell,
    }
}

fn kind_of(code: &str) -> Result<EntityKind> {
    EntityKind::parse(code).ok_or_else(|| Error::not_found("kind of record"))
}

async fn name(db: &Db, visitor: &Visitor, kind: EntityKind, id: i64) -> Result<String> {
    let found = match kind {
        EntityKind::System => {
            scope::see_system(db, &visitor.actor, SystemId(id)).await?;
            systems::get(db, SystemId(id)).await?.map(|s| s.name)
        }
        EntityKind::Account => {
            scope::see_account(db, &visitor.actor, AccountId(id)).await?;
            accounts::get(db, AccountId(id)).await?.map(|a| a.name)
        }
        EntityKind::Person => {
            scope::see_person(db, &visitor.actor, PersonId(id)).await?;
            people::get(db, PersonId(id)).await?.map(|p| p.name)
        }
    };
    found.ok_or_else(|| Error::not_found(kind.code()))
}

pub(in crate::sources) async fn show(State(app): State<App>, visitor: Visitor, Path((kind, id)): Path<(String, i64)>) -> WebResult {
    let (kind, db) = (kind_of(&kind)?, app.db());
    let name = name(db, &visitor, kind, id).await?;
    let records = store::of(db, kind, &[id]).await?.remove(&id).unwrap_or_default();
    let past = store::history(db, &records).await?;
    let known = Known { name, rules: store::rules(db, kind).await?, past, records };
    let steward = visitor.actor.may(Permission::Steward);
    let title = format!("{}: why these values", known.name);
    page(&view(visitor.shell(&app, &title), kind, id, known, steward, &visitor.actor.zone))
}

/// A value set by hand.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources) struct SetForm {
    field: String,
    value: String,
}

type At = Path<(String, i64)>;

pub(in crate::sources) async fn set(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    at: At,
    Form(f): Form<SetForm>,
) -> WebResult {
    let Path((code, id)) = at;
    let kind = kind_of(&code)?;
    app.runner().run(&visitor.actor, SetByHand { kind, id, field: f.field, value: Some(f.value) }).await?;
    flashes.good(&format!("/sources/{code}/{id}"), "Set by hand. It wins over every source until it is taken back.").await
}

pub(in crate::sources) async fn follow(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    at: At,
    Form(f): Form<SetForm>,
) -> WebResult {
    let Path((code, id)) = at;
    let kind = kind_of(&code)?;
    app.runner().run(&visitor.actor, FollowSources { kind, id, field: f.field }).await?;
    flashes.good(&format!("/sources/{code}/{id}"), "The sources decide again.").await
}
