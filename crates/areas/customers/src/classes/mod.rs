//! Classes for analysis: which systems and accounts count as the market, and which are set apart, by rule or by hand.
//!
//! A rule looks at the record as it is: government ownership, systems that reach across the country, chains of surgery centers, behavioral
//! hospitals. A person's word, with its reason, stands against the rule until it is taken back. Everything else is in.
//!
//! Public: [`Class`], [`Classified`], [`classify`], [`Decide`]. Routes: `/classes`, `/classes/decide`. Tables: [`TABLES`]; its `entity_id`
//! points at records of `entity_kind`.

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::Decide;
pub use model::{Class, Classified, Rules, classify};
pub use pages::samples;
pub use queries::load;
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["class_decision"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/classes", Permission::ReadRecord, pages::show).menu("Customers", "Classes"),
        Route::post("/classes/decide", Permission::WriteRecord, pages::decide),
    ]
}
