//! Regions: hospital service areas (HSA) and referral regions (HRR) of ZIP codes, NUTS regions of postcodes, and buying regions.
//!
//! Public: [`RegionRow`], [`ImportRegions`], [`upsert`], [`of_zips`]; [`NutsRow`], [`upsert_nuts`], [`place_accounts`], [`importers`].
//! Tables: [`TABLES`]. No pages: regions show on accounts and systems.

mod commands;
mod import;
mod store;

pub use commands::ImportRegions;
pub use import::importers;
pub use store::{NutsRow, Region, RegionRow, loaded, migrations, nuts_form, of_zips, place_accounts, upsert, upsert_nuts};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["referral_region", "market_region", "postcode_region"];
