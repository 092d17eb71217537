//! The country_rule table: one row a change, the latest in force.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170000_consent_country_rule",
            up: "
CREATE TABLE country_rule (
  id {id}, country TEXT NOT NULL, version BIGINT NOT NULL, valid_from BIGINT NOT NULL, rule TEXT NOT NULL, why TEXT NOT NULL,
  user_id BIGINT, user_name TEXT NOT NULL, at BIGINT NOT NULL);
CREATE UNIQUE INDEX country_rule_version ON country_rule (country, version);
",
        }
        .boxed(),
    ]
}
