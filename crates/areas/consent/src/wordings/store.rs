//! The wording table.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170300_consent_wording",
            up: "
CREATE TABLE wording (
  id {id}, channel TEXT NOT NULL, purpose TEXT NOT NULL, language TEXT NOT NULL, version BIGINT NOT NULL, text TEXT NOT NULL,
  user_name TEXT NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX wording_version ON wording (channel, purpose, language, version);
",
        }
        .boxed(),
    ]
}
