//! SQLite and PostgreSQL behind one [`Db`]: transactions, the command runner, the fact log, audit, outbox, jobs, search.
//!
//! SQL is written once, in the part both engines share: numbered parameters (`$1`), `BIGINT` for every integer,
//! `DOUBLE PRECISION`, `TEXT`, `BOOLEAN`; the two tokens `{id}` and `{blob}` of migrations are the only differences.

pub mod audit;
mod db;
pub mod erasure;
mod error;
pub mod facts;
pub mod jobs;
pub mod journal;
mod keys;
mod migration;
pub mod outbox;
mod query;
pub mod repoint;
mod runner;
pub mod search;
pub mod settings;
mod tx;

pub use db::{Db, Engine};
pub use error::db_err;
pub use keys::Keys;
pub use migration::{SqlMigration, own_migrations};
pub use query::{Query, contains, one_of};
pub use runner::{Command, Done, Rehearsal, RunOptions, Runner};
pub use sea_orm::{FromQueryResult, Value};
pub use sea_orm_migration::{MigrationTrait, MigratorTrait};
pub use tx::{FactsWritten, Tx};

/// Tables this crate owns; only it writes them. `search_old` stands only while a migration carries the index over.
pub const OWN_TABLES: &[&str] = &[
    "fact",
    "audit",
    "outbox",
    "job",
    "setting",
    "command_key",
    "search_doc",
    "search_word",
    "search_note",
    "search_old",
    "moved_row",
    "change_row",
    "suppression",
    "change_watch",
];

/// Builds the parameter list of a statement: `args![id, name]`.
#[macro_export]
macro_rules! args {
    ($($e:expr),* $(,)?) => { vec![$($crate::Value::from($e)),*] };
}
