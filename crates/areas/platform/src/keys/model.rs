//! Tokens, and what a key is.

use rounds_kernel::{Permission, Result, Time};
use rounds_store::FromQueryResult;

/// A new key's token with what is kept of it.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself: shown once, never kept.
    pub token: String,
    /// Eight digits of it, by which people tell keys apart.
    pub prefix: String,
    /// Its hash.
    pub hash: String,
}

/// Makes a token from the operating system's entropy.
///
/// # Errors
/// When the operating system gives no entropy.
pub fn new_token() -> Result<Token> {
    let secret = rounds_web::secret::token()?;
    let prefix = secret[..8].to_owned();
    let token = format!("rk_{prefix}_{}", &secret[8..]);
    Ok(Token { hash: hash(&token), token, prefix })
}

/// What is kept of a token. Its 32 bytes are random, so that a fast hash is as good as a slow one.
pub(super) fn hash(token: &str) -> String {
    let digest = blake3::derive_key("rounds api key 1", token.as_bytes());
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

/// A key as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct KeyRow {
    pub id: i64,
    pub user_id: i64,
    pub user_name: String,
    pub name: String,
    pub prefix: String,
    pub permissions: String,
    pub own_only: bool,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    pub last_used_at: Option<i64>,
}

impl KeyRow {
    /// What it may do.
    pub fn permissions(&self) -> Vec<Permission> {
        self.permissions.split(',').filter_map(Permission::parse).collect()
    }

    /// Whether it opens anything at `now`.
    pub fn in_force(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at > now.0
    }
}

/// Permissions that only read, for the form's first choice.
pub(super) const READING: &[Permission] = &[
    Permission::ReadRecord,
    Permission::ReadTeam,
    Permission::ReadPlan,
    Permission::ReadDesign,
    Permission::ReadDemand,
    Permission::ReadOrders,
    Permission::ReadMeasures,
    Permission::ReadContracts,
    Permission::ReadAudit,
];
