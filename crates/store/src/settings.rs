//! Few facts about the installation itself, by key.

use crate::query::Query;
use crate::{Tx, args};
use rounds_kernel::Result;

/// Key of the setting that says that the record holds simulated facts; its value says which.
pub const SIMULATED: &str = "simulated";

/// Value of `key`.
pub async fn get(db: &impl Query, key: &str) -> Result<Option<String>> {
    db.text("SELECT value FROM setting WHERE key = $1", args![key]).await
}

/// Sets `key` to `value` where it is technical state, not a change that someone made: no audit entry.
pub async fn remember(db: &crate::Db, key: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    db.housekeep(sql, args![key, value]).await.map(|_| ())
}

/// Sets `key` to `value`.
pub async fn put(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    tx.execute("INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", args![key, value])
        .await
        .map(|_| ())
}
