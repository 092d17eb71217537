//! The page of exports, and the downloads.

use super::model::Object;
use super::queries::rows;
use axum::extract::{Path, State};
use rounds_customers::sheets::{self, Cell, Section, Sheet, Table};
use rounds_kernel::{Actor, Error};
use rounds_web::{App, Shell, Visitor, WebResult};

fn view(shell: Shell, actor: &Actor) -> Sheet {
    let may = Object::ALL.iter().filter(|o| actor.may(o.permission()));
    let row = |o: &Object| {
        let file = format!("{}.csv", o.code());
        vec![Cell::text(o.label()), Cell::text(o.about()), Cell::link(file, format!("/exports/{}", o.code()))]
    };
    let table = Table::new("Exports", &["Object", "What it holds", "File"], ("Nothing to export", "Your role may read none of these.", ""))
        .rows(may.map(row));
    Sheet {
        shell,
        title: "Exports".into(),
        sub: "For the systems people keep: CSV with their own field names, within your reach".into(),
        sections: vec![Section::table("", "", table)],
        ..Sheet::default()
    }
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> WebResult {
    view(visitor.shell(&app, "Exports"), &visitor.actor).respond()
}

pub(super) async fn download(State(app): State<App>, visitor: Visitor, Path(object): Path<String>) -> WebResult {
    let object = Object::parse(&object).ok_or_else(|| Error::not_found("export"))?;
    let rows = rows(app.db(), &visitor.actor, object, visitor.now.day()).await?;
    sheets::csv(&format!("{}.csv", object.code()), object.header(), rows)
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    vec![("exports", view(Shell::sample("Exports"), &Actor::program("sample")).draw())]
}
