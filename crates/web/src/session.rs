//! Sessions in our own database. The table holds a hash of the cookie's value, so that a copy of the database opens no session.

use async_trait::async_trait;
use rounds_store::{FromQueryResult, MigrationTrait, Query, Runner, SqlMigration, args};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result, SessionStore};

/// Tables this crate owns.
pub const OWN_TABLES: &[&str] = &["web_session"];

/// Migrations of this crate.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_100200_web_session",
            up: "CREATE TABLE web_session (id TEXT PRIMARY KEY, data TEXT NOT NULL, expires_at BIGINT NOT NULL);\nCREATE INDEX web_session_expiry ON web_session (expires_at);\n",
        }
        .boxed(),
    ]
}

/// The session store.
#[derive(Clone)]
pub struct Sessions {
    runner: Runner,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

#[derive(FromQueryResult)]
struct Row {
    data: String,
    expires_at: i64,
}

/// A session unused for this long is over; the cookie itself lives a day.
const IDLE_SECONDS: i64 = 12 * 3_600;
/// Use extends a session, written down at most this often.
const EXTEND_SECONDS: i64 = 1_800;

fn key(id: &Id) -> String {
    blake3::hash(&id.0.to_le_bytes()).to_hex().to_string()
}

fn backend(e: impl std::fmt::Display) -> Error {
    Error::Backend(e.to_string())
}

impl Sessions {
    /// Sessions kept in the runner's database.
    pub fn new(runner: Runner) -> Self {
        Self { runner }
    }

    async fn write(&self, record: &Record) -> Result<()> {
        let data = serde_json::to_string(record).map_err(|e| Error::Encode(e.to_string()))?;
        let sql = "INSERT INTO web_session (id, data, expires_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at";
        let until = self.seconds() + IDLE_SECONDS;
        self.runner.db.housekeep(sql, args![key(&record.id), data, until]).await.map_err(backend)?;
        Ok(())
    }

    /// The runner's clock, not the computer's: a session ends by the same time as everything else.
    fn seconds(&self) -> i64 {
        self.runner.now().0 / 1_000_000
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = self.seconds();
        self.runner.db.housekeep("DELETE FROM web_session WHERE expires_at < $1", args![now]).await.map_err(backend)?;
        // Ids are 128 random bits: a collision is not to be expected in the life of the universe.
        self.write(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.seconds();
        let sql = "SELECT data, expires_at FROM web_session WHERE id = $1 AND expires_at >= $2";
        let Some(row) = self.runner.db.one::<Row>(sql, args![key(id), now]).await.map_err(backend)? else { return Ok(None) };
        if row.expires_at < now + IDLE_SECONDS - EXTEND_SECONDS {
            let sql = "UPDATE web_session SET expires_at = $2 WHERE id = $1";
            self.runner.db.housekeep(sql, args![key(id), now + IDLE_SECONDS]).await.map_err(backend)?;
        }
        let mut record: Record = serde_json::from_str(&row.data).map_err(|e| Error::Decode(e.to_string()))?;
        record.id = *id;
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.runner.db.housekeep("DELETE FROM web_session WHERE id = $1", args![key(id)]).await.map_err(backend)?;
        Ok(())
    }
}
