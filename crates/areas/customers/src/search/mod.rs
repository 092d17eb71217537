//! Search: keeps systems, accounts, people, products, contracts and tenders findable by name, each with the users who may find them; and
//! by any of their numbers.
//!
//! Public: [`found`], [`index_systems`], [`index_accounts`], [`index_people`], [`index_products`], [`index_contracts`],
//! [`index_tenders`], [`catalogue_again`] (called by imports), [`catch_up`] (when the program starts), [`reindex`] and [`reindex_all`] (called
//! when coverage changes). Routes: `/search`, `/search/suggest` (hits while one types). The index itself belongs to the store.

mod api;
mod pages;
mod queries;
mod store;

pub use queries::found;
pub use store::{
    catalogue_again, catch_up, index_accounts, index_contracts, index_people, index_products, index_systems, index_tenders, reindex,
    reindex_all,
};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.push(Route::get("/search", Permission::ReadRecord, pages::results));
    all.push(Route::get("/search/suggest", Permission::ReadRecord, pages::suggest));
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
