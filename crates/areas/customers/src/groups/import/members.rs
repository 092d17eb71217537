//! A CSV of who buys through which group, since when.

use crate::affiliations::{self, LinkKind, Said, Sighting};
use crate::{accounts, systems};
use rounds_kernel::{Day, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;
use std::collections::{BTreeMap, HashMap};

const MEMBER: usize = 0;
const GROUP: usize = 1;
const TIER: usize = 2;
const FROM: usize = 3;
const TO: usize = 4;

/// Reads memberships.
pub(super) struct Members;

#[async_trait::async_trait]
impl Importer for Members {
    fn kind(&self) -> &'static str {
        "buying-group-members"
    }

    fn title(&self) -> &'static str {
        "Members of buying groups: systems and accounts"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("member_key").or(&["account_key", "system_key"]),
            Column::required("group_key").or(&["gpo_id", "group_id"]),
            Column::required("tier").or(&["membership"]),
            Column::required("member_from").or(&["from", "valid_from"]).of_days(),
            Column::optional("member_to").or(&["to", "valid_to"]).of_days(),
        ];
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let keys: Vec<&str> = rows.iter().map(|r| r.text(MEMBER)).collect();
        let groups = super::super::ids(tx, &rows.iter().map(|r| r.text(GROUP)).collect::<Vec<_>>()).await?;
        let known = Known { groups, accounts: accounts::ids(tx, &keys).await?, systems: systems::ids(tx, &keys).await? };
        let mut said: BTreeMap<LinkKind, Vec<(u64, Sighting)>> = BTreeMap::new();
        for row in rows {
            match known.read(row, self.kind(), file.received_at.day()) {
                Ok((kind, sightings)) => said.entry(kind).or_default().extend(sightings.into_iter().map(|s| (row.line, s))),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        for (kind, said) in said {
            let rows: Vec<(u64, i64)> = said.iter().filter(|(_, s)| s.said == Said::Opened).map(|(line, s)| (*line, s.child)).collect();
            let changes = affiliations::see(tx, kind, said.into_iter().map(|(_, s)| s).collect()).await?;
            for (line, child) in rows {
                let changed = changes.children.contains(&child);
                report.written += u64::from(changed);
                report.created += u64::from(changed);
                report.unchanged += u64::from(!changed);
                report.lines.insert(line);
            }
        }
        Ok(report)
    }
}

struct Known {
    groups: HashMap<String, i64>,
    accounts: HashMap<String, i64>,
    systems: HashMap<String, i64>,
}

impl Known {
    fn read(&self, row: &Row, source: &str, today: Day) -> std::result::Result<(LinkKind, Vec<Sighting>), RowReject> {
        let group = self.groups.get(row.text(GROUP)).ok_or_else(|| {
            let cause = format!("There is no buying group with the key “{}”.", row.text(GROUP));
            reject(row.line, "import.group_unknown", cause, "Import the groups first, or correct the key.")
        })?;
        let secondary = match row.text(TIER).to_lowercase().as_str() {
            "primary" => false,
            "secondary" => true,
            other => {
                let cause = format!("“{other}” is no tier of membership.");
                return Err(reject(row.line, "import.tier_unknown", cause, "Write primary or secondary."));
            }
        };
        let (account, system) = (self.accounts.get(row.text(MEMBER)), self.systems.get(row.text(MEMBER)));
        let (kind, child) = match (account, system, secondary) {
            (Some(a), _, false) => (LinkKind::AccountGroup, *a),
            (Some(a), _, true) => (LinkKind::AccountGroupToo, *a),
            (None, Some(s), false) => (LinkKind::SystemGroup, *s),
            (None, Some(s), true) => (LinkKind::SystemGroupToo, *s),
            (None, None, _) => {
                let cause = format!("Neither an account nor a system has the key “{}”.", row.text(MEMBER));
                return Err(reject(row.line, "import.member_unknown", cause, "Import accounts and systems first, or correct the key."));
            }
        };
        let Some(from) = row.day(FROM) else {
            return Err(reject(row.line, "import.day_blank", "The membership has no first day.", "Give the day as YYYY-MM-DD."));
        };
        let to = row.day(TO);
        if from > today || to.is_some_and(|to| to <= from) {
            let cause = "The membership begins in the future, or ends before it begins.";
            return Err(reject(row.line, "import.days_unclear", cause, "Correct its days."));
        }
        let mut said = vec![Sighting::new(child, *group, source, from, Said::Opened)];
        // An end that lies ahead is not one yet.
        said.extend(to.filter(|to| *to <= today).map(|to| Sighting::new(child, *group, source, to, Said::Ended)));
        Ok((kind, said))
    }
}
