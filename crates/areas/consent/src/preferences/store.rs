//! The preference table.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_130100_consent_preference",
            up: "
CREATE TABLE preference (
  person_id BIGINT NOT NULL, channel TEXT NOT NULL, weight DOUBLE PRECISION NOT NULL, source TEXT NOT NULL,
  PRIMARY KEY (person_id, channel));
",
        }
        .boxed(),
    ]
}
