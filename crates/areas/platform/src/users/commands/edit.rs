//! Changing a user: name, role, scope, manager, locale, hours; ending their sessions.

use super::super::store::{UserRow, by_email, by_id, managers_above};
use crate::scope::{Grant, give, given};
use rounds_kernel::{Error, Permission, Result, Role, UserId};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Brings a user's fields up to date. A change of role or scope ends the user's sessions, so that nobody goes on with old rights.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditUser {
    /// The user.
    pub user: UserId,
    /// Full name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Manager's e-mail; must exist and must not stand below the user.
    pub manager_email: Option<String>,
    /// IANA time zone.
    pub zone: String,
    /// Locale code; empty for the international one.
    pub locale: String,
    /// Minutes a week for planned contacts.
    pub weekly_minutes: i64,
    /// What the user sees; none for what the role sees by default.
    pub scope: Vec<Grant>,
}

impl EditUser {
    fn check(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(Error::invalid("user.name", "The name is empty or longer than 200 characters.", "Give the full name."));
        }
        if !(0..=10_080).contains(&self.weekly_minutes) {
            let cause = format!("A week has no {} minutes.", self.weekly_minutes);
            return Err(Error::invalid("user.minutes", cause, "Give 0 to 10,080 minutes."));
        }
        rounds_web::Locale::known(&self.locale)?;
        rounds_web::known_zone(&self.zone)
    }

    async fn manager(&self, tx: &Tx) -> Result<Option<i64>> {
        let Some(email) = self.manager_email.as_deref().map(str::trim).filter(|m| !m.is_empty()) else { return Ok(None) };
        let manager = by_email(tx, email).await?;
        let manager =
            manager.ok_or_else(|| Error::invalid("user.manager", format!("There is no user {email}."), "Create the manager first."))?;
        let circle =
            manager.id == self.user.0 || managers_above(tx).await?.get(&manager.id).is_some_and(|above| above.contains(&self.user.0));
        if circle {
            let cause = format!("{} stands below this user: managers would form a circle. Nothing was changed.", manager.name);
            return Err(Error::invalid("user.manager_circle", cause, "Choose someone who does not report to this user."));
        }
        Ok(Some(manager.id))
    }
}

/// What changed, one line a field, for the audit log.
fn differences(before: &UserRow, after: &EditUser, manager: Option<i64>, scope: (&[Grant], &[Grant])) -> Vec<String> {
    let words = |grants: &[Grant]| grants.iter().map(Grant::words).collect::<Vec<_>>().join(", ");
    let id = |m: Option<i64>| m.map_or_else(|| "nobody".to_owned(), |m| format!("user {m}"));
    let pairs = [
        ("name", before.name.clone(), after.name.trim().to_owned()),
        ("role", before.role().label().into(), after.role.label().into()),
        ("manager", id(before.manager_id), id(manager)),
        ("time zone", before.zone.clone(), after.zone.clone()),
        ("locale", before.locale.clone(), after.locale.clone()),
        ("minutes a week", before.weekly_minutes.to_string(), after.weekly_minutes.to_string()),
        ("scope", words(scope.0), words(scope.1)),
    ];
    pairs.into_iter().filter(|(_, a, b)| a != b).map(|(what, a, b)| format!("{what}: {a} → {b}")).collect()
}

impl Command for EditUser {
    const NAME: &'static str = "platform.edit_user";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        self.check()?;
        let before = by_id(tx, self.user).await?.ok_or_else(|| Error::not_found("user"))?;
        if tx.actor.user == Some(self.user) && self.role != Role::Admin && before.role() == Role::Admin {
            let cause = "You cannot take the administrator's role from yourself. Nothing was changed.";
            return Err(Error::conflict("user.self", cause, "Ask another administrator."));
        }
        let manager = self.manager(tx).await?;
        let old = given(tx, self.user).await?;
        for line in differences(&before, &self, manager, (&old, &self.scope)) {
            tx.note(line);
        }
        let sql = "UPDATE app_user SET name = $2, role = $3, manager_id = $4, zone = $5, locale = $6, weekly_minutes = $7 WHERE id = $1";
        let row = args![self.user.0, self.name.trim(), self.role.code(), manager, self.zone, self.locale, self.weekly_minutes];
        tx.execute(sql, row).await?;
        if old != self.scope {
            give(tx, self.user, &self.scope).await?;
        }
        if old != self.scope || before.role() != self.role {
            tx.execute("UPDATE app_user SET epoch = epoch + 1 WHERE id = $1", args![self.user.0]).await?;
        }
        Ok(())
    }
}

/// Signs a user out everywhere.
#[derive(Debug, Serialize)]
pub struct EndAllSessions {
    /// The user.
    pub user: UserId,
}

impl Command for EndAllSessions {
    const NAME: &'static str = "platform.sign_out_everywhere";
    const PERMISSION: Permission = Permission::Administer;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let user = by_id(tx, self.user).await?.ok_or_else(|| Error::not_found("user"))?;
        tx.execute("UPDATE app_user SET epoch = epoch + 1 WHERE id = $1", args![self.user.0]).await?;
        rounds_web::end_sessions(tx, self.user, None, None).await?;
        Ok(user.name)
    }
}
