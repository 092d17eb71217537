//! Importing buying groups.

use super::model::GroupRow;
use super::store;
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 buying groups.
#[derive(Debug, Serialize)]
pub struct ImportGroups {
    /// The groups.
    pub rows: Vec<GroupRow>,
}

impl Command for ImportGroups {
    const NAME: &'static str = "customers.import_groups";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "groups": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
