//! Pages of the steward: the queue, one pair, all merges.

mod acts;
mod compare;
mod merges;
mod one;
mod panel;
mod queue;
mod sample;

pub use panel::MergedPanel;
pub use sample::samples;

use super::{References, STEWARD};
use axum::Form;
use axum::extract::{Path, State};
use rounds_web::{App, Flashes, Route, Visitor};

pub(super) fn routes(references: References) -> Vec<Route> {
    let refs = references.clone();
    let merge =
        move |State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>, Form(form): Form<acts::MergeForm>| {
            acts::merge(app, visitor, flashes, id, form, refs.clone())
        };
    let refs = references.clone();
    let compared = move |State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(form): Form<compare::CompareForm>| {
        compare::merge(app, visitor, flashes, form, refs.clone())
    };
    let undo = move |State(app): State<App>, visitor: Visitor, flashes: Flashes, Path(id): Path<i64>, Form(form): Form<acts::UndoForm>| {
        acts::undo(app, visitor, flashes, id, form, references.clone())
    };
    vec![
        Route::get("/matching", STEWARD, queue::list).menu("Customers", "Matching"),
        Route::get("/matching.csv", STEWARD, queue::csv),
        Route::get("/matching/merges", STEWARD, merges::list),
        Route::get("/matching/compare", STEWARD, compare::show),
        Route::post("/matching/compare/merge", STEWARD, compared),
        Route::get("/matching/{id}", STEWARD, one::show),
        Route::post("/matching/run", STEWARD, acts::run),
        Route::post("/matching/bulk", STEWARD, acts::bulk),
        Route::post("/matching/auto", STEWARD, acts::auto),
        Route::post("/matching/{id}/merge", STEWARD, merge),
        Route::post("/matching/{id}/different", STEWARD, acts::different),
        Route::post("/matching/{id}/reopen", STEWARD, acts::reopen),
        Route::post("/matching/merges/{id}/undo", STEWARD, undo),
    ]
}

/// Address of a record's page.
fn record(kind: crate::identifiers::EntityKind, id: i64) -> String {
    format!("/{}/{id}", kind.plural())
}

/// A probability in words: never a bare 100 %.
fn percent(p: f64) -> String {
    match p {
        p if p >= 0.9995 => "over 99.9 %".into(),
        p => format!("{:.1} %", p * 100.0),
    }
}
