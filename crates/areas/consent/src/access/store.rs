//! The access_rule table: dated rows, closed and never changed.

use rounds_store::{MigrationTrait, SqlMigration};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170400_consent_access_rule",
            up: "
CREATE TABLE access_rule (
  id {id}, subject TEXT NOT NULL, person_id BIGINT, account_id BIGINT, department TEXT NOT NULL, country TEXT NOT NULL, rule TEXT NOT NULL,
  from_minute BIGINT, to_minute BIGINT, valid_from BIGINT NOT NULL, valid_to BIGINT, source TEXT NOT NULL, note TEXT NOT NULL,
  recorded_by BIGINT, recorded_at BIGINT NOT NULL);
CREATE INDEX access_rule_person ON access_rule (person_id, valid_from);
CREATE INDEX access_rule_account ON access_rule (account_id, valid_from);
CREATE INDEX access_rule_subject ON access_rule (subject, id);
",
        }
        .boxed(),
    ]
}
