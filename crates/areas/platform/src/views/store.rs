//! The table.

use super::model::{Views, lasting};
use rounds_kernel::Result;
use rounds_store::{MigrationTrait, Query, SqlMigration, args};
use rounds_web::Visitor;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_110000_platform_view",
            up: "
CREATE TABLE saved_view (
  id {id}, user_id BIGINT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, shared BOOLEAN NOT NULL, at BIGINT NOT NULL,
  UNIQUE (user_id, path, name));
CREATE INDEX saved_view_path ON saved_view (path, shared);
",
        }
        .boxed(),
    ]
}

/// The views of the list at `path` that the visitor may see; `query` is the query of the present page as it was asked for.
pub async fn of(db: &impl Query, visitor: &Visitor, path: &str, query: Option<&str>) -> Result<Views> {
    let user = visitor.actor.user.map_or(0, |u| u.0);
    let sql = "SELECT id, user_id, name, path, query, shared FROM saved_view WHERE path = $1 AND (user_id = $2 OR shared) ORDER BY name, id LIMIT 50";
    let saved = db.all(sql, args![path, user]).await?;
    Ok(Views { path: path.into(), query: lasting(query.unwrap_or_default()), saved, user })
}
