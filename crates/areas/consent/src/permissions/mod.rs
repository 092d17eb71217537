//! Who may be contacted, how and what for: a dated permission per person, channel and purpose, append-only.
//!
//! "Unknown" is a state of its own: nobody asked yet. What unknown allows depends on the country ([`crate::country_rules`]); a
//! recorded no always stands, a no to a channel beats a yes to a purpose, and `*` (do not contact) beats everything.
//!
//! Public: [`State`], [`Aim`], [`LegalBasis`], [`Reach`], [`current`] (bulk, for planning), [`of_person`], [`of_person_at`],
//! [`history`], [`RecordPermission`], [`LapsePermissions`] (daily), [`PermissionPanel`], [`ImportPermissions`], [`PermissionFile`],
//! [`with_refusals`] (the file of people with its columns of refusals). Routes: `/permissions`, `/permissions/people`, `/people/{id}/permission` (POST). Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{CountReach, ImportPermissions, LapsePermissions, PermissionRow, RecordPermission, Terms};
pub(crate) use commands::{take_answers, write_denial};
pub use import::{PermissionFile, with_refusals};
pub use model::{ANY_CHANNEL, ANY_PURPOSE, Aim, LegalBasis, Reach, State};
pub use pages::PermissionPanel;
pub use queries::{Entry, Reachability, current, history, of_person, of_person_at};
pub use store::{country_of, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["permission", "reach_count", "reach_day"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend([
        Route::get("/permissions", Permission::ReadRecord, pages::overview).menu("Consent", "Reachability"),
        Route::get("/permissions/people", Permission::ReadRecord, pages::people),
        Route::get("/permissions/people.csv", Permission::ReadRecord, pages::people_csv),
        Route::post("/people/{id}/permission", Permission::WritePermission, pages::record),
    ]);
    all
}

/// What the program does about permissions by itself, once in a while: closes what has run out, and counts everyone again when
/// something changed. Harmless when done twice.
pub async fn keep_up(runner: &rounds_store::Runner) -> rounds_kernel::Result<()> {
    let program = rounds_kernel::Actor::program("permissions");
    while runner.run(&program, LapsePermissions).await? > 0 {}
    if queries::stale(&runner.db, runner.now().day()).await? {
        runner.run(&program, CountReach).await?;
    }
    Ok(())
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
