//! Confirmations asked for, and what the public pages read.

use rounds_kernel::{PersonId, Result};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170500_consent_confirmation",
            up: "
CREATE TABLE confirmation (
  id {id}, person_id BIGINT NOT NULL, channel TEXT NOT NULL, purposes TEXT NOT NULL, wording_id BIGINT, words TEXT NOT NULL, email TEXT NOT NULL,
  requested_by BIGINT, requested_at BIGINT NOT NULL, confirmed_at BIGINT, address TEXT);
CREATE INDEX confirmation_person ON confirmation (person_id, requested_at);
",
        }
        .boxed(),
    ]
}

/// A confirmation asked for.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct ConfirmationRow {
    pub person_id: i64,
    pub channel: String,
    pub purposes: String,
    pub wording_id: Option<i64>,
    pub words: String,
    pub email: String,
    pub requested_at: i64,
    pub confirmed_at: Option<i64>,
}

/// One by id.
pub(super) async fn confirmation(db: &impl Query, id: i64) -> Result<Option<ConfirmationRow>> {
    let sql = "SELECT person_id, channel, purposes, wording_id, words, email, requested_at, confirmed_at FROM confirmation WHERE id = $1";
    db.one(sql, args![id]).await
}

/// All asked of one person, newest first.
pub(super) async fn of_person(db: &impl Query, person: PersonId) -> Result<Vec<ConfirmationRow>> {
    let sql = "SELECT person_id, channel, purposes, wording_id, words, email, requested_at, confirmed_at FROM confirmation WHERE person_id = $1 \
               ORDER BY requested_at DESC, id DESC LIMIT 5";
    db.all(sql, args![person.0]).await
}

/// What a public page needs of a person.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Addressee {
    pub language: String,
    pub email: Option<String>,
}

/// Whom a link is about; none when they are no longer in the record.
pub(super) async fn addressee(db: &impl Query, person: PersonId) -> Result<Option<Addressee>> {
    db.one("SELECT language, email FROM person WHERE id = $1", args![person.0]).await
}
