//! Importing affiliations of accounts to systems.

use crate::affiliations::model::AccountSystemRow;
use crate::affiliations::store;
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 affiliations.
#[derive(Debug, Serialize)]
pub struct ImportAffiliations {
    /// The affiliations.
    pub rows: Vec<AccountSystemRow>,
}

impl Command for ImportAffiliations {
    const NAME: &'static str = "customers.import_affiliations";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "affiliations": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
