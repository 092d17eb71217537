//! People: the stakeholders at accounts.
//!
//! Public: [`Person`], [`PersonRow`], [`ImportPeople`], [`upsert`], [`ids`], [`named`], [`get`]. Routes: `/people`, `/people/{id}`.
//! Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::ImportPeople;
pub use model::{Person, PersonRow};
pub use store::{get, ids, keep_source, migrations, named, preview, settle, upsert};

use crate::identifiers::EntityKind;
use crate::merging;
use crate::panels::Panels;
use axum::extract::{Path, Query, State};
use rounds_kernel::Permission;
use rounds_web::{App, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["person"];

/// Routes of this capability; `panels` are drawn on the page of a person.
pub fn routes(panels: &Panels) -> Vec<Route> {
    let panels = panels.clone();
    let detail = move |State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<pages::DetailAsk>| {
        let page = pages::detail(app.clone(), visitor.clone(), id, ask, panels.clone());
        async move { merging::or_survivor(&app, &visitor, EntityKind::Person, id, page.await).await }
    };
    let mut all = api::routes();
    all.extend([
        Route::get("/people", Permission::ReadRecord, pages::list).menu("Customers", "People"),
        Route::get("/people.csv", Permission::ReadRecord, pages::csv),
        Route::get("/people/{id}", Permission::ReadRecord, detail),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
