//! Opening a database and running its migrations.

use crate::error::{db_err, is_cut};
use crate::query::Query;
use rounds_kernel::{Error, Result};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement,
};
use sea_orm::{QueryResult, TransactionOptions, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use std::future::Future;
use std::time::Duration;

/// Which database engine is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, the default.
    Sqlite,
    /// A PostgreSQL server, 14 or later.
    Postgres,
}

/// A database: many readers, and on SQLite one writer whose queue everybody joins.
#[derive(Debug, Clone)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
    engine: Engine,
}

impl Db {
    /// Opens `sqlite:PATH` (made if absent; a bare path means the same) or `postgres://…`.
    ///
    /// # Errors
    /// `store.unreachable` when the file or the server cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = Database::connect(postgres_options(url)).await.map_err(db_err)?;
            return Ok(Self { read: pool.clone(), write: pool, engine: Engine::Postgres });
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let url = format!("sqlite://{}?mode=rwc", path.trim_start_matches("//"));
        let write = Database::connect(sqlite_options(&url, 1, WRITER_MEMORY)).await.map_err(db_err)?;
        let read = Database::connect(sqlite_options(&url, 8, READER_MEMORY)).await.map_err(db_err)?;
        Ok(Self { read, write, engine: Engine::Sqlite })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// `store.migration` when a migration fails; the database is then as it was before that migration.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<()> {
        M::up(&self.write, None).await.map_err(|e| {
            Error::invalid(
                "store.migration",
                format!("The database schema could not be brought up to date: {e}."),
                "Keep a copy of the database, check that this program is not older than the database, and start again.",
            )
        })
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once: a transaction that reads first and writes later
    /// would fail under another writer.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let sqlite_transaction_mode = (self.engine == Engine::Sqlite).then_some(SqliteTransactionMode::Immediate);
        let options = || TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
        live(|| self.write.begin_with_options(options())).await.map_err(db_err)
    }

    /// Writes technical state that is no business record, such as sessions: no audit entry, no facts.
    pub async fn housekeep(&self, sql: &str, args: Vec<sea_orm::Value>) -> Result<u64> {
        let stmt = statement(self.engine, sql, args);
        Ok(self.write.execute_raw(stmt).await.map_err(db_err)?.rows_affected())
    }

    /// Lets the engine refresh its statistics; called after bulk loads. A server also notes which pages hold no dead rows, so that
    /// it can answer from indexes alone, which it would do by itself a minute later.
    pub async fn optimise(&self) -> Result<()> {
        let sql = if self.engine == Engine::Postgres { "VACUUM (ANALYZE)" } else { "ANALYZE" };
        self.write.execute_unprepared(sql).await.map_err(db_err)?;
        self.settle_log().await
    }

    /// Moves what an embedded database's log of writes holds into its file, so that readers need not look there; waits for nobody.
    /// A server does so by itself.
    ///
    /// # Errors
    /// Of the database.
    pub async fn settle_log(&self) -> Result<()> {
        if self.engine == Engine::Sqlite {
            self.read.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await.map_err(db_err)?;
        }
        Ok(())
    }

    /// A copy of an embedded database in a folder of its own, gone when the folder is dropped; `None` for a server. Readers and the
    /// writer go on meanwhile.
    pub(crate) async fn copy(&self) -> Result<Option<(Self, tempfile::TempDir)>> {
        if self.engine == Engine::Postgres {
            return Ok(None);
        }
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let path = folder.path().join("copy.db");
        let sql = format!("VACUUM INTO '{}'", path.to_string_lossy().replace('\'', "''"));
        self.read.execute_unprepared(&sql).await.map_err(db_err)?;
        Ok(Some((Self::open(&path.to_string_lossy()).await?, folder)))
    }

    /// Closes all connections.
    pub async fn close(self) {
        // Both pools may be one (PostgreSQL); closing twice is harmless, and a failed close loses nothing: commits are durable.
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut o = ConnectOptions::new(url);
    o.max_connections(connections).acquire_timeout(Duration::from_secs(30)).sqlx_logging(false);
    // A connection that was used a moment ago is there: asking it first would double the round trips of a page.
    o.test_before_acquire_if_idle_for(Duration::from_secs(1));
    o
}

/// Statements a connection keeps planned: a page has dozens, and those within a scope name the user.
const PLANNED: usize = 500;

fn postgres_options(url: &str) -> ConnectOptions {
    let mut o = options(url, CONNECTIONS);
    o.map_sqlx_postgres_opts(|p| p.statement_cache_capacity(PLANNED));
    // Compiling a statement to machine code takes the server longer than most of ours take to run.
    o.map_sqlx_postgres_pool_opts(|p| {
        p.after_connect(|connection, _| {
            Box::pin(async move {
                sea_orm::sqlx::Executor::execute(connection, "SET jit = off").await?;
                Ok(())
            })
        })
    });
    o
}

