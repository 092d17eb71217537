//! Accounts and their systems as files give them: by source key.

use super::super::model::{AccountSystemRow, LinkKind, Said, Sighting};
use super::see;
use crate::identifiers::EntityKind;
use crate::{accounts, systems};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::Tx;

/// Writes which system accounts are part of. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<AccountSystemRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let accounts = accounts::ids(tx, &rows.iter().map(|r| r.account_key.as_str()).collect::<Vec<_>>()).await?;
    let owners = systems::ids(tx, &rows.iter().map(|r| r.system_key.as_str()).collect::<Vec<_>>()).await?;
    let mut said = Vec::with_capacity(rows.len());
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(child) = accounts.get(&row.account_key).copied() else {
            let cause = format!("There is no account with the key “{}”.", row.account_key);
            report.rejects.push(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."));
            continue;
        };
        let parent = match owners.get(&row.system_key) {
            _ if row.system_key.is_empty() => 0,
            Some(parent) => *parent,
            None => {
                let cause = format!("There is no system with the key “{}”.", row.system_key);
                report.rejects.push(reject(row.line, "import.system_unknown", cause, "Import the systems first, or correct the key."));
                continue;
            }
        };
        lines.push((row.line, child, parent));
        let what = if parent == 0 { Said::Alone } else { Said::Here };
        said.push(Sighting { confidence: row.confidence, ..Sighting::new(child, parent, &row.source, row.from, what) });
    }
    let changes = see(tx, LinkKind::AccountSystem, said).await?;
    for (line, child, parent) in lines {
        let new = changes.opened.contains(&(child, parent));
        let written = new || changes.children.contains(&child);
        report.written += u64::from(written);
        report.created += u64::from(new);
        report.unchanged += u64::from(!written);
        if written {
            report.lines.insert(line);
        }
    }
    crate::changes::tell(tx, EntityKind::Account, &changes.children.iter().copied().collect::<Vec<_>>()).await?;
    if !changes.parents.is_empty() {
        crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(report)
}
