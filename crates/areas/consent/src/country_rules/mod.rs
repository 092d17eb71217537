//! What the law of a country asks of outreach, as data: dated, sourced, editable, and no legal advice.
//!
//! A rule says, by channel, whether an unknown permission allows contact; when calls may be made; whether a yes needs a second
//! confirmation; whether a call may be recorded; and whether, and in which groups, figures about employees may be shown. The rules
//! in force come from the file the program ships with (version 0), replaced country by country by what operations wrote since.
//!
//! Public: [`Rules`] (all of them, for planning and the gate), [`CountryRule`], [`Local`], [`Recording`], [`WhenUnknown`],
//! [`may_record`], [`metrics_allowed`], [`named_allowed`], [`strictest`], [`smallest_group`], [`SetCountryRule`]. Routes: `/country-rules`, `/country-rules/{country}` (GET, POST),
//! `/recording`. Tables: [`TABLES`].

mod commands;
mod model;
mod pages;
mod queries;
mod store;

pub use commands::SetCountryRule;
pub use model::{
    Calling, ChannelRule, Channels, CountryRule, Local, MayRecord, Place, Recording, Rules, WhenUnknown, holidays_of, may_record,
    metrics_allowed, named_allowed, strictest,
};
pub use queries::{Version, history, smallest_group};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["country_rule"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/country-rules", Permission::ReadRecord, pages::list).menu("Consent", "Country rules"),
        Route::get("/country-rules/{country}", Permission::ReadRecord, pages::detail),
        Route::post("/country-rules/{country}", Permission::WriteRecord, pages::change),
        Route::get("/recording", Permission::ReadRecord, pages::recording).menu("Consent", "May this call be recorded?"),
    ]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
