//! Kept files and rejected rows.

use rounds_kernel::{Error, JobId, Result, RowReject};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_110200_platform_import",
            up: "
CREATE TABLE import_file (hash TEXT PRIMARY KEY, name TEXT NOT NULL, bytes BIGINT NOT NULL, content {blob} NOT NULL);
CREATE TABLE import_reject (
  id {id}, job_id BIGINT NOT NULL, file TEXT NOT NULL, line BIGINT NOT NULL, code TEXT NOT NULL, cause TEXT NOT NULL,
  remedy TEXT NOT NULL, raw TEXT NOT NULL);
CREATE INDEX import_reject_job ON import_reject (job_id, id);
",
        }
        .boxed(),
    ]
}

#[derive(FromQueryResult)]
struct Content {
    content: Vec<u8>,
}

/// Keeps a file, compressed, under the hash of its content.
pub(super) async fn keep(tx: &mut Tx, hash: &str, name: &str, bytes: i64, compressed: Vec<u8>) -> Result<()> {
    let sql = "INSERT INTO import_file (hash, name, bytes, content) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";
    tx.execute(sql, args![hash, name, bytes, compressed]).await.map(|_| ())
}

/// A kept file, still compressed.
pub(super) async fn content(db: &impl Query, hash: &str) -> Result<Vec<u8>> {
    let row = db.one::<Content>("SELECT content FROM import_file WHERE hash = $1", args![hash]).await?;
    row.map(|r| r.content).ok_or_else(|| {
        Error::invalid("import.file_gone", "The file of this import is no longer kept. Nothing was changed.", "Upload the file again.")
    })
}

/// A rejected row as kept.
#[derive(Debug, Clone, FromQueryResult)]
pub struct RejectRow {
    /// Id, in order of the file.
    pub id: i64,
    /// Line in the file.
    pub line: i64,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub cause: String,
    /// What to do.
    pub remedy: String,
    /// The row as it stands in the file, cut at 2,000 characters.
    pub raw: String,
}

/// Rejected rows of a job after the cursor, in the file's order.
pub async fn rejects_of(db: &impl Query, job: JobId, after: i64, limit: u64) -> Result<Vec<RejectRow>> {
    let sql = "SELECT id, line, code, cause, remedy, raw FROM import_reject WHERE job_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    db.all(sql, args![job.0, after, limit as i64]).await
}

/// Keeps rejected rows with their text.
pub(super) async fn keep_rejects(tx: &mut Tx, job: JobId, file: &str, rejects: Vec<(RowReject, String)>) -> Result<()> {
    let rows = rejects.into_iter().map(|(r, raw)| args![job.0, file, r.line as i64, r.code, r.cause, r.remedy, raw]).collect();
    tx.insert_many("import_reject", &["job_id", "file", "line", "code", "cause", "remedy", "raw"], rows, "").await.map(|_| ())
}
