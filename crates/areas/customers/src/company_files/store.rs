//! What rows say of parents that are not known yet, kept until the whole file has been read.

use rounds_kernel::Result;
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261127_090100_customers_company_parent",
            up: "
CREATE TABLE company_parent (
  id {id}, line BIGINT NOT NULL, child_key TEXT NOT NULL, child_kind TEXT NOT NULL, parent_key TEXT NOT NULL, parent_name TEXT NOT NULL,
  day BIGINT NOT NULL);
",
        }
        .boxed(),
    ]
}

/// What a row says of its parent.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub(super) struct Told {
    /// Line in the file.
    pub line: i64,
    /// The company's key of the row itself.
    pub child_key: String,
    /// `account` or `system`.
    pub child_kind: String,
    /// The company's key of the parent; may be empty.
    pub parent_key: String,
    /// The parent's name; may be empty.
    pub parent_name: String,
    /// Since when.
    pub day: i64,
}

/// Keeps what is said of parents that a later row may be about.
pub(super) async fn wait(tx: &mut Tx, told: Vec<Told>) -> Result<()> {
    const INTO: &[&str] = &["line", "child_key", "child_kind", "parent_key", "parent_name", "day"];
    let row = |t: Told| args![t.line, t.child_key, t.child_kind, t.parent_key, t.parent_name, t.day];
    tx.insert_many("company_parent", INTO, told.into_iter().map(row).collect(), "").await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Last {
    id: i64,
}

/// Takes out what waits, oldest first: at most 1,000 rows.
pub(super) async fn take_waiting(tx: &mut Tx) -> Result<Vec<Told>> {
    let last: Option<Last> = tx
        .one("SELECT MAX(id) AS id FROM (SELECT id FROM company_parent ORDER BY id LIMIT 1000) AS first HAVING MAX(id) > 0", vec![])
        .await?;
    let Some(Last { id }) = last else { return Ok(Vec::new()) };
    let sql = "SELECT line, child_key, child_kind, parent_key, parent_name, day FROM company_parent WHERE id <= $1 ORDER BY id";
    let all = tx.all(sql, args![id]).await?;
    tx.execute("DELETE FROM company_parent WHERE id <= $1", args![id]).await?;
    Ok(all)
}
