//! Creating users, giving passwords, switching on and off.
//!
//! What ends sessions also raises the user's epoch, so that a session kept by another server ends too.

use super::super::directory::hash;
use super::super::store::{by_email, by_id, keep_password};
use rounds_kernel::{Error, Permission, Result, Role, UserId};
use rounds_store::{Command, Runner, Tx, args};
use serde::{Deserialize, Serialize};

/// Creates a user, or brings the named fields of an existing one up to date.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateUser {
    /// Sign-in name.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Manager's e-mail; must exist.
    pub manager_email: Option<String>,
    /// IANA time zone.
    pub zone: String,
    /// Minutes a week for planned contacts.
    pub weekly_minutes: i64,
}

fn check(c: &CreateUser) -> Result<()> {
    let bad = |code: &str, cause: String, remedy: &str| Err(Error::invalid(code, cause, remedy));
    if !c.email.contains('@') || c.email.len() > 254 || c.email.contains(char::is_whitespace) {
        return bad("user.email", format!("“{}” is not an e-mail address.", c.email), "Write it as name@company.example.");
    }
    if c.name.trim().is_empty() || c.name.len() > 200 {
        return bad("user.name", "The name is empty or longer than 200 characters.".into(), "Give the full name.");
    }
    if !(0..=10_080).contains(&c.weekly_minutes) {
        return bad("user.minutes", format!("A week has no {} minutes.", c.weekly_minutes), "Give 0 to 10,080 minutes.");
    }
    Ok(())
}

impl Command for CreateUser {
    const NAME: &'static str = "platform.create_user";
    const PERMISSION: Permission = Permission::Administer;
    type Out = UserId;

    async fn run(self, tx: &mut Tx) -> Result<UserId> {
        check(&self)?;
        let email = self.email.trim().to_lowercase();
        let manager = match &self.manager_email {
            None => None,
            Some(m) => {
                let found = by_email(tx, m).await?;
                Some(found.ok_or_else(|| Error::invalid("user.manager", format!("There is no user {m}."), "Create the manager first."))?.id)
            }
        };
        tx.execute(
            "INSERT INTO app_user (email, name, role, manager_id, zone, weekly_minutes, active) VALUES ($1, $2, $3, $4, $5, $6, TRUE) \
             ON CONFLICT (email) DO UPDATE SET name = excluded.name, role = excluded.role, manager_id = excluded.manager_id, \
             zone = excluded.zone, weekly_minutes = excluded.weekly_minutes",
            args![email.clone(), self.name.trim(), self.role.code(), manager, self.zone, self.weekly_minutes],
        )
        .await?;
        let user = by_email(tx, &email).await?.ok_or_else(|| Error::internal("a user vanished"))?;
        Ok(UserId(user.id))
    }
}

/// Keeps a hashed password for a user; ends the user's other sessions.
#[derive(Serialize)]
pub struct SetPassword {
    user: UserId,
    #[serde(skip)]
    hash: String,
}

impl SetPassword {
    /// Hashes `password` and keeps it.
    ///
    /// # Errors
    /// `user.password_short` below 12 characters (NIST SP 800-63B asks for length, not for signs).
    pub async fn give(runner: &Runner, actor: &rounds_kernel::Actor, email: &str, password: String) -> Result<()> {
        let user = by_email(&runner.db, email)
            .await?
            .ok_or_else(|| Error::invalid("user.unknown", format!("There is no user {email}."), "Create the user first."))?;
        crate::passwords::check(&password, &user.email, &user.name)?;
        let hash = hash(password).await?;
        runner.run(actor, Self { user: UserId(user.id), hash }).await
    }
}

impl Command for SetPassword {
    const NAME: &'static str = "platform.set_password";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        keep_password(tx, self.user, &self.hash).await
    }
}

/// Switches a user on or off. Nobody can switch themselves off.
#[derive(Debug, Serialize)]
pub struct SetActive {
    /// The user.
    pub user: UserId,
    /// On or off.
    pub active: bool,
}

impl Command for SetActive {
    const NAME: &'static str = "platform.set_active";
    const PERMISSION: Permission = Permission::Administer;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        if tx.actor.user == Some(self.user) && !self.active {
            return Err(Error::conflict("user.self", "You cannot switch yourself off. Nothing was changed.", "Ask another administrator."));
        }
        let user = by_id(tx, self.user).await?.ok_or_else(|| Error::not_found("user"))?;
        tx.execute("UPDATE app_user SET active = $2, epoch = epoch + 1 WHERE id = $1", args![self.user.0, self.active]).await?;
        rounds_web::end_sessions(tx, self.user, None, None).await?;
        Ok(user.name)
    }
}
