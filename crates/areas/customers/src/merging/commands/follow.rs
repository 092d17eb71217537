//! Rows that were written under an old id at the very moment of a merge follow it.

use super::super::model::Reference;
use super::super::store;
use crate::identifiers::EntityKind;
use rounds_kernel::{Permission, Result};
use rounds_store::{Command, Tx, repoint};
use serde::Serialize;

/// Merges younger than this are looked at again: no command runs that long.
const YOUNG_US: i64 = 3_600_000_000;

/// On PostgreSQL an import may look a record up, wait, and write under its id after the record was merged. This moves such rows after
/// the merge, and remembers them with it. (SQLite has one writer: nothing can come between.)
#[derive(Debug, Serialize)]
pub struct FollowMerges {
    /// Where rows point at records: all areas' `REFERENCES`.
    #[serde(skip)]
    pub references: Vec<Reference>,
}

impl Command for FollowMerges {
    const NAME: &'static str = "customers.follow_merges";
    const PERMISSION: Permission = Permission::Steward;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let mut moved = 0;
        for merge in store::since(tx, tx.now.0 - YOUNG_US).await? {
            let Some(kind) = EntityKind::parse(&merge.entity_kind) else { continue };
            let links = store::links(kind, &self.references);
            moved += repoint::apply(tx, merge.id, &links, merge.merged_id, merge.survivor_id).await?.rows;
        }
        tx.note(format!("{moved} rows followed their record"));
        Ok(moved)
    }
}
