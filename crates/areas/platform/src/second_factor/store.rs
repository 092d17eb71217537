//! Secrets and recovery codes.

use crate::setup::{SecondFactor, load};
use rounds_kernel::{Result, Role, UserId};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args};
use rounds_web::Second;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_080300_platform_second_factor",
            up: "
CREATE TABLE second_factor (user_id BIGINT PRIMARY KEY, secret TEXT NOT NULL, confirmed_at BIGINT, last_step BIGINT NOT NULL);
CREATE TABLE recovery_code (user_id BIGINT NOT NULL, hash TEXT NOT NULL, used_at BIGINT, PRIMARY KEY (user_id, hash));
",
        }
        .boxed(),
    ]
}

/// A user's second factor.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Factor {
    /// The app's secret, sealed.
    pub secret: String,
    /// When a first code proved that the app works; none while it is being set up.
    pub confirmed_at: Option<i64>,
    /// Recovery codes not used yet.
    pub codes_left: i64,
}

/// The second factor of `user`, set up or being set up.
pub async fn state_of(db: &impl Query, user: UserId) -> Result<Option<Factor>> {
    let sql = "SELECT secret, confirmed_at, (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id = f.user_id AND r.used_at IS NULL) AS codes_left \
               FROM second_factor f WHERE user_id = $1";
    db.one(sql, args![user.0]).await
}

/// What `user` owes after the password.
pub async fn needed(db: &impl Query, user: UserId, role: Role) -> Result<Second> {
    if state_of(db, user).await?.is_some_and(|f| f.confirmed_at.is_some()) {
        return Ok(Second::Code);
    }
    let required = load::<SecondFactor>(db).await?.required(role);
    Ok(if required { Second::Enrol } else { Second::NotNeeded })
}
