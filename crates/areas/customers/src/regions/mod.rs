//! Referral regions: which hospital service area (HSA) and hospital referral region (HRR) a ZIP code lies in.
//!
//! Public: [`RegionRow`], [`ImportRegions`], [`upsert`], [`of_zips`]. Tables: [`TABLES`]. No pages: regions show on accounts.

mod commands;
mod store;

pub use commands::ImportRegions;
pub use store::{Region, RegionRow, loaded, migrations, of_zips, upsert};

/// Tables this capability owns.
pub const TABLES: &[&str] = &["referral_region"];
