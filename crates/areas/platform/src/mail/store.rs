//! The table of mails.

use super::model::{Mail, MailState};
use rounds_kernel::{Error, Result, Time};
use rounds_store::{Db, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_080000_platform_mail",
            up: "
CREATE TABLE outgoing_mail (
  id {id}, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, html TEXT, headers TEXT NOT NULL, secret BOOLEAN NOT NULL,
  message_id TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, due_at BIGINT NOT NULL, last_error TEXT NOT NULL,
  created_at BIGINT NOT NULL, sent_at BIGINT);
CREATE INDEX outgoing_mail_due ON outgoing_mail (state, due_at);
",
        }
        .boxed(),
    ]
}

/// A mail as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct MailRow {
    pub id: i64,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub html: Option<String>,
    pub headers: String,
    pub message_id: String,
    pub state: String,
    pub attempts: i64,
    pub due_at: i64,
    pub last_error: String,
    pub created_at: i64,
    pub sent_at: Option<i64>,
}

const COLUMNS: &str = "id, recipient, subject, body, html, headers, message_id, state, attempts, due_at, last_error, created_at, sent_at";

/// Puts a mail among those to be sent, in the transaction of the change it tells of. Returns its id.
///
/// # Errors
/// `mail.malformed`.
pub async fn enqueue(tx: &mut Tx, mail: Mail) -> Result<i64> {
    mail.check()?;
    let now = tx.now.0;
    let headers = serde_json::to_string(&mail.headers).map_err(Error::internal)?;
    let message_id = format!("<{}@rounds>", rounds_web::secret::token()?.get(..32).unwrap_or_default());
    tx.insert(
        "outgoing_mail",
        &[
            "recipient",
            "subject",
            "body",
            "html",
            "headers",
            "secret",
            "message_id",
            "state",
            "attempts",
            "due_at",
            "last_error",
            "created_at",
        ],
        args![mail.to, mail.subject, mail.text, mail.html, headers, mail.secret, message_id, MailState::Waiting.code(), 0i64, now, "", now],
    )
    .await
}

pub(super) async fn by_id(db: &impl Query, id: i64) -> Result<Option<MailRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM outgoing_mail WHERE id = $1"), args![id]).await
}

/// The newest mails before the cursor, of one state or of all.
pub(super) async fn page(db: &impl Query, state: Option<MailState>, before: Option<i64>, limit: usize) -> Result<Vec<MailRow>> {
    let before = before.unwrap_or(i64::MAX);
    match state {
        None => {
            db.all(&format!("SELECT {COLUMNS} FROM outgoing_mail WHERE id < $1 ORDER BY id DESC LIMIT $2"), args![before, limit as i64])
                .await
        }
        Some(s) => {
            let sql = format!("SELECT {COLUMNS} FROM outgoing_mail WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
            db.all(&sql, args![s.code(), before, limit as i64]).await
        }
    }
}

/// Mails whose turn it is, and those whose postman died.
pub(super) async fn due(db: &impl Query, now: Time, limit: i64) -> Result<Vec<MailRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM outgoing_mail WHERE state IN ('waiting', 'sending') AND due_at <= $1 ORDER BY due_at, id LIMIT $2");
    db.all(&sql, args![now.0, limit]).await
}

/// Takes a mail for five minutes; of two postmen one succeeds.
pub(super) async fn take(db: &Db, row: &MailRow, now: Time) -> Result<bool> {
    let sql = "UPDATE outgoing_mail SET state = 'sending', due_at = $3 WHERE id = $1 AND due_at = $2 AND state IN ('waiting', 'sending')";
    Ok(db.housekeep(sql, args![row.id, row.due_at, now.plus_minutes(5).0]).await? == 1)
}
