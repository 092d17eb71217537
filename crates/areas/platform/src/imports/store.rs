//! Kept files and rejected rows.

use super::{FileInfo, Mapping};
use rounds_kernel::{Error, JobId, Result, RowReject, Time};
use rounds_store::jobs::{JobRow, get};
use rounds_store::{Db, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

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
        SqlMigration {
            name: "m20261123_091000_platform_import_parts",
            up: "
CREATE TABLE import_part (upload TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, content {blob} NOT NULL, PRIMARY KEY (upload, number));
ALTER TABLE import_file ADD COLUMN upload TEXT NOT NULL DEFAULT '';
ALTER TABLE import_file ADD COLUMN parts BIGINT NOT NULL DEFAULT 0;
CREATE TABLE import_mapping (
  id {id}, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, header TEXT NOT NULL, mapping TEXT NOT NULL, user_id BIGINT, at BIGINT NOT NULL);
CREATE INDEX import_mapping_header ON import_mapping (header, kind);
CREATE TABLE import_fact (
  id {id}, job_id BIGINT NOT NULL, first_id BIGINT NOT NULL, last_id BIGINT NOT NULL, facts BIGINT NOT NULL, recorded_at BIGINT NOT NULL);
CREATE INDEX import_fact_job ON import_fact (job_id, id);
CREATE TABLE import_undone (job_id BIGINT PRIMARY KEY, undo_job_id BIGINT NOT NULL, at BIGINT NOT NULL);
",
        }
        .boxed(),
    ]
}

