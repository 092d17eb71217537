//! Buying groups: organisations through which systems and accounts buy, of their own kind: group purchasing organisations, regional
//! buyers, hospital groups that buy together, bodies that put out tenders. Membership is a dated affiliation, primary or secondary.
//!
//! Public: [`Group`], [`GroupKind`], [`GroupRow`], [`ImportGroups`], [`upsert`], [`ids`], [`meant`], [`get`], [`importers`]. Routes: `/groups`, `/groups.csv`,
//! `/groups/{id}`. Tables: [`TABLES`].

mod commands;
mod import;
mod model;
mod pages;
mod store;

pub use commands::ImportGroups;
pub use import::importers;
pub use model::{Group, GroupKind, GroupRow};
pub use pages::samples;
pub use store::{get, ids, meant, migrations, upsert};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["buying_group"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/groups", Permission::ReadRecord, pages::list).menu("Customers", "Buying groups"),
        Route::get("/groups.csv", Permission::ReadRecord, pages::csv),
        Route::get("/groups/{id}", Permission::ReadRecord, pages::detail),
    ]
}
