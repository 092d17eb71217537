//! Setting up, proving, using and dropping the second factor.

use super::model::{code_hash, new_codes, new_secret, step_of};
use super::store::state_of;
use rounds_kernel::{Actor, Error, Permission, Result, UserId};
use rounds_store::{Command, Query, Tx, args};
use serde::Serialize;
use serde_json::{Value, json};

fn own(actor: &Actor, user: UserId) -> Result<()> {
    if actor.user == Some(user) { Ok(()) } else { Err(Error::not_found("second factor")) }
}

/// Makes a new secret; it counts once a code of it was given.
#[derive(Debug, Serialize)]
pub struct Start {
    /// The user, who acts.
    pub user: UserId,
}

impl Command for Start {
    const NAME: &'static str = "platform.second_factor_start";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        own(&tx.actor, self.user)?;
        if state_of(tx, self.user).await?.is_some_and(|f| f.confirmed_at.is_some()) {
            let cause = "Your second factor is set up already. Nothing was changed.";
            return Err(Error::conflict("second_factor.there", cause, "Switch it off first to set up another app."));
        }
        let secret = new_secret(&tx.keys)?;
        let sql = "INSERT INTO second_factor (user_id, secret, last_step) VALUES ($1, $2, 0) \
                   ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0";
        tx.execute(sql, args![self.user.0, secret]).await.map(|_| ())
    }
}

/// Proves that the app works, and makes the recovery codes, which are told this once.
#[derive(Serialize)]
pub struct Confirm {
    /// The user, who acts.
    pub user: UserId,
    /// Six digits.
    pub code: String,
}

impl Command for Confirm {
    const NAME: &'static str = "platform.second_factor_confirm";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = Vec<String>;

    async fn run(self, tx: &mut Tx) -> Result<Vec<String>> {
        own(&tx.actor, self.user)?;
        let factor = state_of(tx, self.user).await?.filter(|f| f.confirmed_at.is_none()).ok_or_else(|| {
            Error::conflict("second_factor.not_started", "No second factor is being set up. Nothing was changed.", "Start again.")
        })?;
        let step = step_of(&tx.keys, &factor.secret, &self.code, tx.now)?.ok_or_else(wrong)?;
        let (user, now) = (self.user.0, tx.now.0);
        tx.execute("UPDATE second_factor SET confirmed_at = $2, last_step = $3 WHERE user_id = $1", args![user, now, step]).await?;
        tx.execute("DELETE FROM recovery_code WHERE user_id = $1", args![user]).await?;
        let codes = new_codes()?;
        let mut rows = Vec::new();
        for code in &codes {
            rows.push(args![user, code_hash(&tx.keys, user, code)?]);
        }
        tx.insert_many("recovery_code", &["user_id", "hash"], rows, "").await?;
        Ok(codes)
    }

    fn audit_view(&self) -> Value {
        json!({ "user": self.user })
    }
}

fn wrong() -> Error {
    Error::invalid(
        "second_factor.wrong",
        "This code is not right, or it was used already. Nothing was changed.",
        "Type the six digits that the app shows now; check that the phone's clock is right.",
    )
}

/// Takes a code of the app, or a recovery code, once.
#[derive(Serialize)]
pub struct UseCode {
    /// The user, who acts.
    pub user: UserId,
    /// Six digits, or a recovery code.
    pub code: String,
}

impl Command for UseCode {
    const NAME: &'static str = "platform.second_factor_use";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        own(&tx.actor, self.user)?;
        let factor = state_of(tx, self.user).await?.filter(|f| f.confirmed_at.is_some()).ok_or_else(wrong)?;
        let (user, now) = (self.user.0, tx.now.0);
        if let Some(step) = step_of(&tx.keys, &factor.secret, &self.code, tx.now)? {
            let sql = "UPDATE second_factor SET last_step = $2 WHERE user_id = $1 AND last_step < $2";
            return if tx.execute(sql, args![user, step]).await? == 1 { Ok(()) } else { Err(wrong()) };
        }
        let hash = code_hash(&tx.keys, user, &self.code)?;
        let sql = "UPDATE recovery_code SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL";
        if tx.execute(sql, args![user, hash, now]).await? == 0 {
            return Err(wrong());
        }
        let left = tx.number("SELECT COUNT(*) FROM recovery_code WHERE user_id = $1 AND used_at IS NULL", args![user]).await?;
        tx.note(format!("a recovery code was used; {left} are left"));
        Ok(())
    }

    fn audit_view(&self) -> Value {
        json!({ "user": self.user })
    }
}

/// Drops a second factor: one's own, or as an administrator another's who lost the phone and the codes.
#[derive(Debug, Serialize)]
pub struct Drop {
    /// The user.
    pub user: UserId,
}

impl Command for Drop {
    const NAME: &'static str = "platform.second_factor_drop";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if !tx.actor.may(Permission::Administer) {
            own(&tx.actor, self.user)?;
        }
        if tx.number("SELECT COUNT(*) FROM app_user WHERE id = $1", args![self.user.0]).await? == 0 {
            return Err(Error::not_found("user"));
        }
        tx.execute("DELETE FROM recovery_code WHERE user_id = $1", args![self.user.0]).await?;
        tx.execute("DELETE FROM second_factor WHERE user_id = $1", args![self.user.0]).await.map(|_| ())
    }
}
