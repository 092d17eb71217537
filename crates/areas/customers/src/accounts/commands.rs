//! Importing accounts.

use super::model::AccountRow;
use super::store;
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 accounts.
#[derive(Debug, Serialize)]
pub struct ImportAccounts {
    /// The accounts.
    pub rows: Vec<AccountRow>,
}

impl Command for ImportAccounts {
    const NAME: &'static str = "customers.import_accounts";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "accounts": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
