//! What one changes about oneself.

use crate::users::{keep_password, keep_preferences};
use rounds_kernel::{Error, Permission, Result, UserId};
use rounds_store::{Command, Tx};
use serde::Serialize;

fn myself(tx: &Tx) -> Result<UserId> {
    tx.actor.user.ok_or_else(|| Error::not_found("user"))
}

/// How dates and numbers are written, and in which zone times are shown.
#[derive(Debug, Serialize)]
pub(super) struct Prefer {
    pub locale: String,
    pub zone: String,
}

impl Command for Prefer {
    const NAME: &'static str = "platform.prefer";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_web::Locale::known(&self.locale)?;
        rounds_web::known_zone(&self.zone)?;
        let user = myself(tx)?;
        keep_preferences(tx, user, &self.locale, &self.zone).await
    }
}

/// Keeps a new password of one's own; all sessions end.
#[derive(Serialize)]
pub(super) struct ChangePassword {
    #[serde(skip)]
    pub hash: String,
}

impl Command for ChangePassword {
    const NAME: &'static str = "platform.change_password";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = UserId;

    async fn run(self, tx: &mut Tx) -> Result<UserId> {
        let user = myself(tx)?;
        keep_password(tx, user, &self.hash).await?;
        rounds_web::end_sessions(tx, user, None, None).await?;
        Ok(user)
    }
}

/// Ends one of one's sessions, or all but the present one.
#[derive(Debug, Serialize)]
pub(super) struct EndSessions {
    pub one: Option<String>,
    #[serde(skip)]
    pub keep: Option<String>,
}

impl Command for EndSessions {
    const NAME: &'static str = "platform.end_sessions";
    const PERMISSION: Permission = Permission::SignedIn;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let user = myself(tx)?;
        rounds_web::end_sessions(tx, user, self.one.as_deref(), self.keep.as_deref()).await
    }
}
