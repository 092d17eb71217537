//! Importing regions.

use super::store::{self, RegionRow};
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 ZIP codes' regions and places the accounts that stand in them.
#[derive(Debug, Serialize)]
pub struct ImportRegions {
    /// The regions.
    pub rows: Vec<RegionRow>,
}

impl Command for ImportRegions {
    const NAME: &'static str = "customers.import_regions";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "zips": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
