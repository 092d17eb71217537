//! Database failures as errors with a code, a cause and a remedy.

use rounds_kernel::{Error, ErrorKind};
use sea_orm::{DbErr, SqlErr};

/// Turns a database failure into an [`Error`]. Unique violations become conflicts with code `store.unique`, so that a
/// command can say in its own words who was faster.
pub fn db_err(e: DbErr) -> Error {
    match e.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) => Error::conflict(
            "store.unique",
            format!("There is such a record already ({what}). Nothing was changed."),
            "Reload the page to see the present state.",
        ),
        Some(SqlErr::ForeignKeyConstraintViolation(what)) => Error::invalid(
            "store.reference",
            format!("The record refers to something that does not exist ({what})."),
            "Check the ids and try again.",
        ),
        _ => unavailable(&e).unwrap_or_else(|| {
            tracing::error!(error = %e, "database failure");
            Error::internal("the database refused a statement")
        }),
    }
}

/// What the drivers say when the server is away, goes away or comes back.
const GONE: &[&str] = &[
    "Connection refused",
    "connection refused",
    "error communicating with database",
    "terminating connection",
    "the database system is",
    "Broken pipe",
    "Connection reset",
    "connection closed",
    "unexpected end of file",
    "expected to read",
    "pool timed out",
];

fn unavailable(e: &DbErr) -> Option<Error> {
    let text = e.to_string();
    let (code, cause, remedy) = match e {
        DbErr::ConnectionAcquire(_) => ("store.busy", "All database connections are in use.", "Try again in a moment."),
        DbErr::Conn(_) => {
            ("store.unreachable", "The database cannot be reached.", "Check the --database address and that the server runs.")
        }
        _ if text.contains("database is locked") => {
            ("store.busy", "Another process is writing to the database file.", "Try again in a moment.")
        }
        _ if GONE.iter().any(|g| text.contains(g)) => ("store.unreachable", "The database does not answer.", "Try again in a moment."),
        _ if text.contains("No space left") || text.contains("disk is full") => {
            ("store.disk_full", "The disk of the database is full.", "Free space, then try again.")
        }
        _ => return None,
    };
    Some(Error::new(ErrorKind::Unavailable, code, format!("{cause} Nothing was changed."), remedy))
}
