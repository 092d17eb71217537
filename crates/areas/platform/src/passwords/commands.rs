//! Sending a link, choosing a password with it, unlocking.

use super::model::{LinkFor, fresh, token};
use super::store::subject;
use crate::mail::{Mail, enqueue};
use crate::setup::link;
use crate::users::{UserRow, by_email, by_id};
use rounds_kernel::{Actor, Error, Permission, Result, UserId};
use rounds_store::{Command, Runner, Tx, args};
use serde::Serialize;

/// Writes the mail with the link, if there is such an active user; otherwise nothing, and says nothing.
///
/// # Errors
/// Of the database.
pub async fn send_link(runner: &Runner, actor: &Actor, email: &str, why: LinkFor) -> Result<()> {
    match by_email(&runner.db, email).await?.filter(|u| u.active) {
        Some(user) => runner.run(actor, SendLink { user: UserId(user.id), invitation: why == LinkFor::Invitation }).await,
        None => Ok(()),
    }
}

#[derive(Debug, Serialize)]
struct SendLink {
    user: UserId,
    invitation: bool,
}

impl Command for SendLink {
    const NAME: &'static str = "platform.send_password_link";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let user = by_id(tx, self.user).await?.ok_or_else(|| Error::not_found("user"))?;
        let why = if self.invitation { LinkFor::Invitation } else { LinkFor::Forgotten };
        let address = link(tx, &format!("/password/{}", token(&tx.keys, &user, why, tx.now)?)).await?;
        enqueue(tx, letter(&user, why, &address)).await.map(|_| ())
    }
}

fn letter(user: &UserRow, why: LinkFor, address: &str) -> Mail {
    let (subject, text) = match why {
        LinkFor::Invitation => (
            "Your access to Rounds",
            format!(
                "Hello {},\n\nyou can use Rounds from now on. Choose your password here within seven days:\n\n{address}\n\nYour sign-in name is {}.\n",
                user.name, user.email
            ),
        ),
        LinkFor::Forgotten => (
            "Choose a new password for Rounds",
            format!(
                "Hello {},\n\nsomeone, most likely you, asked for a new password. Choose it here within an hour:\n\n{address}\n\n\
                 If it was not you, do nothing: your password stays as it is.\n",
                user.name
            ),
        ),
    };
    Mail { to: user.email.clone(), subject: subject.into(), text, secret: true, ..Mail::default() }
}

/// Keeps the password chosen by a link, and ends all sessions of the user. The link is void from then on.
#[derive(Serialize)]
pub(super) struct Choose {
    pub user: UserId,
    #[serde(skip)]
    pub state: String,
    #[serde(skip)]
    pub hash: String,
}

impl Command for Choose {
    const NAME: &'static str = "platform.choose_password";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let user = fresh(by_id(tx, self.user).await?, &self.state)?;
        crate::users::keep_password(tx, self.user, &self.hash).await?;
        tx.execute("DELETE FROM sign_in_lock WHERE subject = $1", args![subject(&user.email)]).await?;
        rounds_web::end_sessions(tx, self.user, None, None).await.map(|_| ())
    }
}

/// Lets a locked user try again at once.
#[derive(Debug, Serialize)]
pub struct Unlock {
    /// The user.
    pub user: UserId,
}

impl Command for Unlock {
    const NAME: &'static str = "platform.unlock";
    const PERMISSION: Permission = Permission::Administer;
    type Out = String;

    async fn run(self, tx: &mut Tx) -> Result<String> {
        let user = by_id(tx, self.user).await?.ok_or_else(|| Error::not_found("user"))?;
        tx.execute("DELETE FROM sign_in_lock WHERE subject = $1", args![subject(&user.email)]).await?;
        Ok(user.name)
    }
}
