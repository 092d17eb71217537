//! The potential table.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_140100_design_potential",
            up: "
CREATE TABLE potential (
  id {id}, account_id BIGINT NOT NULL, family TEXT NOT NULL, annual_cents BIGINT NOT NULL, low_cents BIGINT NOT NULL,
  high_cents BIGINT NOT NULL, source TEXT NOT NULL, as_of BIGINT NOT NULL, UNIQUE (account_id, family));
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261127_101000_design_potential_default",
            up: "
ALTER TABLE potential ADD COLUMN how TEXT NOT NULL DEFAULT '';
CREATE TABLE potential_default (
  id {id}, country TEXT NOT NULL, family TEXT NOT NULL, annual_cents BIGINT NOT NULL, low_cents BIGINT NOT NULL,
  high_cents BIGINT NOT NULL, source TEXT NOT NULL, how TEXT NOT NULL DEFAULT '', as_of BIGINT NOT NULL, UNIQUE (country, family));
",
        }
        .boxed(),
    ]
}
