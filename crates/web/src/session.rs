//! Sessions in our own database. The table holds a hash of the cookie's value, so that a copy of the database opens no session.

use async_trait::async_trait;
use rounds_kernel::{Time, UserId};
use rounds_store::{FromQueryResult, MigrationTrait, Query, Runner, SqlMigration, Tx, args};
use serde::{Deserialize, Serialize};
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
        SqlMigration {
            name: "m20261123_080100_web_session_owner",
            up: "
ALTER TABLE web_session ADD COLUMN user_id BIGINT;
ALTER TABLE web_session ADD COLUMN begun_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE web_session ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE web_session ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX web_session_user ON web_session (user_id, seen_at);
",
        }
        .boxed(),
    ]
}

/// How long a session lasts; a section of the settings, changed by the platform area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionRules {
    /// Minutes without use after which it is over.
    pub idle_minutes: i64,
    /// Hours after which it is over, used or not.
    pub most_hours: i64,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { idle_minutes: 720, most_hours: 168 }
    }
}

/// Key of the setting that holds the [`SessionRules`].
const RULES: &str = "setup.sessions";

/// A session of a signed-in user, for their list of sessions.
#[derive(Debug, Clone, FromQueryResult)]
pub struct SessionRow {
    /// Names the session without opening it.
    pub id: String,
    /// When it began, seconds.
    pub begun_at: i64,
    /// Last use as far as written down, seconds.
    pub seen_at: i64,
    /// Browser and address at sign-in.
    pub about: String,
}

/// Open sessions of a user, the latest used first.
pub async fn sessions_of(db: &impl Query, user: UserId, now: Time) -> rounds_kernel::Result<Vec<SessionRow>> {
    let sql = "SELECT id, begun_at, seen_at, about FROM web_session WHERE user_id = $1 AND expires_at >= $2 ORDER BY seen_at DESC, id";
    let mut rows: Vec<SessionRow> = db.all(sql, args![user.0, now.0 / 1_000_000]).await?;
    for r in &mut rows {
        if let Some((address, agent)) = r.about.split_once(" · ") {
            r.about = format!("{} · {address}", crate::plain::browser(agent));
        }
    }
    Ok(rows)
}

/// Ends one session of a user (`Some`), or all of them but the one that `keep` names.
pub async fn end_sessions(tx: &mut Tx, user: UserId, one: Option<&str>, keep: Option<&str>) -> rounds_kernel::Result<u64> {
    match one {
        Some(id) => tx.execute("DELETE FROM web_session WHERE user_id = $1 AND id = $2", args![user.0, id]).await,
        None => tx.execute("DELETE FROM web_session WHERE user_id = $1 AND id <> $2", args![user.0, keep.unwrap_or_default()]).await,
    }
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
    begun_at: i64,
    rules: Option<String>,
}

/// Keys under which the session itself holds when it began and from where; they follow it through a change of its id.
pub(crate) const BEGUN_KEY: &str = "begun";
pub(crate) const ABOUT_KEY: &str = "about";
/// Where axum-login keeps the user.
const LOGIN_KEY: &str = "axum-login.data";

fn rules_of(text: Option<String>) -> SessionRules {
    text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}

impl SessionRules {
    fn idle(&self) -> i64 {
        self.idle_minutes.max(1) * 60
    }

    /// When a session that began then and is used now ends.
    fn until(&self, begun: i64, now: i64) -> i64 {
        (now + self.idle()).min(begun + self.most_hours.max(1) * 3_600)
    }
}

/// What the table calls a session: a hash of its id.
pub(crate) fn key(id: &Id) -> String {
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
        let user = record.data.get(LOGIN_KEY).and_then(|d| d.get("user_id")).and_then(serde_json::Value::as_i64);
        let now = self.seconds();
        let begun = record.data.get(BEGUN_KEY).and_then(serde_json::Value::as_i64).unwrap_or(now);
        let about = record.data.get(ABOUT_KEY).and_then(|a| a.as_str()).unwrap_or_default();
        let sql = "INSERT INTO web_session (id, data, expires_at, user_id, begun_at, seen_at, about) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                   ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at, user_id = excluded.user_id, \
                   begun_at = excluded.begun_at, seen_at = excluded.seen_at, about = excluded.about";
        let until = self.rules().await?.until(begun, now);
        self.runner.db.housekeep(sql, args![key(&record.id), data, until, user, begun, now, about]).await.map_err(backend)?;
        Ok(())
    }

    async fn rules(&self) -> Result<SessionRules> {
        Ok(rules_of(rounds_store::settings::get(&self.runner.db, RULES).await.map_err(backend)?))
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
        let sql = "SELECT data, expires_at, begun_at, (SELECT value FROM setting WHERE key = $3) AS rules \
                   FROM web_session WHERE id = $1 AND expires_at >= $2";
        let Some(row) = self.runner.db.one::<Row>(sql, args![key(id), now, RULES]).await.map_err(backend)? else { return Ok(None) };
        let rules = rules_of(row.rules);
        let until = rules.until(row.begun_at.max(1), now);
        if until < now {
            return Ok(None); // the rules became stricter meanwhile
        }
        // Use extends a session; written down at most once in a twentieth of its idle time.
        if row.expires_at < until - rules.idle() / 20 {
            let sql = "UPDATE web_session SET expires_at = $2, seen_at = $3 WHERE id = $1";
            self.runner.db.housekeep(sql, args![key(id), until, now]).await.map_err(backend)?;
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