#[derive(FromQueryResult)]
struct Content {
    content: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Kept {
    name: String,
    bytes: i64,
    upload: String,
    parts: i64,
}

/// Keeps one part of a file that is still arriving: technical state until the whole is there.
pub(super) async fn keep_part(db: &Db, upload: &str, number: i64, compressed: Vec<u8>, at: Time) -> Result<()> {
    let sql = "INSERT INTO import_part (upload, number, at, content) VALUES ($1, $2, $3, $4)";
    db.housekeep(sql, args![upload, number, at.0, compressed]).await.map(|_| ())
}

/// Keeps a file under the hash of its content; a second one of the same content is the first.
pub(super) async fn keep(tx: &mut Tx, hash: &str, name: &str, bytes: i64, upload: &str, parts: i64) -> Result<()> {
    let sql = "INSERT INTO import_file (hash, name, bytes, content, upload, parts) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (hash) DO NOTHING";
    let new = tx.execute(sql, args![hash, name, bytes, Vec::<u8>::new(), upload, parts]).await?;
    if new == 0 {
        tx.execute("DELETE FROM import_part WHERE upload = $1", args![upload]).await?;
    }
    Ok(())
}

/// Throws away what began to arrive before `at` and never ended.
pub(super) async fn throw_away(tx: &mut Tx, at: Time) -> Result<()> {
    let sql = "DELETE FROM import_part WHERE at < $1 AND upload NOT IN (SELECT upload FROM import_file)";
    tx.execute(sql, args![at.0]).await.map(|_| ())
}

async fn kept(db: &impl Query, hash: &str) -> Result<Kept> {
    let row = db.one::<Kept>("SELECT name, bytes, upload, parts FROM import_file WHERE hash = $1", args![hash]).await?;
    row.ok_or_else(|| {
        Error::invalid("import.file_gone", "The file of this import is no longer kept. Nothing was changed.", "Upload the file again.")
    })
}

/// A kept file by its hash.
pub(super) async fn file(db: &impl Query, hash: &str, at: Time) -> Result<FileInfo> {
    let k = kept(db, hash).await?;
    Ok(FileInfo { name: k.name, hash: hash.to_owned(), received_at: at })
}

/// One part of a kept file, unpacked; `None` behind the last.
pub(super) async fn part(db: &impl Query, hash: &str, number: i64) -> Result<Option<Vec<u8>>> {
    let k = kept(db, hash).await?;
    let sql = if k.parts == 0 && k.bytes > 0 {
        // Kept by an earlier release, in one piece.
        if number > 0 {
            return Ok(None);
        }
        db.one::<Content>("SELECT content FROM import_file WHERE hash = $1", args![hash]).await?
    } else {
        db.one::<Content>("SELECT content FROM import_part WHERE upload = $1 AND number = $2", args![k.upload, number]).await?
    };
    let unpacked = sql.map(|c| zstd::decode_all(c.content.as_slice())).transpose().map_err(Error::internal)?;
    if unpacked.is_none() && number < k.parts {
        return Err(Error::invalid(
            "import.file_gone",
            "A part of the kept file is missing. Nothing was changed.",
            "Upload the file again.",
        ));
    }
    Ok(unpacked)
}

/// A kept file in a temporary file, part by part.
pub(super) async fn spool(db: &impl Query, hash: &str) -> Result<tempfile::NamedTempFile> {
    use std::io::Write;
    let full = |e: std::io::Error| {
        let cause = format!("The kept file could not be unpacked into {}: {e}. Nothing was changed.", std::env::temp_dir().display());
        Error::new(
            rounds_kernel::ErrorKind::Unavailable,
            "import.no_room",
            cause,
            "Free space there, or set TMPDIR to a place with room, and try again.",
        )
    };
    let mut out = tempfile::NamedTempFile::new().map_err(full)?;
    let mut number = 0;
    while let Some(bytes) = part(db, hash, number).await? {
        out.write_all(&bytes).map_err(full)?;
        number += 1;
    }
    out.flush().map_err(full)?;
    Ok(out)
}

/// Keeps which facts a transaction of a job added.
pub(super) async fn keep_facts(tx: &mut Tx, job: JobId) -> Result<()> {
    let facts = tx.facts_written();
    if facts.count == 0 {
        return Ok(());
    }
    let row = args![job.0, facts.first, facts.last, facts.count as i64, tx.now.0];
    tx.insert("import_fact", &["job_id", "first_id", "last_id", "facts", "recorded_at"], row).await.map(|_| ())
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

#[derive(FromQueryResult)]
struct FactSpan {
    id: i64,
    first_id: i64,
    last_id: i64,
    recorded_at: i64,
}

/// Removes facts that a job added, the latest first, at most about `most`; says how many, and whether more are left.
///
/// A span holds the facts of one transaction: on a server others may have added facts between them, at another instant.
pub(super) async fn remove_facts(tx: &mut Tx, job: JobId, most: i64) -> Result<(u64, bool)> {
    let sql = "SELECT id, first_id, last_id, recorded_at FROM import_fact WHERE job_id = $1 ORDER BY id DESC LIMIT 1";
    let Some(span) = tx.one::<FactSpan>(sql, args![job.0]).await? else { return Ok((0, false)) };
    let from = span.first_id.max(span.last_id - most + 1);
    let removed = rounds_store::facts::take_back(tx, (from, span.last_id), Time(span.recorded_at)).await?;
    if from > span.first_id {
        tx.execute("UPDATE import_fact SET last_id = $2 WHERE id = $1", args![span.id, from - 1]).await?;
    } else {
        tx.execute("DELETE FROM import_fact WHERE id = $1", args![span.id]).await?;
    }
    Ok((removed, true))
}

/// Whether an import was taken back.
pub(super) async fn undone(db: &impl Query, job: JobId) -> Result<bool> {
    Ok(db.number("SELECT COUNT(*) FROM import_undone WHERE job_id = $1", args![job.0]).await? > 0)
}

/// Keeps that an import was taken back, and forgets what was noted of it.
pub(super) async fn mark_undone(tx: &mut Tx, job: JobId, undo: JobId) -> Result<()> {
    let sql = "INSERT INTO import_undone (job_id, undo_job_id, at) VALUES ($1, $2, $3) ON CONFLICT (job_id) DO NOTHING";
    tx.execute(sql, args![job.0, undo.0, tx.now.0]).await?;
    rounds_store::journal::forget(tx, job).await
}

/// The job that takes an import back, if somebody asked for it.
pub(super) async fn undo_of(db: &impl Query, job: JobId) -> Result<Option<JobRow>> {
    let sql = "SELECT id FROM job WHERE kind = $1 AND input_key = $2 ORDER BY id DESC LIMIT 1";
    let id = db.number(sql, args![super::UNDO_KIND, job.0.to_string()]).await?;
    if id == 0 { Ok(None) } else { get(db, JobId(id)).await }
}

/// The first line of a kept text file, with its end; nothing for workbooks and Parquet, whose rows are kept with tabs.
pub(super) async fn header_line(db: &impl Query, hash: &str) -> Result<String> {
    let head = part(db, hash, 0).await?.unwrap_or_default();
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if head.starts_with(b"PK") || head.starts_with(b"PAR1") {
        Ok(String::new())
    } else {
        Ok(format!("{}\n", String::from_utf8_lossy(line).trim_end()))
    }
}

#[derive(FromQueryResult)]
struct MappingRow {
    name: String,
    kind: String,
    mapping: String,
}

/// A mapping that a person saved.
#[derive(Debug, Clone)]
pub(super) struct Saved {
    /// Its name.
    pub name: String,
    /// Kind of file.
    pub kind: String,
    /// What was said.
    pub mapping: Mapping,
}

fn saved(row: MappingRow) -> Result<Saved> {
    let mapping = serde_json::from_str(&row.mapping).map_err(Error::internal)?;
    Ok(Saved { name: row.name, kind: row.kind, mapping })
}

/// The mapping with this name.
///
/// # Errors
/// `import.mapping_unknown`.
pub async fn saved_mapping(db: &impl Query, name: &str) -> Result<Mapping> {
    let row = db.one::<MappingRow>("SELECT name, kind, mapping FROM import_mapping WHERE name = $1", args![name]).await?;
    let row = row.ok_or_else(|| {
        let cause = format!("There is neither a file nor a saved mapping “{name}”. Nothing was changed.");
        Error::invalid("import.mapping_unknown", cause, "Save one on the import's page, or give a JSON file.")
    })?;
    saved(row).map(|s| s.mapping)
}

/// The newest mapping saved for files with this header.
pub(super) async fn mapping_for(db: &impl Query, header: &str) -> Result<Option<Saved>> {
    let sql = "SELECT name, kind, mapping FROM import_mapping WHERE header = $1 ORDER BY at DESC, id DESC LIMIT 1";
    db.one::<MappingRow>(sql, args![header]).await?.map(saved).transpose()
}

/// The newest mapping that somebody saved for files with this header, and their kind.
pub async fn mapping_of_header(db: &impl Query, header: &[String]) -> Result<Option<(String, Mapping)>> {
    Ok(mapping_for(db, &super::import::header_fingerprint(header)).await?.map(|s| (s.kind, s.mapping)))
}

/// Saves a mapping under its name, in place of an earlier one of that name.
pub(super) async fn save_mapping(tx: &mut Tx, header: &str, s: &Saved) -> Result<()> {
    let mapping = serde_json::to_string(&s.mapping).map_err(Error::internal)?;
    let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
    let sql = "INSERT INTO import_mapping (name, kind, header, mapping, user_id, at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, header = excluded.header, mapping = excluded.mapping, \
               user_id = excluded.user_id, at = excluded.at";
    tx.execute(sql, args![s.name.clone(), s.kind.clone(), header, mapping, user, now]).await.map(|_| ())
}
