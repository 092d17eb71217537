//! A new key for a user.

use super::INTO;
use crate::users::actor_of;
use rounds_kernel::{Error, Permission, Result, UserId};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// The longest a key may live, in days.
const LONGEST_DAYS: i64 = 730;

/// Makes a key that acts as `user`.
#[derive(Debug, Serialize)]
pub struct MakeKey {
    /// In whose name it acts.
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// What it may do: a part of what the user's role may.
    pub permissions: Vec<Permission>,
    /// True to see only accounts that the user covers, even where the role sees more.
    pub own_only: bool,
    /// Days until it ends.
    pub days: i64,
    /// The token's first digits.
    pub prefix: String,
    /// The token's hash; no business of the audit log's.
    #[serde(skip)]
    pub hash: String,
}

impl Command for MakeKey {
    const NAME: &'static str = "platform.make_key";
    const PERMISSION: Permission = Permission::Administer;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            let cause = "The name is empty or longer than 100 characters. No key was made.";
            return Err(Error::conflict("key.name", cause, "Say in a few words what the key is for."));
        }
        if !(1..=LONGEST_DAYS).contains(&self.days) {
            let cause = "A key lives 1 to 730 days. No key was made.";
            return Err(Error::invalid("key.days", cause, "Choose a day within two years; a key can be rotated before it ends."));
        }
        let user = actor_of(tx, self.user).await.map_err(|e| if e.code == "user.gone" { Error::not_found("user") } else { e })?;
        if let Some(beyond) = self.permissions.iter().find(|p| !user.may(**p)) {
            let cause = format!("{} may not do this: {}. No key was made.", user.name, beyond.label());
            return Err(Error::conflict(
                "key.beyond_role",
                cause,
                "A key may do no more than its user: leave it out, or choose another user.",
            ));
        }
        if self.permissions.is_empty() {
            return Err(Error::invalid("key.nothing", "The key would allow nothing. No key was made.", "Choose at least one permission."));
        }
        let codes: Vec<&str> = Permission::ALL.iter().filter(|p| self.permissions.contains(p)).map(|p| p.code()).collect();
        let (now, by) = (tx.now, tx.actor.user.map(|u| u.0));
        let ends = now.plus_days(self.days).0;
        let row = args![self.user.0, name, self.prefix, self.hash, codes.join(","), self.own_only, now.0, by, ends];
        tx.insert("api_key", INTO, row).await
    }
}
