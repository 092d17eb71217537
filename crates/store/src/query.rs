//! Reading rows, the same way from the database and from inside a transaction.

use crate::db::Engine;
use crate::error::db_err;
use rounds_kernel::Result;
use sea_orm::{FromQueryResult, QueryResult, Value};
use std::future::Future;

/// Something that answers queries: a [`crate::Db`] (a reader that never waits for the writer) or a [`crate::Tx`].
pub trait Query: Sync {
    /// The engine, for the few statements that differ.
    fn engine(&self) -> Engine;

    /// Raw rows of `sql` with numbered parameters.
    fn fetch(&self, sql: &str, args: Vec<Value>) -> impl Future<Output = Result<Vec<QueryResult>>> + Send;

    /// All rows, typed.
    fn all<T: FromQueryResult + Send>(&self, sql: &str, args: Vec<Value>) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move { self.fetch(sql, args).await?.iter().map(|r| T::from_query_result(r, "").map_err(db_err)).collect() }
    }

    /// The first row, typed.
    fn one<T: FromQueryResult + Send>(&self, sql: &str, args: Vec<Value>) -> impl Future<Output = Result<Option<T>>> + Send {
        async move { self.fetch(sql, args).await?.first().map(|r| T::from_query_result(r, "").map_err(db_err)).transpose() }
    }

    /// One whole number, the first column of the first row; 0 for no row or NULL.
    fn number(&self, sql: &str, args: Vec<Value>) -> impl Future<Output = Result<i64>> + Send {
        async move {
            let rows = self.fetch(sql, args).await?;
            let Some(row) = rows.first() else { return Ok(0) };
            Ok(row.try_get_by_index::<Option<i64>>(0).map_err(db_err)?.unwrap_or(0))
        }
    }

    /// One text, the first column of the first row.
    fn text(&self, sql: &str, args: Vec<Value>) -> impl Future<Output = Result<Option<String>>> + Send {
        async move {
            let rows = self.fetch(sql, args).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            row.try_get_by_index::<Option<String>>(0).map_err(db_err)
        }
    }
}

/// A pattern for `LOWER(…) LIKE LOWER(…) ESCAPE '!'` that finds `text` anywhere, whatever its case. Small letters are the engine's
/// business: SQLite knows those of the Latin alphabet alone, so that there “Öl” is found as it is written.
pub fn contains(text: &str) -> String {
    let plain = text.trim().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// The condition that `column` is one of `ids`, and the value at `place` that holds them all: the statement's text is the same for
/// every list, so that the engine plans it once.
pub fn one_of(engine: Engine, column: &str, place: usize, ids: impl IntoIterator<Item = i64>) -> (String, Value) {
    let ids = ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    match engine {
        Engine::Sqlite => (format!("{column} IN (SELECT value FROM json_each(${place}))"), format!("[{ids}]").into()),
        Engine::Postgres => (format!("{column} = ANY(CAST(${place} AS BIGINT[]))"), format!("{{{ids}}}").into()),
    }
}
