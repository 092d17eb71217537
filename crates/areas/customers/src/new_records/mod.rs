//! Records entered here, one at a time: an account, a system, or a person somebody met.
//!
//! What is entered is one source's word among others (“entered here”): a file that knows the same record later adds to it, and the rules
//! of survivorship decide between them. A record that looks like one that is there already is refused once, with a way to insist.
//!
//! Public: [`AddAccount`], [`AddPerson`], [`AddSystem`]. Routes: `/records/new` and its posts. Tables: none.

mod api;
mod commands;
mod pages;

pub use commands::{AddAccount, AddPerson, AddSystem};
pub use pages::samples;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/records/new", Permission::WriteProfile, pages::form),
        Route::post("/records/accounts", Permission::WriteRecord, pages::account),
        Route::post("/records/systems", Permission::WriteRecord, pages::system),
        Route::post("/records/people", Permission::WriteProfile, pages::person),
    ]);
    all
}
