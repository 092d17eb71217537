//! The command runner: every write gets its transaction, permission, idempotency key, audit entry and dry run here.

use crate::query::Query;
use crate::tx::FactsWritten;
use crate::{Db, Keys, Tx, args, audit};
use rounds_kernel::{Actor, Clock, Error, Permission, Result, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::Arc;

/// A change, named in the verbs of the trade. Runs whole or not at all.
pub trait Command: Serialize + Send + Sized {
    /// Name in audit entries, e.g. `engage.accept`.
    const NAME: &'static str;
    /// What the actor's role must hold.
    const PERMISSION: Permission;
    /// What it returns.
    type Out: Serialize + DeserializeOwned + Send;

    /// The change itself. Must reach only rows within `tx.actor`'s scope.
    fn run(self, tx: &mut Tx) -> impl Future<Output = Result<Self::Out>> + Send;

    /// What the audit entry shows of the input; override where it holds a secret or a whole batch.
    fn audit_view(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// How to run a command.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// The same key with the same input returns the first result instead of running again.
    pub idempotency_key: Option<String>,
    /// Do everything, return the result, keep nothing.
    pub dry_run: bool,
}

/// A finished command.
#[derive(Debug, Clone)]
pub struct Done<T> {
    /// What it returned.
    pub out: T,
    /// True when an earlier run with the same key had done it already.
    pub repeated: bool,
}

/// Runs commands.
#[derive(Clone)]
pub struct Runner {
    /// The database.
    pub db: Db,
    clock: Arc<dyn Clock>,
    keys: Keys,
}

impl Runner {
    /// A runner over `db` that takes the time from `clock`.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock, keys: Keys::passing() }
    }

    /// The same with the installation's key; without it, the key ends with this process.
    pub fn with_keys(mut self, keys: Keys) -> Self {
        self.keys = keys;
        self
    }

    /// The installation's key, for signed links and secrets.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Runs `command` for `actor`.
    ///
    /// # Errors
    /// `access.forbidden` without the permission; otherwise the command's own. On an error nothing is kept.
    pub async fn run<C: Command>(&self, actor: &Actor, command: C) -> Result<C::Out> {
        Ok(self.run_with(actor, command, RunOptions::default()).await?.out)
    }

    /// Runs `command` with an idempotency key or as a dry run.
    ///
    /// # Errors
    /// `command.key_reused` when the key was used with other input; otherwise as [`Runner::run`].
    pub async fn run_with<C: Command>(&self, actor: &Actor, command: C, options: RunOptions) -> Result<Done<C::Out>> {
        actor.require(C::PERMISSION)?;
        let view = command.audit_view();
        let hash = input_hash(&command)?;
        let inner = self.db.begin().await?;
        let mut tx = Tx {
            inner,
            engine: self.db.engine(),
            actor: actor.clone(),
            now: self.now(),
            keys: self.keys.clone(),
            notes: Vec::new(),
            facts: FactsWritten::default(),
        };
        if let Some(key) = &options.idempotency_key
            && let Some(out) = earlier(&tx, C::NAME, key, &hash).await?
        {
            tx.inner.rollback().await.map_err(crate::db_err)?;
            return Ok(Done { out, repeated: true });
        }
        // An error drops the transaction, which rolls it back.
        let out = command.run(&mut tx).await?;
        if let Some(key) = &options.idempotency_key {
            remember(&mut tx, C::NAME, key, &hash, &out).await?;
        }
        audit::append(&mut tx, C::NAME, &hash, &view).await?;
        if options.dry_run { tx.inner.rollback().await } else { tx.inner.commit().await }.map_err(crate::db_err)?;
        Ok(Done { out, repeated: false })
    }
}

/// Commands tried out one after the other, each seeing what those before it did, and nobody else seeing anything: in a copy of an
/// embedded database, in one transaction of a server. Nothing is kept.
pub struct Rehearsal {
    tx: Tx,
    copy: Option<(Db, tempfile::TempDir)>,
}

impl Runner {
    /// Sets the stage.
    ///
    /// # Errors
    /// `store.disk_full` when there is no room for a copy.
    pub async fn rehearse(&self, actor: &Actor) -> Result<Rehearsal> {
        let copy = self.db.copy().await?;
        let inner = copy.as_ref().map_or(&self.db, |(db, _)| db).begin().await?;
        let tx = Tx {
            inner,
            engine: self.db.engine(),
            actor: actor.clone(),
            now: self.now(),
            keys: self.keys.clone(),
            notes: Vec::new(),
            facts: FactsWritten::default(),
        };
        Ok(Rehearsal { tx, copy })
    }
}

impl Rehearsal {
    /// Runs one command.
    ///
    /// # Errors
    /// As [`Runner::run`]; after an error the rehearsal is over.
    pub async fn run<C: Command>(&mut self, command: C) -> Result<C::Out> {
        self.tx.actor.require(C::PERMISSION)?;
        command.run(&mut self.tx).await
    }

    /// The transaction, for looking at what was done.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Gives up what was done.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn give_up(self) -> Result<()> {
        self.tx.inner.rollback().await.map_err(crate::db_err)?;
        if let Some((db, _folder)) = self.copy {
            db.close().await;
        }
        Ok(())
    }
}

fn input_hash<C: Command>(command: &C) -> Result<String> {
    let bytes = serde_json::to_vec(command).map_err(Error::internal)?;
    Ok(blake3::hash(&bytes).to_hex().to_string())
}

#[derive(sea_orm::FromQueryResult)]
struct KeyRow {
    input_hash: String,
    output: String,
}

fn actor_key(actor: &Actor) -> i64 {
    actor.user.map_or(0, |u| u.0)
}

async fn earlier<T: DeserializeOwned>(tx: &Tx, name: &str, key: &str, hash: &str) -> Result<Option<T>> {
    let sql = "SELECT input_hash, output FROM command_key WHERE command = $1 AND user_id = $2 AND key = $3";
    let Some(row) = tx.one::<KeyRow>(sql, args![name, actor_key(&tx.actor), key]).await? else { return Ok(None) };
    if row.input_hash != hash {
        return Err(Error::conflict(
            "command.key_reused",
            "This request's key was used before with other input. Nothing was changed.",
            "Reload the page and do it again.",
        ));
    }
    serde_json::from_str(&row.output).map(Some).map_err(Error::internal)
}

async fn remember<T: Serialize>(tx: &mut Tx, name: &str, key: &str, hash: &str, out: &T) -> Result<()> {
    let output = serde_json::to_string(out).map_err(Error::internal)?;
    let (user, now) = (actor_key(&tx.actor), tx.now.0);
    tx.execute(
        "INSERT INTO command_key (command, user_id, key, input_hash, output, at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![name, user, key, hash, output, now],
    )
    .await
    .map(|_| ())
}
