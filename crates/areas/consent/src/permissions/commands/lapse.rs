//! Permissions that have run out.

use rounds_kernel::{FactKind, NewFact, Permission, PersonId, Result, Time};
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Closes what has run out, up to 1,000 at a time; the gate does not wait for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LapsePermissions;

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    person_id: i64,
    channel: String,
    expires_at: i64,
}

impl Command for LapsePermissions {
    const NAME: &'static str = "consent.lapse_permissions";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let sql = "SELECT id, person_id, channel, expires_at FROM permission WHERE valid_to IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT 1000";
        let rows = tx.all::<Row>(sql, args![tx.now.0]).await?;
        let mut facts = Vec::new();
        for r in &rows {
            tx.execute("UPDATE permission SET valid_to = $2 WHERE id = $1", args![r.id, r.expires_at]).await?;
            let body = serde_json::json!({ "channel": r.channel, "state": "unknown", "text": "A permission ran out." });
            facts.push(NewFact {
                person: Some(PersonId(r.person_id)),
                natural_key: Some(format!("permission-lapsed:{}", r.id)),
                body,
                ..NewFact::new(FactKind::Permission, Time(r.expires_at), "rounds")
            });
        }
        tx.facts(facts).await?;
        Ok(rows.len() as u64)
    }
}
