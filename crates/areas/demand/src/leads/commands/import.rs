//! Leads from elsewhere, up to 1,000 rows a transaction; importing the same rows again changes nothing.

use super::super::store::{INTO, NewLead, families};
use rounds_consent::ledger::ids_of;
use rounds_kernel::{AccountId, FactKind, NewFact, Permission, PersonId, Result, RowReject, Time};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One captured sign of interest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LeadRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The account's key in the source.
    pub account_key: String,
    /// The person's key in the source, if known.
    pub person_key: Option<String>,
    /// Where the interest showed, e.g. `webinar`.
    pub source: String,
    /// Product family, if known.
    pub family: Option<String>,
    /// What they asked.
    pub note: String,
    /// When.
    pub captured_at: Time,
}

/// Imports one chunk of leads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportLeads {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<LeadRow>,
}

struct Known {
    accounts: BTreeMap<String, i64>,
    people: BTreeMap<String, i64>,
    families: BTreeMap<String, String>,
}

impl Command for ImportLeads {
    const NAME: &'static str = "demand.import_leads";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let known = Known {
            accounts: ids_of(tx, "account", "source_key", &self.rows.iter().map(|r| r.account_key.as_str()).collect::<Vec<_>>()).await?,
            people: ids_of(tx, "person", "source_key", &self.rows.iter().filter_map(|r| r.person_key.as_deref()).collect::<Vec<_>>())
                .await?,
            families: families(tx).await?,
        };
        let (mut rows, mut facts, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
        for row in &self.rows {
            match lead(row, &known, &self.source, tx.now) {
                Ok((new, fact)) => {
                    rows.push(new.values());
                    facts.push(fact);
                }
                Err(reject) => rejects.push(reject),
            }
        }
        let sent = rows.len() as u64;
        let written = tx.insert_many("lead", INTO, rows, "ON CONFLICT (natural_key) DO NOTHING").await?;
        tx.facts(facts).await?;
        let said = self.rows.iter().map(|r| r.note.as_str()).find(|n| !n.is_empty()).unwrap_or_default();
        rounds_customers::screening::heard(tx, said).await?;
        Ok(ChunkReport { unchanged: sent - written, ..ChunkReport::of(written, rejects) })
    }
}

fn lead(row: &LeadRow, known: &Known, source: &str, now: Time) -> std::result::Result<(NewLead, NewFact), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let account = *known.accounts.get(&row.account_key).ok_or_else(|| {
        no(
            "import.account_unknown",
            format!("There is no account with the key “{}”.", row.account_key),
            "Import the accounts first, or correct the key.",
        )
    })?;
    let person = match &row.person_key {
        None => None,
        Some(key) => Some(*known.people.get(key).ok_or_else(|| {
            no(
                "import.person_unknown",
                format!("There is no person with the key “{key}”."),
                "Import the people first, or leave the cell empty.",
            )
        })?),
    };
    if let Some(family) = row.family.as_ref().filter(|f| !known.families.contains_key(*f)) {
        return Err(no(
            "import.family",
            format!("There is no product family “{family}”."),
            "Import the products first, or leave the cell empty.",
        ));
    }
    if row.captured_at > now {
        return Err(no(
            "import.future_date",
            format!("The lead is dated {}, which is still to come.", row.captured_at.day()),
            "Correct the date.",
        ));
    }
    let key = format!("lead:{source}:{}:{}:{}", row.account_key, row.person_key.as_deref().unwrap_or("-"), row.captured_at.0);
    let body = serde_json::json!({ "family": row.family, "note": row.note, "text": format!("Lead captured: {}", row.source) });
    let fact = NewFact {
        account: Some(AccountId(account)),
        person: person.map(PersonId),
        natural_key: Some(key.clone()),
        body,
        ..NewFact::new(FactKind::Lead, row.captured_at, source)
    };
    let new = NewLead {
        account,
        person,
        source: row.source.clone(),
        family: row.family.clone(),
        note: row.note.clone(),
        captured_at: row.captured_at,
        captured_by: None,
        natural_key: Some(key),
    };
    Ok((new, fact))
}
