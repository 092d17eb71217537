//! What became of a mail.

use super::model::{MailState, next_try};
use super::store::by_id;
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::Serialize;

/// Keeps what the mail server said.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    /// The mail.
    pub mail: i64,
    /// Why it was not taken; `None` if it was.
    pub error: Option<String>,
    /// Trying again is of no use.
    pub permanent: bool,
}

impl Command for Record {
    const NAME: &'static str = "platform.mail_sent";
    const PERMISSION: Permission = Permission::Administer;
    type Out = MailState;

    async fn run(self, tx: &mut Tx) -> Result<MailState> {
        let (now, mail) = (tx.now, by_id(tx, self.mail).await?.ok_or_else(|| Error::not_found("mail"))?);
        let attempts = mail.attempts + 1;
        let Some(error) = self.error else {
            let sql = "UPDATE outgoing_mail SET state = $2, attempts = $3, sent_at = $4, last_error = '', \
                       body = CASE WHEN secret THEN '' ELSE body END, html = CASE WHEN secret THEN NULL ELSE html END WHERE id = $1";
            tx.execute(sql, args![mail.id, MailState::Sent.code(), attempts, now.0]).await?;
            return Ok(MailState::Sent);
        };
        let next = next_try(attempts, now).filter(|_| !self.permanent);
        let state = if next.is_some() { MailState::Waiting } else { MailState::Dead };
        let sql = "UPDATE outgoing_mail SET state = $2, attempts = $3, due_at = $4, last_error = $5 WHERE id = $1";
        tx.execute(sql, args![mail.id, state.code(), attempts, next.unwrap_or(now).0, error]).await?;
        Ok(state)
    }
}

/// Tries a mail that was given up once more.
#[derive(Debug, Serialize)]
pub struct SendAgain {
    /// The mail.
    pub mail: i64,
}

impl Command for SendAgain {
    const NAME: &'static str = "platform.mail_again";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let now = tx.now.0;
        let sql = "UPDATE outgoing_mail SET state = 'waiting', attempts = 0, due_at = $2 WHERE id = $1 AND state IN ('dead', 'waiting')";
        if tx.execute(sql, args![self.mail, now]).await? == 0 {
            if tx.number("SELECT COUNT(*) FROM outgoing_mail WHERE id = $1", args![self.mail]).await? == 0 {
                return Err(Error::not_found("mail"));
            }
            let cause = "The mail was sent, or is being sent. Nothing was changed.";
            return Err(Error::conflict("mail.not_waiting", cause, "Reload the page to see its present state."));
        }
        Ok(())
    }
}
