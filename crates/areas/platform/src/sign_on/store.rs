//! Who is who at the provider.

use crate::setup::{SignOn, load};
use rounds_kernel::{Result, UserId};
use rounds_store::{MigrationTrait, Query, SqlMigration, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_080600_platform_sign_on",
            up: "
CREATE TABLE sign_on_identity (
  issuer TEXT NOT NULL, subject TEXT NOT NULL, user_id BIGINT NOT NULL, linked_at BIGINT NOT NULL, PRIMARY KEY (issuer, subject));
",
        }
        .boxed(),
    ]
}

/// Words of the button at the door, if a provider is set up.
pub async fn label(db: &impl Query) -> Result<Option<String>> {
    let settings = load::<SignOn>(db).await?.ready();
    Ok(settings.map(|s| if s.label.is_empty() { "Sign in with your company account".into() } else { s.label }))
}

/// The user who was linked to this person.
pub(super) async fn linked(db: &impl Query, issuer: &str, subject: &str) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM sign_on_identity WHERE issuer = $1 AND subject = $2";
    let id = db.number(sql, args![issuer, subject]).await?;
    Ok((id > 0).then_some(UserId(id)))
}
