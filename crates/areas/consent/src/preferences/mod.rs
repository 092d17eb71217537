//! How a person likes to be met: a propensity from 0 to 1 for each channel, independent of the others, and by the task at hand (learn,
//! see a demo, order, get support); the language they want; the hours that suit them.
//!
//! What a person *stated* and what we *observed* are kept apart; where both are known, planning follows the statement. No row means
//! unknown, which is not the same as 0.
//!
//! Public: [`Preferences`], [`all`], [`of_person`], [`Task`], [`Origin`], [`StatePreference`], [`ObservePreferences`],
//! [`ImportPreferences`], [`PreferenceFile`], [`PreferencePanel`], [`language_of`], [`set_language`].
//! Routes: `/people/{id}/preference` (POST). Tables: [`TABLES`].

mod api;
mod commands;
mod import;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::{ImportPreferences, ObservePreferences, PreferenceRow, StatePreference};
pub use import::PreferenceFile;
pub use model::{Origin, Task};
pub use pages::PreferencePanel;
pub use queries::{Known, Preferences, Wish, all, language_of, of_person, wish_of};
pub use store::{migrations, set_language};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["preference", "preference_task", "person_wish", "personal_wish"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.push(Route::post("/people/{id}/preference", Permission::WritePermission, pages::state));
    all
}

/// Observes everyone, once a day.
///
/// # Errors
/// Of the database; it is safe to try again.
pub async fn keep_up(runner: &rounds_store::Runner) -> rounds_kernel::Result<()> {
    let program = rounds_kernel::Actor::program("preferences");
    if queries::observed_on(&runner.db).await? == Some(runner.now().day()) {
        return Ok(());
    }
    let mut after = 0;
    loop {
        after = runner.run(&program, ObservePreferences { after }).await?;
        if after == 0 {
            return Ok(());
        }
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
