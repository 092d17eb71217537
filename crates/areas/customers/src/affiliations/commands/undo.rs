//! Taking an edit back.

use super::{exchange, kind_of};
use crate::affiliations::check;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Takes an edit back; the latest of its child's first.
#[derive(Debug, Clone, Serialize)]
pub struct Undo {
    /// Number of the edit.
    pub edit: i64,
}

/// What was undone: kind of link and child, for the way back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Undone {
    /// Kind of link.
    pub kind: String,
    /// Id of the child.
    pub child: i64,
}

#[derive(FromQueryResult)]
struct Kept {
    child_id: i64,
    kind: String,
    added: String,
    removed: String,
}

impl Command for Undo {
    const NAME: &'static str = "customers.undo_affiliation";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Undone;

    async fn run(self, tx: &mut Tx) -> Result<Undone> {
        let sql = "SELECT child_id, kind, added, removed FROM affiliation_edit WHERE id = $1 AND undone_at IS NULL";
        let kept = tx.one::<Kept>(sql, args![self.edit]).await?.ok_or_else(|| Error::not_found("edit"))?;
        let kind = kind_of(&kept.kind)?;
        check::end_known(tx, &tx.actor, kind.child(), kept.child_id).await?;
        let later = "SELECT COUNT(*) FROM affiliation_edit WHERE child_id = $1 AND kind = $2 AND id > $3 AND undone_at IS NULL";
        if tx.number(later, args![kept.child_id, kept.kind.clone(), self.edit]).await? > 0 {
            return Err(Error::conflict(
                "affiliation.edited_since",
                "The links were edited again after this change. Nothing was undone.",
                "Undo the later changes first, the latest before the others.",
            ));
        }
        let (now, name) = (tx.now.0, tx.actor.name.clone());
        tx.execute("UPDATE affiliation_edit SET undone_at = $1, undone_by = $2 WHERE id = $3", args![now, name, self.edit]).await?;
        let read = |text: &str| serde_json::from_str::<Vec<_>>(text).map_err(Error::internal);
        exchange(tx, kind, kept.child_id, &read(&kept.added)?, read(&kept.removed)?).await?;
        Ok(Undone { kind: kept.kind, child: kept.child_id })
    }
}
