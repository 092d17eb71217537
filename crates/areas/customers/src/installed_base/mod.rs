//! Installed base: the company's equipment at accounts, its age and when it is due, its service contracts and calls.
//!
//! A device is named by its serial number and article; it stands in a department of an account from its installation to its removal.
//! It is due for replacement on the day its file says, or after the years the catalogue gives its article; without either that is
//! unknown, never a guess. What is used with it per device and month is computed by `serve::pull_through` from orders.
//!
//! Public: [`Device`], [`get`], [`importers`], [`DevicesPanel`]. Routes: `/installed-base`, `/installed-base.csv`, `/devices/{id}`.
//! Tables: [`TABLES`]. Facts: kind `equipment`.

mod api;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use import::importers;
pub use model::Device;
pub use pages::{DevicesPanel, samples};
pub use queries::get;
pub use store::migrations;

use crate::panels::Panels;
use axum::extract::{Path, State};
use rounds_kernel::Permission;
use rounds_web::{App, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["device", "device_service", "service_call"];

/// Routes of this capability; `panels` are drawn on the page of a device.
pub fn routes(panels: &Panels) -> Vec<Route> {
    let panels = panels.clone();
    let one = move |State(app): State<App>, visitor: Visitor, Path(id): Path<i64>| pages::one::show(app, visitor, id, panels.clone());
    let mut all = api::routes();
    all.extend([
        Route::get("/installed-base", Permission::ReadOrders, pages::list::list).menu("Customers", "Installed base"),
        Route::get("/installed-base.csv", Permission::ReadOrders, pages::list::csv),
        Route::get("/devices/{id}", Permission::ReadOrders, one),
    ]);
    all
}
