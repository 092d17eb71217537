//! Contracts and tenders: who may buy what at which price, what was promised for it, and when nobody may talk.
//!
//! A contract is a GPO's, a system's or an account's. Its **facilities are an explicit, dated list**: membership of a GPO is not price
//! eligibility. Terms are prices by article and tier, tiers by threshold, commitments by family, and steps of negotiation and
//! implementation; every change of a contract's head is kept as a version. A tender has lots, a deadline and a quiet period during which
//! its facilities are not spoken to about it ([`quiet`], for the gate). Compliance is computed by `serve::compliance` from sales.
//!
//! Public: [`Contract`], [`Facility`], [`Term`], [`get`], [`facilities`], [`terms`], [`of_account`], [`of_group`], [`visible`], [`tender_visible`], [`quiet`], [`Quiet`], [`meet_groups`],
//! [`quiet_people`] (for planning), [`QuietPerson`],
//! [`importers`]. Routes: `/contracts`, `/contracts.csv`, `/contracts/{id}`, `/tenders`, `/tenders.csv`. Tables: [`TABLES`].

mod api;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use import::importers;
pub use model::{BASES, Contract, Facility, POSITIONS, Quiet, Term};
pub use pages::{ContractsPanel, samples, stands};
pub use queries::{QuietPerson, facilities, get, of_account, of_group, quiet, quiet_people, running, tender_visible, terms, visible};
pub use store::{meet_groups, migrations};

use crate::panels::Panels;
use axum::extract::{Path, State};
use rounds_kernel::Permission;
use rounds_web::{App, Route, Visitor};

/// Tables this capability owns.
pub const TABLES: &[&str] =
    &["contract", "contract_version", "contract_facility", "contract_term", "tender", "tender_lot", "tender_facility"];

/// Routes of this capability; `panels` are drawn on the page of a contract.
pub fn routes(panels: &Panels) -> Vec<Route> {
    let panels = panels.clone();
    let one = move |State(app): State<App>, visitor: Visitor, Path(id): Path<i64>| pages::one::show(app, visitor, id, panels.clone());
    let mut all = api::routes();
    all.extend([
        Route::get("/contracts", Permission::ReadContracts, pages::list::list).menu("Customers", "Contracts"),
        Route::get("/contracts.csv", Permission::ReadContracts, pages::list::csv),
        Route::get("/contracts/{id}", Permission::ReadContracts, one),
        Route::get("/tenders", Permission::ReadContracts, pages::tenders::list),
        Route::get("/tenders.csv", Permission::ReadContracts, pages::tenders::csv),
    ]);
    all
}