/// Page cache in KiB (SQLite counts it below zero) and bytes of the file that are mapped. The one writer keeps the leaves of the
/// indexes that imports add to in its cache; readers share the mapped file.
const WRITER_MEMORY: (&str, &str) = ("-131072", "0");
const READER_MEMORY: (&str, &str) = ("-65536", "268435456");

fn sqlite_options(url: &str, connections: u32, (cache, mapped): (&'static str, &'static str)) -> ConnectOptions {
    let mut o = options(url, connections);
    // WAL lets readers go on while the one writer writes; NORMAL keeps every commit across a crash of the program and,
    // in WAL mode, a consistent file across a crash of the machine.
    o.map_sqlx_sqlite_opts(move |s| {
        s.pragma("journal_mode", "WAL")
            .pragma("synchronous", "NORMAL")
            .pragma("foreign_keys", "ON")
            .pragma("cache_size", cache)
            .pragma("mmap_size", mapped)
            .pragma("temp_store", "MEMORY")
            // A page that many transactions change is written back once instead of after each of them.
            .pragma("wal_autocheckpoint", "16384")
            .statement_cache_capacity(PLANNED)
            // Rows that the engine's thread hands over without waiting for the reader.
            .row_buffer_size(1_000)
            .busy_timeout(Duration::from_secs(30))
    });
    o
}

impl Query for Db {
    fn engine(&self) -> Engine {
        self.engine
    }

    async fn fetch(&self, sql: &str, args: Vec<sea_orm::Value>) -> Result<Vec<QueryResult>> {
        let statement = statement(self.engine, sql, args);
        if sql.trim_start().starts_with("SELECT") {
            return live(|| self.read.query_all_raw(statement.clone())).await.map_err(db_err);
        }
        self.read.query_all_raw(statement).await.map_err(db_err)
    }
}

/// Connections to a server.
const CONNECTIONS: u32 = 16;

/// What `ask` answers on a connection that lives. A server that was started anew leaves behind connections that look well until they
/// are used; each is given up when it fails, so that after as many tries as there are connections a new one is opened. Only for what
/// changes nothing.
async fn live<T, F: Future<Output = std::result::Result<T, DbErr>>>(ask: impl Fn() -> F) -> std::result::Result<T, DbErr> {
    for _ in 0..CONNECTIONS {
        match ask().await {
            Err(e) if is_cut(&e) => {}
            answered => return answered,
        }
    }
    ask().await
}

/// A statement as the engine reads it fast. The SQLite driver asks for the name of every parameter, and SQLite answers by a search
/// through all names, `$12` and `?12` alike: a bulk insert becomes quadratic (6,742 hospitals took 94 s). A bare `?` has no name.
pub(crate) fn statement(engine: Engine, sql: &str, args: Vec<sea_orm::Value>) -> Statement {
    match engine {
        Engine::Sqlite => {
            let (sql, args) = positional(sql, args);
            Statement::from_sql_and_values(DbBackend::Sqlite, sql, args)
        }
        Engine::Postgres => Statement::from_sql_and_values(DbBackend::Postgres, sql, args),
    }
}

/// `$2 … $1` with two values to `? … ?` with the values in the order of their places; quoted text stays.
fn positional(sql: &str, args: Vec<sea_orm::Value>) -> (String, Vec<sea_orm::Value>) {
    let mut out = String::with_capacity(sql.len());
    let mut placed = Vec::with_capacity(args.len());
    let (mut quoted, mut chars) = (false, sql.chars().peekable());
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        if c != '$' || quoted || !chars.peek().is_some_and(char::is_ascii_digit) {
            out.push(c);
            continue;
        }
        let mut number = 0usize;
        while let Some(digit) = chars.peek().and_then(|d| d.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            chars.next();
        }
        out.push('?');
        placed.extend(number.checked_sub(1).and_then(|i| args.get(i)).cloned());
    }
    (out, placed)
}

#[cfg(test)]
mod tests {
    use super::positional;
    use crate::args;

    #[test]
    fn values_follow_their_places_and_text_stays() {
        let (sql, values) = positional("SELECT '$1 it''s $2', a->>'$x' FROM t WHERE b = $2 AND c = $1 AND d = $2", args![7i64, "b"]);
        assert_eq!(sql, "SELECT '$1 it''s $2', a->>'$x' FROM t WHERE b = ? AND c = ? AND d = ?");
        assert_eq!(values, args!["b", 7i64, "b"]);
    }
}
