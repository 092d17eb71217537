//! Changing a user: name, role, scope, manager, locale, hours; ending their sessions.

use super::super::store::{UserRow, by_email, by_id, managers_above};
use super::SetActive;
use crate::scope::{Grant, give, given};
use rounds_kernel::{Error, Permission, Result, Role, UserId};
use rounds_store::{Command, Query, Tx, args};
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
    /// Second manager's e-mail, under the same rules.
    pub local_manager_email: Option<String>,
    /// Telephone number that customers may call; empty for none.
    pub phone: String,
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
    /// An edit that would change nothing: for whoever changes one field.
    ///
    /// # Errors
    /// Of the database.
    pub async fn as_it_is(db: &impl Query, user: &UserRow) -> Result<Self> {
        let (mut emails, id) = ([None, None], UserId(user.id));
        for (place, manager) in [user.manager_id, user.local_manager_id].into_iter().enumerate() {
            if let Some(m) = manager {
                emails[place] = by_id(db, UserId(m)).await?.map(|m| m.email);
            }
        }
        let [manager_email, local_manager_email] = emails;
        Ok(Self {
            user: id,
            name: user.name.clone(),
            role: user.role(),
            manager_email,
            local_manager_email,
            phone: user.phone.clone(),
            zone: user.zone.clone(),
            locale: user.locale.clone(),
            weekly_minutes: user.weekly_minutes,
            scope: given(db, id).await?,
        })
    }

    fn check(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(Error::invalid("user.name", "The name is empty or longer than 200 characters.", "Give the full name."));
        }
        if !(0..=10_080).contains(&self.weekly_minutes) {
            let cause = format!("A week has no {} minutes.", self.weekly_minutes);
            return Err(Error::invalid("user.minutes", cause, "Give 0 to 10,080 minutes."));
        }
        let odd = |c: char| !c.is_ascii_digit() && !" +-()/.x".contains(c);
        if self.phone.chars().count() > 40 || self.phone.contains(odd) {
            let cause = format!("“{}” is no telephone number. Nothing was changed.", self.phone);
            return Err(Error::invalid("user.phone", cause, "Write digits, spaces and + - ( ) / . x, at most 40, or leave it empty."));
        }
        rounds_web::Locale::known(&self.locale)?;
        rounds_web::known_zone(&self.zone)
    }

    async fn manager(&self, tx: &Tx, email: &Option<String>) -> Result<Option<i64>> {
        let Some(email) = email.as_deref().map(str::trim).filter(|m| !m.is_empty()) else { return Ok(None) };
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

/// The first manager and the local one.
type Managers = (Option<i64>, Option<i64>);

/// What changed, one line a field, for the audit log.
fn differences(before: &UserRow, after: &EditUser, (manager, local): Managers, scope: (&[Grant], &[Grant])) -> Vec<String> {
    let words = |grants: &[Grant]| grants.iter().map(Grant::words).collect::<Vec<_>>().join(", ");
    let id = |m: Option<i64>| m.map_or_else(|| "nobody".to_owned(), |m| format!("user {m}"));
    let pairs = [
        ("name", before.name.clone(), after.name.trim().to_owned()),
        ("role", before.role().label().into(), after.role.label().into()),
        ("manager", id(before.manager_id), id(manager)),
        ("local manager", id(before.local_manager_id), id(local)),
        ("telephone", before.phone.clone(), after.phone.trim().to_owned()),
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
        let managers = (self.manager(tx, &self.manager_email).await?, self.manager(tx, &self.local_manager_email).await?);
        let old = given(tx, self.user).await?;
        for line in differences(&before, &self, managers, (&old, &self.scope)) {
            tx.note(line);
        }
        let sql = "UPDATE app_user SET name = $2, role = $3, manager_id = $4, zone = $5, locale = $6, weekly_minutes = $7, \
                   local_manager_id = $8, phone = $9 WHERE id = $1";
        let (first, local) = managers;
        let local = local.filter(|l| Some(*l) != first);
        let (name, role, phone) = (self.name.trim(), self.role.code(), self.phone.trim());
        tx.execute(sql, args![self.user.0, name, role, first, self.zone, self.locale, self.weekly_minutes, local, phone]).await?;
        if old != self.scope {
            give(tx, self.user, &self.scope).await?;
        }
        if old != self.scope || before.role() != self.role {
            tx.execute("UPDATE app_user SET epoch = epoch + 1 WHERE id = $1", args![self.user.0]).await?;
        }
        Ok(())
    }
}

/// Fields of a user and whether they are on, in one go: what a program sends is done whole or not at all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeUser {
    /// The fields.
    pub edit: EditUser,
    /// On or off; `None` for as it is.
    pub active: Option<bool>,
}

impl Command for ChangeUser {
    const NAME: &'static str = "platform.change_user";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let user = self.edit.user;
        self.edit.run(tx).await?;
        if let Some(active) = self.active {
            SetActive { user, active }.run(tx).await?;
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
