//! A CSV of buying groups.

use crate::groups::model::{GroupKind, GroupRow};
use crate::groups::store;
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const KEY: usize = 0;
const NAME: usize = 1;
const KIND: usize = 2;
const CITY: usize = 3;
const COUNTRY: usize = 4;

/// Reads the groups.
pub(super) struct Groups;

#[async_trait::async_trait]
impl Importer for Groups {
    fn kind(&self) -> &'static str {
        "buying-groups"
    }

    fn title(&self) -> &'static str {
        "Buying groups: GPOs, regional buyers, hospital groups, tender bodies"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("group_key").or(&["gpo_id", "group_id"]),
            Column::required("group_name").or(&["gpo_name"]),
            Column::required("group_kind").or(&["gpo_kind", "kind"]),
            Column::optional("city").or(&["town"]),
            Column::optional("country"),
        ];
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(KEY)
    }

    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut groups = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(kind) = GroupKind::parse(&row.text(KIND).to_lowercase().replace([' ', '-'], "_")) else {
                let cause = format!("“{}” is no kind of buying group.", row.text(KIND));
                let remedy = "Write gpo, regional_buyer, hospital_group or tender_body.";
                report.rejects.push(reject(row.line, "import.group_kind_unknown", cause, remedy));
                continue;
            };
            groups.push(GroupRow {
                line: row.line,
                source_key: row.text(KEY).into(),
                name: row.text(NAME).into(),
                kind,
                city: row.text(CITY).into(),
                country: row.known(COUNTRY).unwrap_or("US").to_uppercase(),
                source: self.kind().into(),
            });
        }
        report.absorb(store::upsert(tx, groups).await?);
        Ok(report)
    }
}
