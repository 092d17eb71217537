//! Two records that are one become one.

use super::super::model::Reference;
use super::super::store;
use super::told;
use crate::affiliations;
use crate::identifiers::EntityKind;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, args, repoint, search};
use serde::{Deserialize, Serialize};

/// Merges one record into another, with everything that points at it, in one transaction. The surviving id stays; the other's page
/// leads to it, and so do its source keys at later imports.
#[derive(Debug, Serialize)]
pub struct Merge {
    /// Kind of both.
    pub kind: EntityKind,
    /// The record that stays.
    pub survivor: i64,
    /// The record that goes into it.
    pub merged: i64,
    /// Why, in a few words.
    pub reason: String,
    /// Where rows point at records: all areas' `REFERENCES`.
    #[serde(skip)]
    pub references: Vec<Reference>,
}

/// What a merge did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Merged {
    /// Id of the merge, for un-merge.
    pub merge: i64,
    /// Rows that point at the survivor now.
    pub rows: u64,
    /// Rows that would have stood twice, kept with the merge.
    pub removed: u64,
}

impl Command for Merge {
    const NAME: &'static str = "customers.merge";
    const PERMISSION: Permission = Permission::Steward;
    type Out = Merged;

    async fn run(self, tx: &mut Tx) -> Result<Merged> {
        let Self { kind, survivor, merged, .. } = self;
        if survivor == merged {
            return Err(Error::invalid(
                "merge.itself",
                "A record cannot be merged into itself. Nothing was changed.",
                "Choose two records.",
            ));
        }
        let [kept_name, gone_name] = self.names(tx).await?;
        store::keep_source(tx, kind, survivor).await?;
        store::keep_source(tx, kind, merged).await?;
        let table = store::table(kind);
        let before = repoint::record(tx, table, survivor).await?.unwrap_or_default();
        let id = self.note(tx, [&kept_name, &gone_name], &before).await?;
        let moved = repoint::apply(tx, id, &store::links(kind, &self.references), merged, survivor).await?;
        repoint::take_out_record(tx, id, table, merged).await?;
        affiliations::merged(tx, id, kind.code(), survivor).await?;
        store::settle(tx, kind, &[survivor]).await?;
        let after = repoint::record(tx, table, survivor).await?.unwrap_or_default();
        tx.execute(
            "UPDATE merge SET after_image = $2, row_count = $3, removed_count = $4 WHERE id = $1",
            args![id, after, moved.rows as i64, moved.removed as i64],
        )
        .await?;
        search::remove(tx, store::doc_kind(kind), &[merged]).await?;
        store::index(tx, kind, &[survivor]).await?;
        crate::matching::merged(tx, kind, survivor, merged, id).await?;
        let at = tx.now;
        tx.fact(told(kind, survivor, at, format!("{gone_name} ({} {merged}) was merged into this record", kind.code()))).await?;
        tx.note(format!("{} rows moved, {} kept aside", moved.rows, moved.removed));
        let body = serde_json::json!({ "merge": id, "survivor": survivor, "merged": merged });
        tx.publish(&format!("merge.{}", kind.code()), body).await?;
        crate::changes::tell(tx, kind, &[survivor, merged]).await?;
        Ok(Merged { merge: id, rows: moved.rows, removed: moved.removed })
    }
}

impl Merge {
    /// Names of the two, the survivor's first; refuses when one is out of reach or was merged a moment ago.
    async fn names(&self, tx: &Tx) -> Result<[String; 2]> {
        let found = store::lock(tx, self.kind, [self.survivor, self.merged]).await?;
        for id in [self.survivor, self.merged] {
            if !found.iter().any(|(f, _)| *f == id)
                && let Some(earlier) = store::gone(tx, self.kind, id).await?
            {
                let cause = format!("{} went into {} meanwhile. Nothing was changed.", earlier.merged_name, earlier.survivor_name);
                return Err(Error::conflict("merge.gone", cause, "Reload the page; compare with the record it went into, if need be."));
            }
            store::see(tx, &tx.actor, self.kind, id).await?;
        }
        let name = |id: i64| found.iter().find(|(f, _)| *f == id).map(|(_, n)| n.clone()).unwrap_or_default();
        Ok([name(self.survivor), name(self.merged)])
    }

    async fn note(&self, tx: &mut Tx, [kept, gone]: [&str; 2], before: &str) -> Result<i64> {
        let (at, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
        let into = &[
            "entity_kind",
            "survivor_id",
            "merged_id",
            "survivor_name",
            "merged_name",
            "before_image",
            "after_image",
            "reason",
            "row_count",
            "removed_count",
            "at",
            "user_id",
        ];
        let row = args![self.kind.code(), self.survivor, self.merged, kept, gone, before, "", self.reason.clone(), 0i64, 0i64, at, user];
        tx.insert("merge", into, row).await
    }
}
