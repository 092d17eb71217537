//! Tables and reads.

use super::model::{Meeting, Placed, Tied};
use crate::as_of::AsOf;
use crate::profiles::Whose;
use rounds_kernel::{Actor, Result, Time};
use rounds_platform::scope;
use rounds_store::search::{self, DocKind};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_104000_customers_stakeholder",
            up: "
CREATE TABLE stakeholder (
  id {id}, subject_kind TEXT NOT NULL, subject_id BIGINT NOT NULL, person_id BIGINT NOT NULL, decision_role TEXT NOT NULL, stance TEXT NOT NULL,
  influence BIGINT NOT NULL, note TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, user_id BIGINT, written_at BIGINT NOT NULL);
CREATE INDEX stakeholder_subject ON stakeholder (subject_kind, subject_id, valid_from);
CREATE INDEX stakeholder_person ON stakeholder (person_id);
CREATE TABLE acquaintance (
  id {id}, from_id BIGINT NOT NULL, to_id BIGINT NOT NULL, tie TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, user_id BIGINT,
  written_at BIGINT NOT NULL);
CREATE INDEX acquaintance_from ON acquaintance (from_id);
CREATE INDEX acquaintance_to ON acquaintance (to_id);
",
        }
        .boxed(),
    ]
}

/// People within the actor's scope on the map of a record as of `day`, the most influential first.
pub(super) async fn placed(db: &impl Query, actor: &Actor, whose: Whose, day: i64) -> Result<Vec<Placed>> {
    let sql = format!(
        "SELECT s.id, s.person_id, person.name, person.role, s.decision_role, s.stance, s.influence, s.note, s.valid_from, u.name AS who \
         FROM stakeholder s JOIN person ON person.id = s.person_id LEFT JOIN app_user u ON u.id = s.user_id \
         WHERE s.subject_kind = $1 AND s.subject_id = $2 AND s.valid_from <= $3 AND (s.valid_to IS NULL OR s.valid_to > $3) AND {} \
         ORDER BY s.influence DESC, person.name, s.id",
        crate::scope::people(actor)
    );
    db.all(&sql, args![whose.kind(), whose.id, day]).await
}

/// A system above an account.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Above {
    pub id: i64,
    pub name: String,
}

/// The system that an account is part of on the day, and the one that owns that system, within the actor's scope.
pub(super) async fn above(db: &impl Query, actor: &Actor, account: i64, as_of: AsOf) -> Result<Vec<Above>> {
    let direct = format!(
        "SELECT f.parent_id FROM affiliation f WHERE f.child_kind = 'account' AND f.parent_kind = 'system' AND f.child_id = $1 AND {}",
        as_of.holds("f")
    );
    let owners = format!(
        "SELECT g.parent_id FROM affiliation g WHERE g.child_kind = 'system' AND g.parent_kind = 'system' AND g.child_id IN ({direct}) AND {}",
        as_of.holds("g")
    );
    let sql = format!(
        "SELECT id, name FROM health_system WHERE (id IN ({direct}) OR id IN ({owners})) AND {} ORDER BY name, id",
        crate::scope::systems(actor)
    );
    db.all(&sql, args![account]).await
}

/// Ties among people of the map as of `day`, and from them to others.
pub(super) async fn ties(db: &impl Query, people: &[i64], day: i64) -> Result<Vec<Tied>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT t.id, t.from_id, a.name AS from_name, t.to_id, b.name AS to_name, t.tie, t.valid_from FROM acquaintance t \
         JOIN person a ON a.id = t.from_id JOIN person b ON b.id = t.to_id WHERE t.valid_from <= $1 AND (t.valid_to IS NULL OR t.valid_to > $1) \
         AND t.from_id IN ({list}) AND t.to_id IN ({list}) ORDER BY a.name, b.name, t.id"
    );
    db.all(&sql, args![day]).await
}

/// Who of us met them in the year before `now`, the most frequent first; only contacts at accounts within the actor's scope.
pub(super) async fn meetings(db: &impl Query, actor: &Actor, people: &[i64], now: Time) -> Result<Vec<Meeting>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let list = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT f.person_id, u.name, COUNT(*) AS contacts, MAX(f.occurred_at) AS latest FROM fact f JOIN app_user u ON u.id = f.user_id \
         WHERE f.person_id IN ({list}) AND f.kind = 'contact' AND f.occurred_at > $1 AND f.occurred_at <= $2 AND {} GROUP BY f.person_id, u.id, u.name ORDER BY contacts DESC, u.name",
        scope::accounts(actor, "f.account_id")
    );
    db.all(&sql, args![now.0 - 365 * 86_400_000_000, now.0]).await
}

/// A person who may be put on the map.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Candidate {
    pub id: i64,
    pub name: String,
}

/// Names offered at once; more are found by writing a part of the name.
pub(super) const OFFERED: usize = 100;

/// People who work at the account, or at any account of the system, within the actor's scope, with words of the name that begin like
/// those of `name`: one more than [`OFFERED`] when there are more.
pub(super) async fn candidates(db: &impl Query, actor: &Actor, whose: Whose, name: &str) -> Result<Vec<Candidate>> {
    let (named, mut values) = search::named(db.engine(), DocKind::Person, name, "p.id", 2).unwrap_or_else(|| ("1 = 1".into(), Vec::new()));
    values.insert(0, whose.id.into());
    let places = if whose.system {
        "f.parent_id IN (SELECT child_id FROM affiliation WHERE child_kind = 'account' AND parent_kind = 'system' AND valid_to IS NULL AND parent_id = $1)"
    } else {
        "f.parent_id = $1"
    };
    let sql = format!(
        "SELECT DISTINCT p.id, p.name FROM person p JOIN affiliation f ON f.child_id = p.id AND f.child_kind = 'person' AND f.parent_kind = 'account' \
         AND f.valid_to IS NULL WHERE {places} AND {named} AND {} ORDER BY p.name, p.id LIMIT {}",
        scope::accounts(actor, "f.parent_id"),
        OFFERED + 1
    );
    db.all(&sql, values).await
}

/// Whose map a place is on.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct PlaceOf {
    pub subject_kind: String,
    pub subject_id: i64,
    pub person_id: i64,
}

/// The record a current place belongs to.
pub(super) async fn place_of(db: &impl Query, id: i64) -> Result<Option<PlaceOf>> {
    db.one("SELECT subject_kind, subject_id, person_id FROM stakeholder WHERE id = $1 AND valid_to IS NULL", args![id]).await
}

/// The people of a current tie.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct TieOf {
    pub from_id: i64,
    pub to_id: i64,
}

/// The two people of a current tie.
pub(super) async fn tie_of(db: &impl Query, id: i64) -> Result<Option<TieOf>> {
    db.one("SELECT from_id, to_id FROM acquaintance WHERE id = $1 AND valid_to IS NULL", args![id]).await
}
