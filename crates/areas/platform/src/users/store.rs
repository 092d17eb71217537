//! The user table.

use rounds_kernel::{Result, Role, UserId};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::BTreeMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_110000_platform_user",
            up: "
CREATE TABLE app_user (
  id {id}, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, manager_id BIGINT, zone TEXT NOT NULL,
  weekly_minutes BIGINT NOT NULL, active BOOLEAN NOT NULL, password_hash TEXT);
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261123_080400_platform_user_account",
            up: "
ALTER TABLE app_user ADD COLUMN locale TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE app_user ADD COLUMN signed_in_at BIGINT;
",
        }
        .boxed(),
        SqlMigration {
            name: "m20261127_081000_platform_user_line",
            up: "
ALTER TABLE app_user ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN local_manager_id BIGINT;
",
        }
        .boxed(),
    ]
}

/// A user as stored.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub struct UserRow {
    /// Id.
    pub id: i64,
    /// Sign-in name, lower case.
    pub email: String,
    /// Full name.
    pub name: String,
    /// Role code.
    pub role: String,
    /// Frontline manager.
    pub manager_id: Option<i64>,
    /// Second manager: the frontline manager of the place a remote user sells to, beside the one of their hub.
    pub local_manager_id: Option<i64>,
    /// Telephone number that customers may call; empty when none is known.
    pub phone: String,
    /// IANA time zone.
    pub zone: String,
    /// Minutes a week available for planned contacts.
    pub weekly_minutes: i64,
    /// False once switched off: cannot sign in and gets no work.
    pub active: bool,
    /// argon2id in PHC form; none for users without a password.
    pub password_hash: Option<String>,
    /// Locale code; empty for the international one.
    pub locale: String,
    /// Raised by whatever ends all sessions.
    pub epoch: i64,
    /// Last time signed in, µs UTC.
    pub signed_in_at: Option<i64>,
}

const COLUMNS: &str =
    "id, email, name, role, manager_id, local_manager_id, phone, zone, weekly_minutes, active, password_hash, locale, epoch, signed_in_at";

impl UserRow {
    /// Role; users with a role of a newer release are treated as marketers without write access to queues.
    pub fn role(&self) -> Role {
        Role::parse(&self.role).unwrap_or(Role::Marketer)
    }
}

/// All users by name.
pub async fn all(db: &impl Query) -> Result<Vec<UserRow>> {
    db.all(&format!("SELECT {COLUMNS} FROM app_user ORDER BY name, id"), vec![]).await
}

/// The user with this e-mail, any case.
pub async fn by_email(db: &impl Query, email: &str) -> Result<Option<UserRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM app_user WHERE email = $1"), args![email.trim().to_lowercase()]).await
}

/// The user with this id.
pub async fn by_id(db: &impl Query, id: UserId) -> Result<Option<UserRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM app_user WHERE id = $1"), args![id.0]).await
}

/// Keeps a password's hash and ends what the old one opened.
pub(crate) async fn keep_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    let sql = "UPDATE app_user SET password_hash = $2, epoch = epoch + 1 WHERE id = $1";
    tx.execute(sql, args![user.0, hash]).await.map(|_| ())
}

/// Keeps how a user reads dates, numbers and times.
pub(crate) async fn keep_preferences(tx: &mut Tx, user: UserId, locale: &str, zone: &str) -> Result<()> {
    tx.execute("UPDATE app_user SET locale = $2, zone = $3 WHERE id = $1", args![user.0, locale, zone]).await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Link {
    id: i64,
    manager_id: Option<i64>,
    local_manager_id: Option<i64>,
}

/// For each user, the managers above, nearest first: the first and the local one, theirs, and so on. A circle ends where it closes.
pub async fn managers_above(db: &impl Query) -> Result<BTreeMap<i64, Vec<i64>>> {
    let links = db.all::<Link>("SELECT id, manager_id, local_manager_id FROM app_user", vec![]).await?;
    let links: BTreeMap<i64, Vec<i64>> =
        links.into_iter().map(|l| (l.id, [l.manager_id, l.local_manager_id].into_iter().flatten().collect())).collect();
    let chain = |id: i64| {
        let mut above: Vec<i64> = Vec::new();
        let mut next = 0;
        let mut at = Some(id);
        while let Some(of) = at {
            for m in links.get(&of).into_iter().flatten() {
                if *m != id && !above.contains(m) {
                    above.push(*m);
                }
            }
            at = above.get(next).copied();
            next += 1;
        }
        above
    };
    Ok(links.keys().map(|id| (*id, chain(*id))).collect())
}

/// The user and everyone below, for a manager's scope.
pub(super) async fn team_of(db: &impl Query, id: UserId) -> Result<Vec<UserId>> {
    let above = managers_above(db).await?;
    let mut team: Vec<UserId> = above.into_iter().filter(|(u, m)| *u == id.0 || m.contains(&id.0)).map(|(u, _)| UserId(u)).collect();
    team.sort_unstable();
    Ok(team)
}
