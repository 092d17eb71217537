//! Accounts: the places that buy and use products.
//!
//! Public: [`Account`], [`AccountRow`], [`ImportAccounts`], [`upsert`], [`place`], [`ids`], [`named`], [`get`], [`zone_of_state`].
//! Routes: `/accounts`, `/accounts.csv`, `/accounts/{id}`. Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::ImportAccounts;
pub use model::{Account, AccountRow, zone_of_state};
pub(crate) use pages::number_facts;
pub use pages::samples;
pub use queries::meant;
pub use store::{get, ids, keep_source, migrations, named, place, preview, settle, upsert};

use crate::identifiers::EntityKind;
use crate::merging;
use crate::panels::Panels;
use axum::extract::{Path, Query, State};
use rounds_kernel::Permission;
use rounds_web::{App, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["account"];

/// Routes of this capability; `panels` are drawn on the page of an account.
pub fn routes(panels: &Panels) -> Vec<Route> {
    let panels = panels.clone();
    let detail = move |State(app): State<App>, visitor: Visitor, Path(id): Path<i64>, Query(ask): Query<pages::DetailAsk>| {
        let page = pages::detail(app.clone(), visitor.clone(), id, ask, panels.clone());
        async move { merging::or_survivor(&app, &visitor, EntityKind::Account, id, page.await).await }
    };
    let mut all = api::routes();
    all.extend([
        Route::get("/accounts", Permission::ReadRecord, pages::list).menu("Customers", "Accounts"),
        Route::get("/accounts.csv", Permission::ReadRecord, pages::csv),
        Route::get("/accounts/{id}", Permission::ReadRecord, detail),
    ]);
    all
}
