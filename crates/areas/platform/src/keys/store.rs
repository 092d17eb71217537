//! The key table.

use super::model::{KeyRow, hash};
use crate::users::actor_of;
use rounds_kernel::{Error, Permission, Result, Scope, Time, UserId};
use rounds_store::{Db, MigrationTrait, Query, SqlMigration, args};
use rounds_web::api::KeyHolder;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_110500_platform_api_key",
            up: "
CREATE TABLE api_key (
  id {id}, user_id BIGINT NOT NULL, name TEXT NOT NULL, prefix TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, permissions TEXT NOT NULL,
  own_only BOOLEAN NOT NULL, created_at BIGINT NOT NULL, created_by BIGINT, expires_at BIGINT NOT NULL, revoked_at BIGINT,
  last_used_at BIGINT);
CREATE INDEX api_key_user ON api_key (user_id, id);
",
        }
        .boxed(),
    ]
}

const SELECT: &str = "SELECT k.id, k.user_id, u.name AS user_name, k.name, k.prefix, k.permissions, k.own_only, k.created_at, k.expires_at, \
    k.revoked_at, k.last_used_at FROM api_key k JOIN app_user u ON u.id = k.user_id";

/// Keys before `before`, newest first.
pub(super) async fn page(db: &impl Query, before: i64, limit: usize, with_ended: bool) -> Result<Vec<KeyRow>> {
    let sql = format!("{SELECT} WHERE k.id < $1 AND ($2 = 1 OR k.revoked_at IS NULL) ORDER BY k.id DESC LIMIT $3");
    db.all(&sql, args![before, i64::from(with_ended), limit as i64]).await
}

/// A key that was not revoked.
pub(super) async fn get(db: &impl Query, id: i64) -> Result<KeyRow> {
    let row = db.one(&format!("{SELECT} WHERE k.id = $1 AND k.revoked_at IS NULL"), args![id]).await?;
    row.ok_or_else(|| Error::not_found("key"))
}

/// A key's last use is written down at most this often.
const USE_NOTED_US: i64 = 60_000_000;

/// Who holds `token`, if it is in force at `now` and its user still works here. What the key may is never more than the role.
///
/// # Errors
/// When the record cannot be read.
pub async fn holder(db: &Db, token: &str, now: Time) -> Result<Option<KeyHolder>> {
    if !token.starts_with("rk_") || token.len() > 100 {
        return Ok(None);
    }
    let Some(key) = db.one::<KeyRow>(&format!("{SELECT} WHERE k.hash = $1"), args![hash(token)]).await? else { return Ok(None) };
    if !key.in_force(now) {
        return Ok(None);
    }
    let mut actor = match actor_of(db, UserId(key.user_id)).await {
        Ok(actor) => actor,
        Err(e) if e.code == "user.gone" => return Ok(None),
        Err(e) => return Err(e),
    };
    if key.own_only {
        actor.scope = Scope::CoveredBy(vec![UserId(key.user_id)]);
    }
    if key.last_used_at.is_none_or(|at| at < now.0 - USE_NOTED_US) {
        db.housekeep("UPDATE api_key SET last_used_at = $2 WHERE id = $1", args![key.id, now.0]).await?;
    }
    let permissions: Vec<Permission> = key.permissions().into_iter().filter(|p| actor.may(*p)).collect();
    Ok(Some(KeyHolder { key: key.id, actor, permissions }))
}
