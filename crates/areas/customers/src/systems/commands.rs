//! Importing systems.

use super::model::SystemRow;
use super::store;
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 systems.
#[derive(Debug, Serialize)]
pub struct ImportSystems {
    /// The systems.
    pub rows: Vec<SystemRow>,
}

impl Command for ImportSystems {
    const NAME: &'static str = "customers.import_systems";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "systems": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
