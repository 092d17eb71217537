//! Preferences from a file, up to 1,000 rows a transaction; a later row for the same person and channel replaces the earlier one.

use rounds_kernel::{Channel, Permission, Result, RowReject};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, Tx, Value, args};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One propensity of one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PreferenceRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The person's key in the source.
    pub person_key: String,
    /// Channel code.
    pub channel: String,
    /// 0 (never) to 1 (always gladly).
    pub weight: f64,
}

/// Imports one chunk of preferences.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPreferences {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<PreferenceRow>,
}

impl Command for ImportPreferences {
    const NAME: &'static str = "consent.import_preferences";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let keys: Vec<&str> = self.rows.iter().map(|r| r.person_key.as_str()).collect();
        let people = crate::ledger::ids_of(tx, "person", "source_key", &keys).await?;
        let mut report = ChunkReport::default();
        // The last row of a person and channel wins; one statement may not touch a row twice.
        let mut weights: BTreeMap<(i64, &'static str), f64> = BTreeMap::new();
        for row in &self.rows {
            match checked(row, &people) {
                Ok((person, channel)) => {
                    weights.insert((person, channel.code()), row.weight);
                }
                Err(reject) => report.rejects.push(reject),
            }
        }
        let rows: Vec<Vec<Value>> = weights.into_iter().map(|((p, c), w)| args![p, c, w, self.source.clone()]).collect();
        let suffix = "ON CONFLICT (person_id, channel) DO UPDATE SET weight = excluded.weight, source = excluded.source";
        report.written = tx.insert_many("preference", &["person_id", "channel", "weight", "source"], rows, suffix).await?;
        Ok(report)
    }
}

fn checked(row: &PreferenceRow, people: &BTreeMap<String, i64>) -> std::result::Result<(i64, Channel), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let person = people.get(&row.person_key).ok_or_else(|| {
        no(
            "import.person_unknown",
            format!("There is no person with the key “{}”.", row.person_key),
            "Import the people first, or correct the key.",
        )
    })?;
    let channel = Channel::parse(&row.channel).ok_or_else(|| {
        no("import.channel", format!("“{}” is not a channel.", row.channel), "Use visit, phone, video, email or webinar.")
    })?;
    if !(0.0..=1.0).contains(&row.weight) {
        return Err(no(
            "import.weight",
            format!("{} is not between 0 and 1.", row.weight),
            "Give the propensity as a share, e.g. 0.35; leave the row out when unknown.",
        ));
    }
    Ok((*person, channel))
}
