//! Signing in against the user table.

use super::store::{UserRow, by_email, by_id, team_of};
use crate::passwords::Guard;
use crate::scope::Grant;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use rounds_kernel::{Actor, Error, Result, Role, Scope, Time, UserId};
use rounds_store::{Db, Query, args};
use rounds_web::api::KeyHolder;
use rounds_web::{Account, Attempt, Directory, Locale, Second};

/// The directory of the stored users. In demo mode all users share one password that exists in memory only.
pub struct StoredDirectory {
    db: Db,
    demo_password: Option<String>,
}

impl StoredDirectory {
    /// The directory of `db`; `demo_password` is given in demo mode only and never stored.
    pub fn new(db: Db, demo_password: Option<String>) -> Self {
        Self { db, demo_password }
    }
}

#[async_trait::async_trait]
impl Directory for StoredDirectory {
    async fn authenticate(&self, attempt: &Attempt) -> Result<Option<Account>> {
        let (email, password) = (attempt.email.as_str(), attempt.password.as_str());
        let guard = Guard::new(&self.db, attempt.now, email, &attempt.address);
        guard.check().await?;
        let user = by_email(&self.db, email).await?.filter(|u| u.active);
        let demo = self.demo_password.as_ref().is_some_and(|d| rounds_web::secret::equal(d, password));
        let hash = user.as_ref().and_then(|u| u.password_hash.clone());
        // Unknown users cost one hash too, so that timing does not tell who has an account.
        let right = verify(hash, password.to_owned()).await? || demo;
        match user.filter(|_| right) {
            Some(u) => {
                guard.succeeded().await?;
                Ok(Some(account(&self.db, u).await?))
            }
            None => {
                if guard.failed().await? {
                    tracing::warn!("an e-mail was locked after wrong passwords in a row");
                }
                Ok(None)
            }
        }
    }

    async fn second(&self, account: &Account) -> Result<Second> {
        crate::second_factor::needed(&self.db, account.id, account.actor.role).await
    }

    async fn entered(&self, account: &Account, now: Time) -> Result<()> {
        self.db.housekeep("UPDATE app_user SET signed_in_at = $2 WHERE id = $1", args![account.id.0, now.0]).await.map(|_| ())
    }

    async fn sign_on(&self) -> Result<Option<String>> {
        crate::sign_on::label(&self.db).await
    }

    async fn account(&self, id: UserId) -> Result<Option<Account>> {
        match by_id(&self.db, id).await?.filter(|u| u.active) {
            Some(u) => Ok(Some(account(&self.db, u).await?)),
            None => Ok(None),
        }
    }

    async fn key(&self, token: &str, now: Time) -> Result<Option<KeyHolder>> {
        crate::keys::holder(&self.db, token, now).await
    }
}

async fn account(db: &impl Query, user: UserRow) -> Result<Account> {
    // A new password, role or scope, and signing out everywhere, all end what went before.
    let text = format!("{} {} {}", user.password_hash.as_deref().unwrap_or("no password"), user.role, user.epoch);
    let stamp = blake3::hash(text.as_bytes()).as_bytes().to_vec();
    Ok(Account { id: UserId(user.id), locale: Locale::parse(&user.locale), actor: actor(db, &user).await?, stamp })
}

async fn actor(db: &impl Query, user: &UserRow) -> Result<Actor> {
    let role = user.role();
    let id = UserId(user.id);
    let grants = crate::scope::given(db, id).await?;
    let whole = if grants.is_empty() { role.sees_everything() } else { grants.contains(&Grant::All) };
    let team = if grants.is_empty() { role == Role::Manager } else { grants.contains(&Grant::Team) };
    let scope = match (whole, team) {
        (true, _) => Scope::All,
        (_, true) => Scope::CoveredBy(team_of(db, id).await?),
        // Regions and countries stand among the user's own accounts.
        _ => Scope::CoveredBy(vec![id]),
    };
    Ok(Actor { user: Some(UserId(user.id)), name: user.name.clone(), role, scope, zone: user.zone.clone() })
}

/// A user as an actor, for work that runs after they left the page.
///
/// # Errors
/// `user.gone` if the user was switched off or never was.
pub async fn actor_of(db: &impl Query, id: UserId) -> Result<Actor> {
    match by_id(db, id).await?.filter(|u| u.active) {
        Some(u) => actor(db, &u).await,
        None => Err(Error::conflict("user.gone", "The user who asked for this is switched off.", "Ask for it again as another user.")),
    }
}

/// Hashes a password with argon2id (RFC 9106) and a random salt, off the async threads.
pub(crate) async fn hash(password: String) -> Result<String> {
    tokio::task::spawn_blocking(move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()))
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}

/// A hash of nothing anyone knows, to spend the same time on unknown users.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";

/// Whether `password` is the one hashed; as slow for users without one.
pub(crate) async fn verify(hash: Option<String>, password: String) -> Result<bool> {
    let known = hash.is_some();
    let text = hash.unwrap_or_else(|| DECOY.into());
    let right = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&text).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
    })
    .await
    .map_err(Error::internal)?;
    Ok(right && known)
}
