//! Failed attempts and the locks that follow from them.

use crate::setup::{LockOut, load};
use rounds_kernel::{Error, ErrorKind, Result, Time};
use rounds_store::{Db, FromQueryResult, MigrationTrait, Query, SqlMigration, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_080200_platform_sign_in_lock",
            up: "
CREATE TABLE sign_in_lock (subject TEXT PRIMARY KEY, failures BIGINT NOT NULL, failed_at BIGINT NOT NULL, locked_until BIGINT NOT NULL);
CREATE INDEX sign_in_lock_at ON sign_in_lock (failed_at);
",
        }
        .boxed(),
    ]
}

/// Failures this long ago are forgotten.
const FORGET_MINUTES: i64 = 1_440;

#[derive(FromQueryResult)]
struct LockRow {
    failures: i64,
    locked_until: i64,
}

/// The lock-out of one attempt: by e-mail, known or not, and by address.
pub struct Guard<'a> {
    db: &'a Db,
    now: Time,
    account: String,
    address: Option<String>,
}

impl<'a> Guard<'a> {
    /// For an attempt as `email` from `address` (empty if not known).
    pub fn new(db: &'a Db, now: Time, email: &str, address: &str) -> Self {
        let address = (!address.is_empty()).then(|| format!("address {address}"));
        Self { db, now, account: subject(email), address }
    }

    fn subjects(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.account).chain(self.address.as_ref())
    }

    /// Refuses while the e-mail or the address is locked, also with the right password.
    ///
    /// # Errors
    /// `sign_in.locked`.
    pub async fn check(&self) -> Result<()> {
        for subject in self.subjects() {
            let sql = "SELECT failures, locked_until FROM sign_in_lock WHERE subject = $1";
            let until = self.db.one::<LockRow>(sql, args![subject.clone()]).await?.map_or(0, |r| r.locked_until);
            if until > self.now.0 {
                let seconds = (until - self.now.0 + 999_999) / 1_000_000;
                let wait = if seconds > 90 { format!("{} minutes", (seconds + 59) / 60) } else { format!("{seconds} seconds") };
                return Err(Error::new(
                    ErrorKind::TooMany,
                    "sign_in.locked",
                    "There were too many wrong passwords or codes in a row. Signing in is locked for a while; nothing was changed.",
                    format!("Wait {wait}, or ask an administrator to unlock it."),
                ));
            }
        }
        Ok(())
    }

    /// Counts a failure; says whether it locked the e-mail.
    pub async fn failed(&self) -> Result<bool> {
        let rules = load::<LockOut>(self.db).await?;
        let old = self.now.plus_minutes(-FORGET_MINUTES).0;
        self.db.housekeep("DELETE FROM sign_in_lock WHERE failed_at < $1", args![old]).await?;
        let mut locked = false;
        for subject in self.subjects() {
            let sql = "INSERT INTO sign_in_lock (subject, failures, failed_at, locked_until) VALUES ($1, 1, $2, 0) \
                       ON CONFLICT (subject) DO UPDATE SET failures = sign_in_lock.failures + 1, failed_at = excluded.failed_at";
            self.db.housekeep(sql, args![subject.clone(), self.now.0]).await?;
            let sql = "SELECT failures, locked_until FROM sign_in_lock WHERE subject = $1";
            let failures = self.db.one::<LockRow>(sql, args![subject.clone()]).await?.map_or(0, |r| r.failures);
            let account = *subject == self.account;
            let most = if account { rules.account_failures } else { rules.address_failures };
            if let Some(seconds) = lock_seconds(&rules, failures, most) {
                let sql = "UPDATE sign_in_lock SET locked_until = $2 WHERE subject = $1";
                self.db.housekeep(sql, args![subject.clone(), self.now.0 + seconds * 1_000_000]).await?;
                locked |= account;
            }
        }
        Ok(locked)
    }

    /// Forgets the e-mail's failures after a right password; the address keeps its own.
    pub async fn succeeded(&self) -> Result<()> {
        self.db.housekeep("DELETE FROM sign_in_lock WHERE subject = $1", args![self.account.clone()]).await.map(|_| ())
    }
}

pub(super) fn subject(email: &str) -> String {
    format!("account {}", email.trim().to_lowercase().chars().take(254).collect::<String>())
}

/// How long `failures` in a row lock: from the `most`th on, doubling up to the longest.
fn lock_seconds(rules: &LockOut, failures: i64, most: i64) -> Option<i64> {
    let over = failures - most;
    (over >= 0).then(|| rules.first_seconds.saturating_mul(1 << over.min(20)).min(rules.most_minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_double_up_to_the_longest() {
        let rules = LockOut { account_failures: 5, first_seconds: 30, most_minutes: 60, ..LockOut::default() };
        let of = |failures| lock_seconds(&rules, failures, 5);
        assert_eq!([of(4), of(5), of(6), of(7), of(12), of(400)], [None, Some(30), Some(60), Some(120), Some(3_600), Some(3_600)]);
    }
}
