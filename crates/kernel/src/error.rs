//! Errors as people meet them: a code to search for, the cause, and what to do.

use serde::{Deserialize, Serialize};

/// What kind of failure it is; decides the HTTP status and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The input is wrong (400).
    Invalid,
    /// Nobody is signed in (401).
    Unauthenticated,
    /// Signed in, but not allowed (403).
    Forbidden,
    /// There is no such thing within the actor's scope (404).
    NotFound,
    /// Somebody else was faster, or the state does not allow it (409).
    Conflict,
    /// Too many requests (429).
    TooMany,
    /// A resource is missing or down (503).
    Unavailable,
    /// Our fault (500).
    Internal,
}

/// An error with its code, cause and remedy; never a stack trace.
#[derive(Debug, Clone, thiserror::Error, Serialize, Deserialize)]
#[error("{cause} [{code}] {remedy}")]
pub struct Error {
    /// Kind, for the HTTP status.
    pub kind: ErrorKind,
    /// Stable code in the form `area.problem`.
    pub code: String,
    /// What happened and what it means for the user's data.
    pub cause: String,
    /// What to do.
    pub remedy: String,
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind` with its three parts.
    pub fn new(kind: ErrorKind, code: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, code: code.into(), cause: cause.into(), remedy: remedy.into() }
    }

    /// Wrong input.
    pub fn invalid(code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, cause, remedy)
    }

    /// The state does not allow it, or someone was faster.
    pub fn conflict(code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, cause, remedy)
    }

    /// Not there, or not within the actor's scope: the two are not told apart, so that scope leaks nothing.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorKind::NotFound,
            "record.not_found",
            format!("There is no such {what}, or it is outside what you may see."),
            "Check the address, or ask your manager whether it is in your coverage.",
        )
    }

    /// The role lacks the permission.
    pub fn forbidden(what: &str) -> Self {
        Self::new(
            ErrorKind::Forbidden,
            "access.forbidden",
            format!("Your role does not allow this: {what}. Nothing was changed."),
            "Ask an administrator if your role should include it.",
        )
    }

    /// A failure of ours; `detail` goes to the log, not to the page.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorKind::Internal,
            "server.failed",
            format!("The server could not finish this: {detail}."),
            "Nothing half-done was kept. Try again; if it happens again, give support the code and the time.",
        )
    }
}

/// One rejected row of an import: where, what, why and what to do. Good rows land regardless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReject {
    /// Line in the file, counted from 1 (the header is line 1).
    pub line: u64,
    /// Stable code, e.g. `import.ccn_blank`.
    pub code: String,
    /// What is wrong with the row.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}
