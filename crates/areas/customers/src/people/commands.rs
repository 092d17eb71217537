//! Importing people.

use super::model::PersonRow;
use super::store;
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 people.
#[derive(Debug, Serialize)]
pub struct ImportPeople {
    /// The people.
    pub rows: Vec<PersonRow>,
}

impl Command for ImportPeople {
    const NAME: &'static str = "customers.import_people";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        // No names: the audit log is read by people who need not see the people themselves.
        serde_json::json!({ "people": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
