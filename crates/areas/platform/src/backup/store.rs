//! Making and restoring a copy.

use super::model::Made;
use rounds_kernel::{Error, Result};
use rounds_store::{Db, Engine, FromQueryResult, Keys, Query, args};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

fn io(what: &str, path: &Path, e: &std::io::Error) -> Error {
    Error::invalid(
        "backup.file",
        format!("{what} {} did not succeed: {e}.", path.display()),
        "Check the folder, its rights and its free space.",
    )
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io("Removing", file, &e)),
        _ => Ok(()),
    }
}

/// Copies the database at `database` to the new file `to` while others read and write, and checks the copy: its structure, and that no
/// fact and no audit entry that stood before the copy began is missing. The installation key is copied only `with_key`.
///
/// # Errors
/// `backup.engine` for PostgreSQL, `backup.exists`, `backup.damaged`, `backup.file`.
pub async fn make(database: &str, to: &Path, with_key: bool) -> Result<Made> {
    if database.starts_with("postgres") {
        let cause = "This database is kept by a PostgreSQL server, which makes its own copies. Nothing was written.";
        return Err(Error::invalid("backup.engine", cause, "Use pg_dump, as the guide's page on operation shows."));
    }
    if to.exists() {
        let cause = format!("There is a file {} already. Nothing was written.", to.display());
        return Err(Error::conflict("backup.exists", cause, "Choose another name, or move the old copy away."));
    }
    let source = PathBuf::from(database.strip_prefix("sqlite:").unwrap_or(database));
    if !source.exists() {
        let cause = format!("There is no database {}.", source.display());
        return Err(Error::invalid("backup.nothing", cause, "Name the database with --database."));
    }
    // Written under another name first: whoever looks for copies never finds half of one.
    let draft = beside(to, ".part");
    remove(&draft)?;
    let db = Db::open(database).await?;
    let before = latest(&db).await?;
    let copied = db.housekeep("VACUUM INTO $1", args![draft.to_string_lossy().into_owned()]).await;
    db.close().await;
    copied?;
    let made = checked(&draft, before).await?;
    let file = std::fs::File::open(&draft).map_err(|e| io("Opening", &draft, &e))?;
    file.sync_all().map_err(|e| io("Writing", &draft, &e))?;
    std::fs::rename(&draft, to).map_err(|e| io("Naming", to, &e))?;
    if with_key && Keys::file(&source).exists() {
        std::fs::copy(Keys::file(&source), Keys::file(to)).map_err(|e| io("Copying the key to", to, &e))?;
    }
    Ok(Made { file: to.to_owned(), ..made })
}

async fn latest(db: &Db) -> Result<(i64, i64)> {
    Ok((db.number("SELECT MAX(id) FROM fact", vec![]).await?, db.number("SELECT MAX(id) FROM audit", vec![]).await?))
}

/// Opens a copy and looks at all of it.
async fn checked(file: &Path, at_least: (i64, i64)) -> Result<Made> {
    let damaged = |detail: String| {
        Error::invalid(
            "backup.damaged",
            format!("The copy {} is not whole: {detail}. Nothing was changed.", file.display()),
            "Check the disk, then make another copy or use an older one.",
        )
    };
    let mut head = [0u8; 16];
    let read = std::fs::File::open(file).and_then(|mut f| std::io::Read::read_exact(&mut f, &mut head));
    read.map_err(|e| io("Reading", file, &e))?;
    if &head != b"SQLite format 3\0" {
        return Err(damaged("it is no SQLite database".into()));
    }
    // A file that is damaged at its beginning cannot even be opened.
    let looked = match Db::open(&file.to_string_lossy()).await {
        Ok(db) => {
            let looked = look(&db, at_least).await;
            db.close().await;
            looked
        }
        Err(e) => Err(e),
    };
    for end in ["-wal", "-shm"] {
        remove(&beside(file, end))?;
    }
    let (tables, rows) = match looked {
        Ok(Ok(found)) => found,
        Ok(Err(detail)) => return Err(damaged(detail)),
        Err(e) => return Err(damaged(e.cause)),
    };
    let bytes = std::fs::metadata(file).map_err(|e| io("Reading", file, &e))?.len();
    Ok(Made { file: file.to_owned(), bytes, tables, rows })
}

async fn look(db: &Db, at_least: (i64, i64)) -> Result<std::result::Result<(u64, i64), String>> {
    if db.engine() != Engine::Sqlite {
        return Ok(Err("it is no file".into()));
    }
    let said = db.text("PRAGMA integrity_check", vec![]).await?.unwrap_or_default();
    if said != "ok" {
        return Ok(Err(said));
    }
    let found = latest(db).await?;
    if found.0 < at_least.0 || found.1 < at_least.1 {
        return Ok(Err("facts or audit entries are missing".into()));
    }
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_doc_%' ORDER BY name";
    let names: Vec<Name> = db.all(sql, vec![]).await?;
    let mut rows = 0;
    for n in &names {
        rows += db.number(&format!("SELECT COUNT(*) FROM \"{}\"", n.name.replace('"', "\"\"")), vec![]).await?;
    }
    Ok(Ok((names.len() as u64, rows)))
}

/// Puts the copy `from` in the place of the database file `to`. The server must not run. `known` are the schema versions that this
/// program knows.
///
/// # Errors
/// `restore.exists` without `overwrite`, `restore.in_use`, `restore.newer`, `backup.damaged`, `backup.file`.
pub async fn restore(from: &Path, to: &Path, overwrite: bool, known: &BTreeSet<String>) -> Result<Made> {
    if to.exists() && !overwrite {
        let cause = format!("There is a database {} already. Nothing was changed.", to.display());
        return Err(Error::conflict("restore.exists", cause, "Say --overwrite to put the copy in its place, or restore to another file."));
    }
    if beside(to, "-wal").exists() {
        let cause = format!("{} is in use, or was not closed well. Nothing was changed.", to.display());
        return Err(Error::conflict("restore.in_use", cause, "Stop the server. If none runs, “rounds user list” closes the file."));
    }
    let made = checked(from, (0, 0)).await?;
    let db = Db::open(&from.to_string_lossy()).await?;
    let versions = db.all::<Name>("SELECT version AS name FROM seaql_migrations ORDER BY version", vec![]).await;
    db.close().await;
    for end in ["-wal", "-shm"] {
        remove(&beside(from, end))?;
    }
    let newer: Vec<String> = versions?.into_iter().map(|v| v.name).filter(|v| !known.contains(v)).collect();
    if let Some(version) = newer.first() {
        let cause = format!("The copy was made by a newer release: this one does not know its schema {version}. Nothing was changed.");
        return Err(Error::invalid("restore.newer", cause, "Install the release that made the copy, then restore with it."));
    }
    let draft = beside(to, ".part");
    std::fs::copy(from, &draft).map_err(|e| io("Copying to", &draft, &e))?;
    std::fs::File::open(&draft).and_then(|f| f.sync_all()).map_err(|e| io("Writing", &draft, &e))?;
    std::fs::rename(&draft, to).map_err(|e| io("Naming", to, &e))?;
    if Keys::file(from).exists() && (overwrite || !Keys::file(to).exists()) {
        std::fs::copy(Keys::file(from), Keys::file(to)).map_err(|e| io("Copying the key to", to, &e))?;
    }
    Ok(Made { file: to.to_owned(), ..made })
}
