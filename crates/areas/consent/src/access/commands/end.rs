//! A rule that no longer holds.

use rounds_customers::scope::{see_account, see_person};
use rounds_kernel::{AccountId, Error, Permission, PersonId, Result};
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Ends a rule today.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndAccess {
    /// Its number.
    pub id: i64,
}

#[derive(FromQueryResult)]
struct Row {
    person_id: Option<i64>,
    account_id: Option<i64>,
}

impl Command for EndAccess {
    const NAME: &'static str = "consent.end_access";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let row = tx.one::<Row>("SELECT person_id, account_id FROM access_rule WHERE id = $1", args![self.id]).await?;
        match row {
            Some(Row { person_id: Some(p), .. }) => see_person(tx, &tx.actor, PersonId(p)).await?,
            Some(Row { account_id: Some(a), .. }) => see_account(tx, &tx.actor, AccountId(a)).await?,
            Some(_) => tx.actor.require(Permission::WriteRecord)?,
            None => return Err(Error::not_found("access rule")),
        }
        let today = i64::from(tx.now.day().0);
        let sql = "UPDATE access_rule SET valid_to = CASE WHEN valid_from > $2 THEN valid_from ELSE $2 END WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)";
        tx.execute(sql, args![self.id, today]).await.map(|_| ())
    }
}
