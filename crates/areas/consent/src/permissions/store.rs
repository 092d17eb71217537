//! The permission table: one open row a person and channel, closed ones kept.

use super::model::bits;
use super::{Aim, State};
use rounds_kernel::{Channel, Result};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_130000_consent_permission",
            up: "
CREATE TABLE permission (
  id {id}, person_id BIGINT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, basis TEXT NOT NULL, source TEXT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT);
CREATE INDEX permission_person ON permission (person_id, channel, valid_from);
CREATE UNIQUE INDEX permission_open ON permission (person_id, channel) WHERE valid_to IS NULL;
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_170100_consent_permission_purpose",
            up: "
ALTER TABLE permission ADD COLUMN purpose TEXT NOT NULL DEFAULT '*';
ALTER TABLE permission ADD COLUMN legal_basis TEXT NOT NULL DEFAULT '';
ALTER TABLE permission ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE permission ADD COLUMN wording_id BIGINT;
ALTER TABLE permission ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE permission ADD COLUMN expires_at BIGINT;
ALTER TABLE permission ADD COLUMN recorded_by BIGINT;
ALTER TABLE permission ADD COLUMN bits BIGINT NOT NULL DEFAULT 0;
UPDATE permission SET bits = CASE WHEN state = 'unknown' THEN 0 WHEN channel = '*' THEN 4611686018427387904 ELSE
  CASE state WHEN 'granted' THEN 1 ELSE 2 END * CASE channel WHEN 'visit' THEN 1 WHEN 'phone' THEN 4096 WHEN 'video' THEN 16777216
  WHEN 'email' THEN 68719476736 WHEN 'webinar' THEN 281474976710656 ELSE 0 END END;
DROP INDEX permission_open;
CREATE UNIQUE INDEX permission_open ON permission (person_id, channel, purpose) WHERE valid_to IS NULL;
CREATE INDEX permission_reach ON permission (person_id, bits) WHERE valid_to IS NULL;
CREATE INDEX permission_closed ON permission (valid_to);
CREATE INDEX permission_expires ON permission (expires_at, person_id) WHERE valid_to IS NULL;
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_170200_consent_reach",
            up: "
CREATE TABLE reach_count (
  stamp TEXT NOT NULL, role TEXT NOT NULL, country TEXT NOT NULL, setting TEXT NOT NULL, bits BIGINT NOT NULL, people BIGINT NOT NULL,
  PRIMARY KEY (role, country, setting, bits));
CREATE TABLE reach_day (
  day BIGINT NOT NULL, purpose TEXT NOT NULL, channel TEXT NOT NULL, people BIGINT NOT NULL, granted BIGINT NOT NULL, denied BIGINT NOT NULL,
  reachable BIGINT NOT NULL, PRIMARY KEY (purpose, day, channel));
",
        }
        .boxed(),
    ]
}

/// The open row of one person and channel.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct OpenRow {
    pub id: i64,
    pub state: String,
}

/// The open row of `person`, `channel` and purpose, if there is an answer.
pub(super) async fn open_row(tx: &Tx, person: i64, channel: &str, purpose: &str) -> Result<Option<OpenRow>> {
    let sql = "SELECT id, state FROM permission WHERE valid_to IS NULL AND person_id = $1 AND channel = $2 AND purpose = $3";
    tx.one(sql, args![person, channel, purpose]).await
}

/// Closes what was said yes to for single purposes of a channel, because they said no to the channel.
pub(super) async fn close_purposes(tx: &mut Tx, person: i64, channel: &str, at: i64) -> Result<()> {
    let sql = "UPDATE permission SET valid_to = CASE WHEN valid_from > $3 THEN valid_from ELSE $3 END \
               WHERE valid_to IS NULL AND person_id = $1 AND channel = $2 AND purpose <> '*' AND state = 'granted'";
    tx.execute(sql, args![person, channel, at]).await.map(|_| ())
}

/// Numbers as an SQL list; safe to splice.
pub(super) fn numbers(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// Closes a row at `at`.
pub(super) async fn close(tx: &mut Tx, id: i64, at: i64) -> Result<()> {
    // Clocks may run back: an answer never ends before it began.
    let sql = "UPDATE permission SET valid_to = CASE WHEN valid_from > $2 THEN valid_from ELSE $2 END WHERE id = $1";
    tx.execute(sql, args![id, at]).await.map(|_| ())
}

/// A row to be opened.
#[derive(Debug, Clone, Default)]
pub(super) struct NewRow {
    pub person: i64,
    pub channel: String,
    pub purpose: String,
    pub state: State,
    pub basis: String,
    pub legal_basis: String,
    pub country: String,
    pub wording: Option<i64>,
    pub evidence: String,
    pub source: String,
    pub from: i64,
    pub to: Option<i64>,
    pub expires: Option<i64>,
}

/// Adds rows.
pub(super) async fn add(tx: &mut Tx, rows: Vec<NewRow>) -> Result<u64> {
    const INTO: &[&str] = &[
        "person_id",
        "channel",
        "purpose",
        "state",
        "basis",
        "legal_basis",
        "country",
        "wording_id",
        "evidence",
        "source",
        "valid_from",
        "valid_to",
        "expires_at",
        "recorded_by",
        "bits",
    ];
    let by = tx.actor.user.map(|u| u.0);
    let row = |r: NewRow| -> Vec<Value> {
        let bits = bits(Channel::parse(&r.channel), Aim::parse(&r.purpose), r.state);
        args![
            r.person,
            r.channel,
            r.purpose,
            r.state.code(),
            r.basis,
            r.legal_basis,
            r.country,
            r.wording,
            r.evidence,
            r.source,
            r.from,
            r.to,
            r.expires,
            by,
            bits
        ]
    };
    tx.insert_many("permission", INTO, rows.into_iter().map(row).collect(), "").await
}

/// The country a person is contacted in: that of their first current account; empty when they have none.
pub async fn country_of(db: &impl Query, person: i64) -> Result<String> {
    let sql = "SELECT MIN(a.country) FROM affiliation f JOIN account a ON a.id = f.parent_id WHERE f.child_kind = 'person' AND f.child_id = $1 \
               AND f.parent_kind = 'account' AND f.valid_to IS NULL";
    Ok(db.text(sql, args![person]).await?.unwrap_or_default())
}
