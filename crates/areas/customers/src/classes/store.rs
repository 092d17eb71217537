//! What people decided against the rules.

use super::model::Class;
use crate::identifiers::EntityKind;
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args};
use std::collections::BTreeMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_120400_customers_class",
            up: "
CREATE TABLE class_decision (
  id {id}, entity_kind TEXT NOT NULL, entity_id BIGINT NOT NULL, class TEXT NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL,
  name TEXT NOT NULL, UNIQUE (entity_id, entity_kind));
",
        }
        .boxed(),
    ]
}

/// A decision as kept.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Decision {
    pub entity_id: i64,
    pub class: String,
    pub reason: String,
    pub name: String,
}

/// Decisions on records of a kind.
pub(super) async fn decisions(db: &impl Query, kind: EntityKind) -> Result<BTreeMap<i64, (Class, Decision)>> {
    let sql = "SELECT entity_id, class, reason, name FROM class_decision WHERE entity_kind = $1";
    let all: Vec<Decision> = db.all(sql, args![kind.code()]).await?;
    Ok(all.into_iter().filter_map(|d| Some((d.entity_id, (Class::parse(&d.class)?, d)))).collect())
}
