//! Potentials from a file, up to 1,000 rows a transaction; a newer estimate replaces the older one.

use rounds_consent::ledger::ids_of;
use rounds_kernel::{Permission, Result, RowReject};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, Tx, Value, args};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One estimate.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PotentialRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The account's key in the source.
    pub account_key: String,
    /// Product family.
    pub family: String,
    /// Best estimate for a year.
    pub annual_cents: i64,
    /// Low end.
    pub low_cents: i64,
    /// High end.
    pub high_cents: i64,
}

/// Imports one chunk of estimates, as of today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPotential {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<PotentialRow>,
}

impl Command for ImportPotential {
    const NAME: &'static str = "design.import_potential";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        const INTO: &[&str] = &["account_id", "family", "annual_cents", "low_cents", "high_cents", "source", "as_of"];
        let keys: Vec<&str> = self.rows.iter().map(|r| r.account_key.as_str()).collect();
        let accounts = ids_of(tx, "account", "source_key", &keys).await?;
        let mut rejects = Vec::new();
        // The last row of an account and family wins; one statement may not touch a row twice.
        let mut latest: BTreeMap<(i64, &str), &PotentialRow> = BTreeMap::new();
        for row in &self.rows {
            match checked(row, &accounts) {
                Ok(account) => {
                    latest.insert((account, row.family.trim()), row);
                }
                Err(no) => rejects.push(no),
            }
        }
        let today = i64::from(tx.now.day().0);
        let rows: Vec<Vec<Value>> = latest
            .into_iter()
            .map(|((account, family), r)| args![account, family, r.annual_cents, r.low_cents, r.high_cents, self.source.clone(), today])
            .collect();
        let suffix = "ON CONFLICT (account_id, family) DO UPDATE SET annual_cents = excluded.annual_cents, low_cents = excluded.low_cents, \
                      high_cents = excluded.high_cents, source = excluded.source, as_of = excluded.as_of";
        let written = tx.insert_many("potential", INTO, rows, suffix).await?;
        Ok(ChunkReport::of(written, rejects))
    }
}

fn checked(row: &PotentialRow, accounts: &BTreeMap<String, i64>) -> std::result::Result<i64, RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(row.line, code, cause, remedy));
    let Some(account) = accounts.get(&row.account_key) else {
        return no(
            "import.account_unknown",
            format!("There is no account with the key “{}”.", row.account_key),
            "Import the accounts first, or correct the key.",
        );
    };
    if row.family.trim().is_empty() {
        return no("import.family_blank", "The product family is blank.".into(), "Name the family as in the product list.");
    }
    if row.low_cents < 0 || row.low_cents > row.annual_cents || row.annual_cents > row.high_cents {
        return no(
            "import.potential_range",
            "The estimate does not lie between its low and high end, or is negative.".into(),
            "Give 0 ≤ low ≤ estimate ≤ high; leave the row out when unknown.",
        );
    }
    Ok(*account)
}
