//! One call of an operation, as its handler sees it.

use super::admit::Caller;
use super::answer::tag_of;
use crate::App;
use axum::body::Bytes;
use rounds_kernel::{Actor, Error, ErrorKind, Permission, Result, Time};
use rounds_store::{Command, Db, RunOptions};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What a request sends: the parameters of a `GET` or `DELETE`, the JSON body of the others.
pub trait Input: DeserializeOwned + ToSchema + Send + 'static {}
impl<T: DeserializeOwned + ToSchema + Send + 'static> Input for T {}

/// Nothing is sent.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The places in an operation's path.
pub trait PathPart: Sized + Send + 'static {
    /// Schema of each place, in their order.
    fn schemas() -> Vec<Value>;
    /// From the checked values.
    fn take(values: Vec<Value>) -> Option<Self>;
}

/// The number of a record in the path.
#[derive(Debug, Clone, Copy)]
pub struct Id(pub i64);

/// A short name in the path.
#[derive(Debug, Clone)]
pub struct Text(pub String);

impl PathPart for Nothing {
    fn schemas() -> Vec<Value> {
        Vec::new()
    }

    fn take(_: Vec<Value>) -> Option<Self> {
        Some(Self {})
    }
}

impl PathPart for Id {
    fn schemas() -> Vec<Value> {
        vec![json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX })]
    }

    fn take(values: Vec<Value>) -> Option<Self> {
        values.first()?.as_i64().map(Self)
    }
}

impl PathPart for Text {
    fn schemas() -> Vec<Value> {
        vec![json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9_.:-]+$" })]
    }

    fn take(values: Vec<Value>) -> Option<Self> {
        values.first()?.as_str().map(|s| Self(s.to_owned()))
    }
}

impl PathPart for (Text, Text) {
    fn schemas() -> Vec<Value> {
        [Text::schemas(), Text::schemas()].concat()
    }

    fn take(mut values: Vec<Value>) -> Option<Self> {
        let second = Text::take(values.split_off(1))?;
        Some((Text::take(values)?, second))
    }
}

/// A call with who makes it. Its reads go through [`Call::actor`]'s scope, its changes through [`Call::run`].
pub struct Call {
    /// The application.
    pub app: App,
    /// Who calls; their key may allow less than their role, see [`Call::may`].
    pub actor: Actor,
    /// The time of the request.
    pub now: Time,
    /// The body of an upload; empty otherwise.
    pub body: Bytes,
    pub(super) caller: Caller,
    pub(super) idempotency_key: Option<String>,
    pub(super) if_match: Option<String>,
}

impl Call {
    /// The database, for reads.
    pub fn db(&self) -> &Db {
        self.app.db()
    }

    /// Number of the key that calls; none for a browser's session.
    pub fn key(&self) -> Option<i64> {
        self.caller.key
    }

    /// Whether the caller may do this, by their role and by their key.
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.may(permission) && self.caller.allows(permission)
    }

    /// Runs a command with the request's idempotency key.
    ///
    /// # Errors
    /// Without the permission, by role or by key; `command.key_reused`; otherwise the command's own.
    pub async fn run<C: Command>(&self, command: C) -> Result<C::Out> {
        if !self.caller.allows(C::PERMISSION) {
            return Err(Error::forbidden(C::PERMISSION.label()));
        }
        let options = RunOptions { idempotency_key: self.idempotency_key.clone(), dry_run: false };
        Ok(self.app.runner().run_with(&self.actor, command, options).await?.out)
    }

    /// Runs a command that also refuses what no schema can tell from the request alone, such as an answer that is not among a
    /// question's choices: those refusals are told as conflicts with the record as it stands.
    ///
    /// # Errors
    /// As [`Call::run`].
    pub async fn run_as_it_stands<C: Command>(&self, command: C) -> Result<C::Out> {
        let conflict = |e: Error| if e.kind == ErrorKind::Invalid { Error { kind: ErrorKind::Conflict, ..e } } else { e };
        self.run(command).await.map_err(conflict)
    }

    /// Refuses when the request names another state (`If-Match`) than the present one.
    ///
    /// # Errors
    /// `api.changed` when `present`, as `GET` shows it, is not what the caller read.
    pub fn unchanged(&self, present: &impl Serialize) -> Result<()> {
        let Some(known) = &self.if_match else { return Ok(()) };
        let text = serde_json::to_value(present).map_err(Error::internal)?.to_string();
        let tag = tag_of(text.as_bytes());
        if known.trim() == "*" || known.split(',').any(|t| t.trim() == tag) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Conflict,
            "api.changed",
            "It was changed since you read it. Nothing of yours was changed.",
            "Read it again, then send your change with the new tag.",
        ))
    }
}
