//! What is kept about a person: all of it handed out on request (GDPR Art. 15), and their words erased (Art. 17) while every count
//! and sum stays as it was.
//!
//! Every table that holds a person's data says so by a [`PersonalData`]; the program hands all of them to [`routes`] and to the
//! commands, and a test finds a table that was forgotten. An erasure is asked for with a reason and confirmed by another user.
//!
//! Public: [`PersonalData`], [`PersonTable`], [`Erase`], [`Registry`], [`own`], [`export`], [`AskForData`], [`AskErasure`],
//! [`ConfirmErasure`], [`RefuseRequest`]. Routes: [`routes`]. Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{AskErasure, AskForData, ConfirmErasure, RefuseRequest};
pub use model::{Erase, PersonTable, PersonalData, Registry};
pub use pages::samples;
pub use queries::{Export, Section, export};
pub use store::{migrations, own};

use axum::extract::{Form, Path, State};
use rounds_kernel::Permission;
use rounds_web::{App, Flashes, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["data_request"];

/// Routes of this capability.
pub fn routes(registry: Registry) -> Vec<Route> {
    let mut all = api::routes(registry.clone());
    let (page, json, confirm) = (registry.clone(), registry.clone(), registry);
    all.extend([
        Route::get("/personal-data", Permission::ProtectData, pages::list).menu("Consent", "Personal data"),
        Route::get("/people/{id}/data", Permission::ProtectData, move |app: State<App>, visitor: Visitor, id: Path<i64>| {
            pages::shown(app, visitor, id, page.clone())
        }),
        Route::get("/people/{id}/data.json", Permission::ProtectData, move |app: State<App>, visitor: Visitor, id: Path<i64>| {
            pages::download(app, visitor, id, json.clone())
        }),
        Route::post("/people/{id}/erasure", Permission::ProtectData, pages::ask),
        Route::post(
            "/personal-data/{id}/confirm",
            Permission::ProtectData,
            move |app: State<App>, visitor: Visitor, flashes: Flashes, id: Path<i64>, form: Form<pages::Confirmation>| {
                pages::confirm(app, visitor, flashes, id, form, confirm.clone())
            },
        ),
        Route::post("/personal-data/{id}/refuse", Permission::ProtectData, pages::refuse),
    ]);
    all
}
