//! Importing products.

use super::store::{self, ProductRow};
use rounds_kernel::{Permission, Result};
use rounds_platform::imports::ChunkReport;
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Writes at most 1,000 products.
#[derive(Debug, Serialize)]
pub struct ImportProducts {
    /// The products.
    pub rows: Vec<ProductRow>,
}

impl Command for ImportProducts {
    const NAME: &'static str = "customers.import_products";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "products": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        store::upsert(tx, self.rows).await
    }
}
