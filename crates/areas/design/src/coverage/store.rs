//! Alignments and links.

use rounds_kernel::{AlignmentId, Day, Result, Role};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, Value, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_140000_design_coverage",
            up: "
CREATE TABLE alignment (
  id {id}, name TEXT NOT NULL, business_unit TEXT NOT NULL, role TEXT NOT NULL, filled_by TEXT NOT NULL, effective_from BIGINT NOT NULL,
  created_at BIGINT NOT NULL);
CREATE TABLE coverage (
  id {id}, alignment_id BIGINT NOT NULL, account_id BIGINT NOT NULL, business_unit TEXT NOT NULL, role TEXT NOT NULL,
  owner_id BIGINT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT);
CREATE UNIQUE INDEX coverage_open ON coverage (account_id, business_unit, role) WHERE valid_to IS NULL;
CREATE INDEX coverage_account ON coverage (account_id);
CREATE INDEX coverage_owner ON coverage (owner_id);
CREATE INDEX coverage_alignment ON coverage (alignment_id);
",
        }
        .boxed(),
        // The overview counts along these indexes: owners of an alignment, covered accounts of a business unit and role.
        SqlMigration {
            name: "m20261124_103000_design_coverage_counts",
            up: "
DROP INDEX coverage_alignment;
CREATE INDEX coverage_alignment ON coverage (alignment_id, owner_id, valid_from, valid_to);
CREATE INDEX coverage_slot ON coverage (business_unit, role, account_id, valid_from, valid_to);
",
        }
        .boxed(),
    ]
}

/// An alignment to be made.
pub(super) struct NewAlignment<'a> {
    pub name: &'a str,
    pub business_unit: &'a str,
    pub role: Role,
    pub filled_by: &'static str,
    pub effective_from: Day,
}

pub(super) async fn insert_alignment(tx: &mut Tx, a: &NewAlignment<'_>) -> Result<AlignmentId> {
    const INTO: &[&str] = &["name", "business_unit", "role", "filled_by", "effective_from", "created_at"];
    let row = args![a.name, a.business_unit, a.role.code(), a.filled_by, i64::from(a.effective_from.0), tx.now.0];
    tx.insert("alignment", INTO, row).await.map(AlignmentId)
}

#[derive(FromQueryResult)]
struct Later {
    name: String,
    valid_from: i64,
}

/// The first alignment of this business unit and role with links that begin after `day`.
pub(super) async fn later(tx: &Tx, business_unit: &str, role: Role, day: Day) -> Result<Option<(String, Day)>> {
    let sql = "SELECT a.name, c.valid_from FROM coverage c JOIN alignment a ON a.id = c.alignment_id \
               WHERE c.business_unit = $1 AND c.role = $2 AND c.valid_from > $3 AND (c.valid_to IS NULL OR c.valid_to > c.valid_from) \
               ORDER BY c.valid_from, c.id LIMIT 1";
    let found = tx.one::<Later>(sql, args![business_unit, role.code(), i64::from(day.0)]).await?;
    Ok(found.map(|l| (l.name, Day::stored(l.valid_from))))
}

/// Ends every link of this business unit and role that holds on `day`; a link that began on that very day never held.
pub(super) async fn close_all(tx: &mut Tx, business_unit: &str, role: Role, day: Day) -> Result<u64> {
    let sql = "UPDATE coverage SET valid_to = $3 WHERE business_unit = $1 AND role = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)";
    tx.execute(sql, args![business_unit, role.code(), i64::from(day.0)]).await
}

/// A link to be opened.
pub(super) struct NewLink {
    pub alignment: AlignmentId,
    pub account: i64,
    pub business_unit: String,
    pub role: Role,
    pub owner: i64,
    pub from: i64,
    pub to: Option<i64>,
}

pub(super) async fn insert_links(tx: &mut Tx, links: Vec<NewLink>) -> Result<u64> {
    const INTO: &[&str] = &["alignment_id", "account_id", "business_unit", "role", "owner_id", "valid_from", "valid_to"];
    let rows: Vec<Vec<Value>> =
        links.into_iter().map(|l| args![l.alignment.0, l.account, l.business_unit, l.role.code(), l.owner, l.from, l.to]).collect();
    tx.insert_many("coverage", INTO, rows, "").await
}

/// Ends the links with these ids on `day`.
pub(super) async fn close(tx: &mut Tx, ids: &[i64], day: i64) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    tx.execute(&format!("UPDATE coverage SET valid_to = $1 WHERE id IN ({ids})"), args![day]).await.map(|_| ())
}
