//! A database of one's own: a SQLite file, and PostgreSQL where `ROUNDS_TEST_POSTGRES` says where it is.

use sea_orm::{ConnectionTrait, Database};
use std::sync::atomic::{AtomicU64, Ordering};

/// A temporary database.
pub struct TempDb {
    /// What `--database` takes.
    pub url: String,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    _dir: Option<tempfile::TempDir>,
}

/// A new SQLite file, gone when the value is dropped.
pub fn sqlite() -> TempDb {
    let dir = tempfile::tempdir().expect("the system's temporary directory is writable");
    TempDb { url: dir.path().join("test.db").to_string_lossy().into_owned(), engine: "sqlite", _dir: Some(dir) }
}

/// One new database on each engine. Says so when PostgreSQL is not there, so that a green run does not claim more than it did.
pub async fn databases() -> Vec<TempDb> {
    let mut all = vec![sqlite()];
    match std::env::var("ROUNDS_TEST_POSTGRES") {
        Ok(server) => all.push(postgres(&server).await),
        Err(_) => println!("skipped on PostgreSQL: ROUNDS_TEST_POSTGRES is not set (make test sets it)"),
    }
    all
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A new database on the server; the throwaway server takes it along when it ends.
async fn postgres(server: &str) -> TempDb {
    let name = format!("rounds_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(server).await.expect("the PostgreSQL of ROUNDS_TEST_POSTGRES answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("the test user may create databases");
    let _ = admin.close().await;
    let (base, query) = server.split_once('?').map_or((server, None), |(b, q)| (b, Some(q)));
    let root = base.rsplit_once('/').map_or(base, |(r, _)| r);
    let query = query.map_or_else(String::new, |q| format!("?{q}"));
    TempDb { url: format!("{root}/{name}{query}"), engine: "postgres", _dir: None }
}
