//! Identifiers: the numbers and keys by which others know our systems, accounts and people.
//!
//! Public: [`Scheme`] (form and check digit of each kind of number), [`ccn`] (Medicare's hospital number, with its lost zeros), [`put`],
//! [`owners`], [`held_by`], [`of`], [`lookup`] (records by any number), [`keys`] (source keys to ids), [`named`] (names to ids), [`Add`] and [`Remove`] (by hand).
//! Routes: `/identifiers`, `/identifiers/{kind}/{id}` and its posts. Tables: [`TABLES`].

mod api;
mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{Add, Remove};
pub use model::{CCN, CHSP_HOSPITAL, CHSP_SYSTEM, Ccn, EntityKind, NewIdentifier, Reading, SCHEMES, Scheme, Standing, ccn, standing};
pub use pages::samples;
pub use queries::{Found, Reads, lookup};
pub use store::{Held, held_by, keys, migrations, named, of, owners, put};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["identifier"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/identifiers", Permission::ReadRecord, pages::find).menu("Customers", "Numbers"),
        Route::get("/identifiers/{kind}/{id}", Permission::ReadRecord, pages::list),
        Route::post("/identifiers/{kind}/{id}/add", Permission::WriteRecord, pages::add),
        Route::post("/identifiers/{kind}/{id}/remove", Permission::WriteRecord, pages::remove),
    ]);
    all
}
