//! A merge is taken apart again.

use super::super::model::Reference;
use super::super::store;
use super::told;
use crate::affiliations;
use crate::identifiers::EntityKind;
use crate::sources;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Query, Tx, args, repoint};
use serde::{Deserialize, Serialize};

/// Takes a merge apart: every row that moved goes back, whatever was kept aside returns, and the merged record has its own page again.
///
/// What was written since stays with the survivor, except the words of sources: they go by the source's key, so what a file said of the
/// merged record meanwhile is found there. Merges into one record are taken apart in the reverse order.
#[derive(Debug, Serialize)]
pub struct Unmerge {
    /// The merge.
    pub merge: i64,
    /// Where rows point at records: all areas' `REFERENCES`.
    #[serde(skip)]
    pub references: Vec<Reference>,
}

/// What was taken apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unmerged {
    /// Code of the kind of both records.
    pub kind: String,
    /// The record that stays.
    pub survivor: i64,
    /// The record that is back.
    pub back: i64,
    /// Rows that went back.
    pub rows: u64,
}

impl Command for Unmerge {
    const NAME: &'static str = "customers.unmerge";
    const PERMISSION: Permission = Permission::Steward;
    type Out = Unmerged;

    async fn run(self, tx: &mut Tx) -> Result<Unmerged> {
        let row = store::merge(tx, self.merge).await?.ok_or_else(|| Error::not_found("merge"))?;
        let kind = EntityKind::parse(&row.entity_kind).ok_or_else(|| Error::internal("a merge of an unknown kind"))?;
        let (survivor, back) = (row.survivor_id, row.merged_id);
        may_undo(tx, kind, &row).await?;
        store::see(tx, &tx.actor, kind, survivor).await?;
        let images = store::images(tx, row.id).await?;
        let table = store::table(kind);
        let untouched = repoint::record(tx, table, survivor).await?.is_some_and(|now| now == images.after_image);
        // The record first: what points at it finds it there.
        repoint::put_back(tx, row.id, table, table).await?;
        affiliations::taken_apart(tx, row.id, kind.code(), survivor).await?;
        let moved = repoint::undo(tx, row.id, &store::links(kind, &self.references), back, survivor).await?;
        affiliations::settle(tx, row.id, kind.code(), [survivor, back]).await?;
        if untouched {
            repoint::restore_record(tx, table, survivor, &images.before_image).await?;
        } else {
            forget(tx, kind, survivor, &images.before_image).await?;
        }
        for (id, told_since) in
            [(survivor, !untouched || heard_since(tx, kind, survivor, row.at).await?), (back, heard_since(tx, kind, back, row.at).await?)]
        {
            if told_since {
                store::settle(tx, kind, &[id]).await?;
            }
        }
        store::index(tx, kind, &[survivor, back]).await?;
        let (at, user) = (tx.now, tx.actor.user.map(|u| u.0));
        tx.execute("UPDATE merge SET undone_at = $2, undone_by = $3 WHERE id = $1", args![row.id, at.0, user]).await?;
        crate::matching::taken_apart(tx, row.id).await?;
        let (kept, gone) = (&row.survivor_name, &row.merged_name);
        tx.fact(told(kind, survivor, at, format!("{gone} ({} {back}) was taken out of this record again", kind.code()))).await?;
        tx.fact(told(kind, back, at, format!("Taken out of {kept} ({} {survivor}) again", kind.code()))).await?;
        tx.publish(&format!("unmerge.{}", kind.code()), serde_json::json!({ "merge": row.id, "survivor": survivor, "back": back })).await?;
        crate::changes::tell(tx, kind, &[survivor, back]).await?;
        Ok(Unmerged { kind: kind.code().into(), survivor, back, rows: moved.rows })
    }
}

/// Fields of the survivor of which no source speaks any more, since the one that did went back with the other record, hold again what
/// they held before the merge. What sources still speak of is settled by their words.
async fn forget(tx: &mut Tx, kind: EntityKind, id: i64, before: &str) -> Result<()> {
    let table = store::table(kind);
    let Some(now) = repoint::record(tx, table, id).await? else { return Ok(()) };
    let read = |image: &str| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(image).map_err(Error::internal);
    let (mut now, before) = (read(&now)?, read(before)?);
    let records = sources::of(tx, kind, &[id]).await?.remove(&id).unwrap_or_default();
    let rules = sources::rules(tx, kind).await?;
    let mut changed = false;
    for field in sources::fields(kind).iter().filter(|f| sources::word_of(&records, &rules, f.code).is_none()) {
        if let (Some(held), Some(was)) = (now.get_mut(field.code), before.get(field.code)) {
            changed |= held != was;
            *held = was.clone();
        }
    }
    if changed {
        repoint::restore_record(tx, table, id, &serde_json::Value::Object(now).to_string()).await?;
    }
    Ok(())
}

/// Refuses a merge that was taken apart already, or on which a later one stands.
async fn may_undo(tx: &Tx, kind: EntityKind, row: &store::MergeRow) -> Result<()> {
    // Two who do it at once wait for each other at the survivor.
    let there = store::lock(tx, kind, [row.survivor_id, row.survivor_id]).await?;
    let now = store::merge(tx, row.id).await?;
    if now.is_none_or(|r| r.undone_at.is_some()) {
        let cause = format!("{} was taken out of {} already. Nothing was changed.", row.merged_name, row.survivor_name);
        return Err(Error::conflict("merge.undone", cause, "Reload the page."));
    }
    let later = store::into(tx, kind, row.survivor_id).await?.into_iter().next().filter(|l| l.id != row.id);
    let blocking = match later {
        Some(later) => Some(later),
        None if there.is_empty() => store::gone(tx, kind, row.survivor_id).await?,
        None => None,
    };
    match blocking {
        None => Ok(()),
        Some(b) => {
            let cause = format!("{} went into {} after this merge. Nothing was changed.", b.merged_name, b.survivor_name);
            Err(Error::conflict("merge.later", cause, "Take that later merge apart first, then this one."))
        }
    }
}

/// Whether a source spoke of the record since `at`.
async fn heard_since(tx: &Tx, kind: EntityKind, id: i64, at: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM source_record WHERE entity_kind = $1 AND entity_id = $2 AND recorded_at > $3";
    Ok(tx.number(sql, args![kind.code(), id, at]).await? > 0)
}
