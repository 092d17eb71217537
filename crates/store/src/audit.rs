//! Who changed what and when: one entry a command.

use crate::query::Query;
use crate::{Tx, args};
use rounds_kernel::Result;
use sea_orm::FromQueryResult;

/// One audit entry.
#[derive(Debug, Clone, FromQueryResult)]
pub struct AuditRow {
    /// Id, in order.
    pub id: i64,
    /// When, µs UTC.
    pub at: i64,
    /// The user, none for the program itself.
    pub user_id: Option<i64>,
    /// Name at the time.
    pub actor: String,
    /// Role code at the time.
    pub role: String,
    /// Command name.
    pub command: String,
    /// Input as the command shows it, JSON.
    pub input: String,
    /// Lines the command added.
    pub notes: String,
}

pub(crate) async fn append(tx: &mut Tx, command: &str, hash: &str, view: &serde_json::Value) -> Result<()> {
    let (at, user, name, role) = (tx.now.0, tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.actor.role.code());
    let notes = std::mem::take(&mut tx.notes).join("\n");
    tx.execute(
        "INSERT INTO audit (at, user_id, actor, role, command, input_hash, input, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![at, user, name, role, command, hash, view.to_string(), notes],
    )
    .await
    .map(|_| ())
}

/// Entries before the cursor, newest first.
pub async fn page(db: &impl Query, before: Option<i64>, limit: u64) -> Result<Vec<AuditRow>> {
    db.all(
        "SELECT id, at, user_id, actor, role, command, input, notes FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2",
        args![before.unwrap_or(i64::MAX), limit as i64],
    )
    .await
}
