//! Indicators: leading ones (contacts, reach, what became of actions) and lagging ones (orders), in scope. Contacts are read from sums by
//! week ([`Summarise`] keeps them) and from what the fact log holds since.
//!
//! Figures about employees follow the group rule ([`shield`]): no figure stands for fewer than [`SMALLEST_GROUP`] people, or than
//! the strictest country within scope asks for (its works councils' agreement), and there is no list of individuals. Orders are figures about customers and always shown.
//!
//! Public: [`shield`], [`Group`], [`SMALLEST_GROUP`], [`Summarise`], [`ContactSums`]. Routes: `/indicators`. Tables: [`TABLES`].

mod model;
mod pages;
mod queries;
mod store;
#[cfg(test)]
mod tests;

pub use model::{Group, SMALLEST_GROUP, shield};
pub use store::{Summarise, migrations};

use rounds_kernel::{Permission, Result};
use rounds_platform::jobs::{Context, Report, Work};
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["contact_week", "contact_week_total", "contact_week_mark"];

/// Kind of the job that brings the sums of contacts up to date.
pub const CONTACT_SUMS: &str = "contact-sums";

/// [`Summarise`] as recurring work: what came since the last run is counted.
pub struct ContactSums;

#[async_trait::async_trait]
impl Work for ContactSums {
    fn kind(&self) -> &'static str {
        CONTACT_SUMS
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        store::keep_up(&context.runner).await?;
        Ok(serde_json::json!({ "said": "Contacts are counted by week." }))
    }
}

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/indicators", Permission::ReadMeasures, pages::show).menu("Measure", "Indicators")]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}
