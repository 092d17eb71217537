//! A write transaction: the only way to change a row.

use crate::db::{Engine, statement};
use crate::error::db_err;
use crate::query::Query;
use rounds_kernel::{Actor, Error, NewFact, Result, Time};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};

/// Parameters of one statement are kept below SQLite's limit of 32,766.
const MAX_PARAMETERS: usize = 30_000;

/// A running write transaction with who acts and what time it is. Made by the runner only.
pub struct Tx {
    pub(crate) inner: DatabaseTransaction,
    pub(crate) engine: Engine,
    /// Who acts.
    pub actor: Actor,
    /// The instant of this command; one for all its rows.
    pub now: Time,
    /// The installation's key, for signed links and secrets.
    pub keys: crate::Keys,
    pub(crate) notes: Vec<String>,
    pub(crate) facts: FactsWritten,
}

/// Facts that a transaction has added so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FactsWritten {
    /// How many; those that the log held already do not count.
    pub count: u64,
    /// The lowest id among them, 0 for none.
    pub first: i64,
    /// The highest id among them, 0 for none.
    pub last: i64,
}

impl FactsWritten {
    pub(crate) fn add(&mut self, count: u64, first: i64, last: i64) {
        if count > 0 {
            self.first = if self.count == 0 { first } else { self.first.min(first) };
            self.last = self.last.max(last);
            self.count += count;
        }
    }
}

impl Tx {
    /// Runs one statement and says how many rows it touched.
    pub async fn execute(&mut self, sql: &str, args: Vec<Value>) -> Result<u64> {
        let stmt = statement(self.engine, sql, args);
        Ok(self.inner.execute_raw(stmt).await.map_err(db_err)?.rows_affected())
    }

    /// Inserts one row and returns its id.
    pub async fn insert(&mut self, table: &str, columns: &[&str], row: Vec<Value>) -> Result<i64> {
        let sql = format!("{} RETURNING id", insert_sql(Engine::Postgres, table, columns, 1, ""));
        let rows = self.fetch(&sql, row).await?;
        rows.first().ok_or_else(|| Error::internal("an insert returned no id"))?.try_get_by_index::<i64>(0).map_err(db_err)
    }

    /// Inserts many rows, as many a statement as the engines allow. `suffix` may hold an `ON CONFLICT …` clause.
    /// Returns how many rows were written.
    pub async fn insert_many(&mut self, table: &str, columns: &[&str], rows: Vec<Vec<Value>>, suffix: &str) -> Result<u64> {
        let per = (MAX_PARAMETERS / columns.len().max(1)).clamp(1, 1_000);
        let mut written = 0;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(per).collect();
            let sql = insert_sql(self.engine, table, columns, chunk.len(), suffix);
            let values: Vec<Value> = chunk.into_iter().flatten().collect();
            written += self.execute_placed(sql, values).await?;
        }
        Ok(written)
    }

    /// Runs a statement whose places are in their order and as the engine writes them: none of this size is rewritten.
    pub(crate) async fn execute_placed(&mut self, sql: String, values: Vec<Value>) -> Result<u64> {
        let statement = Statement::from_sql_and_values(backend(self.engine), sql, values);
        Ok(self.inner.execute_raw(statement).await.map_err(db_err)?.rows_affected())
    }

    /// Adds `fact` to the log. Facts are never changed or removed.
    pub async fn fact(&mut self, fact: NewFact) -> Result<()> {
        self.facts(vec![fact]).await
    }

    /// Adds many facts; one whose natural key is known already is skipped, so that a repeated import doubles nothing.
    pub async fn facts(&mut self, facts: Vec<NewFact>) -> Result<()> {
        crate::facts::append(self, facts).await
    }

    /// Facts added in this transaction so far.
    pub fn facts_written(&self) -> FactsWritten {
        self.facts
    }

    /// Tells live pages and subscribers that `topic` changed.
    pub async fn publish(&mut self, topic: &str, body: serde_json::Value) -> Result<()> {
        crate::outbox::append(self, topic, body).await
    }

    /// Adds a line to this command's audit entry.
    pub fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }
}

impl Query for Tx {
    fn engine(&self) -> Engine {
        self.engine
    }

    async fn fetch(&self, sql: &str, args: Vec<Value>) -> Result<Vec<QueryResult>> {
        self.inner.query_all_raw(statement(self.engine, sql, args)).await.map_err(db_err)
    }
}

/// The engine's name in the database library.
pub(crate) fn backend(engine: Engine) -> DbBackend {
    match engine {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
    }
}

fn insert_sql(engine: Engine, table: &str, columns: &[&str], rows: usize, suffix: &str) -> String {
    use std::fmt::Write;
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    for r in 0..rows {
        sql.push_str(if r == 0 { "(" } else { ", (" });
        for c in 0..columns.len() {
            sql.push_str(if c == 0 { "" } else { "," });
            match engine {
                Engine::Sqlite => sql.push('?'),
                // Writing to a String cannot fail.
                Engine::Postgres => drop(write!(sql, "${}", r * columns.len() + c + 1)),
            }
        }
        sql.push(')');
    }
    if !suffix.is_empty() {
        sql.push(' ');
        sql.push_str(suffix);
    }
    sql
}
