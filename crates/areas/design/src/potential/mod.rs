//! What an account could buy of a product family in a year, ours and others'. Money stands per account and family, never at a person.
//!
//! No row means unknown: a state of its own, shown as such, never a silent zero. A country may have a default for accounts of which
//! nothing is known; it is marked as one wherever it is shown. The share of wallet is what an account bought in twelve months (by the fact
//! log: orders; where there are none, invoices less returns) of its potential.
//!
//! Public: [`Potential`], [`Potentials`], [`Share`], [`all`] (bulk, for planning), [`of_account`], [`ImportPotential`], [`importers`],
//! [`PotentialPanel`]. Routes: `/potential`, `/potential.csv`, `/potential/template.csv`. Tables: [`TABLES`].

mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{ImportPotential, PotentialRow};
pub use model::{Potential, Potentials, Share};
pub use pages::{PotentialPanel, samples};
pub use queries::{all, of_account};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_platform::imports::Importer;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["potential", "potential_default"];

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    import::importers()
}

/// Routes of this capability. The list shows what was ordered, so it is for those who may read orders.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/potential", Permission::ReadOrders, pages::list).menu("Design", "Potential"),
        Route::get("/potential.csv", Permission::ReadOrders, pages::csv),
        Route::get("/potential/template.csv", Permission::ReadOrders, pages::blank),
    ]
}
