//! Linking a person at the provider to a user.

use super::model::Person;
use super::store::linked;
use crate::setup::{Place, SignOn, load};
use crate::users::{CreateUser, EditUser, UserRow, by_email, by_id};
use rounds_kernel::{Error, Permission, Result, Role, UserId};
use rounds_store::{Command, Tx, args};
use serde::Serialize;

/// Finds the user of a checked person; links or makes one where the settings allow it, and follows the role that a claim names.
#[derive(Serialize)]
pub(super) struct Recognise {
    issuer: String,
    subject: String,
    email: Option<String>,
    name: String,
    role: Option<Role>,
}

impl Recognise {
    pub(super) fn new(person: Person, settings: &SignOn) -> Self {
        let role = settings.role_of(&person.roles);
        Self { issuer: person.issuer, subject: person.subject, email: person.email, name: person.name, role }
    }

    async fn find(&self, tx: &mut Tx) -> Result<UserRow> {
        if let Some(id) = linked(tx, &self.issuer, &self.subject).await? {
            return by_id(tx, id).await?.ok_or_else(unknown);
        }
        let email = self.email.clone().ok_or_else(unknown)?;
        let user = match by_email(tx, &email).await? {
            Some(user) => user,
            None => self.create(tx, &email).await?,
        };
        let sql = "INSERT INTO sign_on_identity (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4)";
        let now = tx.now.0;
        tx.execute(sql, args![self.issuer.clone(), self.subject.clone(), user.id, now]).await?;
        tx.note(format!("linked to {} at {}", self.subject, self.issuer));
        Ok(user)
    }

    async fn create(&self, tx: &mut Tx, email: &str) -> Result<UserRow> {
        let role = self.role.ok_or_else(unknown)?;
        if !load::<SignOn>(tx).await?.just_in_time {
            return Err(unknown());
        }
        let name = if self.name.trim().is_empty() { email.to_owned() } else { self.name.chars().take(200).collect() };
        let zone = load::<Place>(tx).await?.zone;
        let id = CreateUser { email: email.to_owned(), name, role, manager_email: None, zone, weekly_minutes: 1_500 }.run(tx).await?;
        by_id(tx, id).await?.ok_or_else(unknown)
    }
}

fn unknown() -> Error {
    Error::new(
        rounds_kernel::ErrorKind::Forbidden,
        "sign_on.unknown",
        "The identity provider knows you, but there is no user for you here, or your e-mail is not verified there. Nothing was changed.",
        "Ask an administrator to create a user with the e-mail of your company account.",
    )
}

impl Command for Recognise {
    const NAME: &'static str = "platform.sign_on";
    const PERMISSION: Permission = Permission::Administer;
    type Out = UserId;

    async fn run(self, tx: &mut Tx) -> Result<UserId> {
        let user = self.find(tx).await?;
        if !user.active {
            return Err(unknown());
        }
        if let Some(role) = self.role.filter(|r| *r != user.role()) {
            EditUser { role, ..EditUser::as_it_is(tx, &user).await? }.run(tx).await?;
        }
        Ok(UserId(user.id))
    }
}
