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

/// What the drivers say when a connection is cut while it is used.
const CUT: &[&str] = &[
    "error communicating with database",
    "terminating connection",
    "Broken pipe",
    "Connection reset",
    "connection closed",
    "unexpected end of file",
    "expected to read",
];

/// What they say when the server is away or not back yet.
const AWAY: &[&str] = &["Connection refused", "connection refused", "the database system is", "pool timed out"];

/// Whether the connection was cut while it was used: no word about the server, which may be back.
pub(crate) fn is_cut(e: &DbErr) -> bool {
    let text = e.to_string();
    !matches!(e, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) && CUT.iter().any(|c| text.contains(c))
}

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
        _ if CUT.iter().chain(AWAY).any(|g| text.contains(g)) => {
            ("store.unreachable", "The database does not answer.", "Try again in a moment.")
        }
        _ if text.contains("No space left") || text.contains("disk is full") => {
            ("store.disk_full", "The disk of the database is full.", "Free space, then try again.")
        }
        _ => return None,
    };
    Some(Error::new(ErrorKind::Unavailable, code, format!("{cause} Nothing was changed."), remedy))
}
