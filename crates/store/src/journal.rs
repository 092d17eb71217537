//! What an import changes, row by row: the database itself notes it while one is watched, so that it can be shown before it is done
//! (dry run) and taken back afterwards.
//!
//! Each table of records has triggers that write the row before and after into `change_row`; they do so only inside a transaction
//! that called [`watch`], so that everyday writes pay next to nothing. Facts are not noted one by one: a transaction's facts are a
//! range of ids ([`crate::FactsWritten`]). Table and column names come from the database's own catalogue.

use crate::db::{Db, Engine};
use crate::error::db_err;
use crate::query::Query;
use crate::{SqlMigration, Tx, Value, args};
use rounds_kernel::{JobId, Result};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::BTreeMap;

pub(crate) const MIGRATION: SqlMigration = SqlMigration {
    name: "m20261123_090100_store_change_row",
    up: "
CREATE TABLE change_row (
  id {id}, job_id BIGINT NOT NULL, place TEXT NOT NULL, op TEXT NOT NULL, row_before {json}, row_after {json});
CREATE INDEX change_row_job ON change_row (job_id, id);
CREATE TABLE change_watch (job_id BIGINT NOT NULL);
",
};

/// Tables whose rows are no records of their own: logs, technical state, and what follows from other rows and is made again.
const PASSED_OVER: &[&str] =
    &["account_scope", "audit", "change_row", "change_watch", "command_key", "fact", "job", "moved_row", "outbox", "setting", "search_doc"];

/// The same, by the beginning of their names.
const PASSED_OVER_ALL: &[&str] = &["seaql_", "sqlite_", "search_", "import_", "session", "tower_", "fact_"];

fn noted(table: &str) -> bool {
    !PASSED_OVER.contains(&table) && !PASSED_OVER_ALL.iter().any(|p| table.starts_with(p))
}

/// One noted change.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Change {
    /// Id, in order.
    pub id: i64,
    /// Table.
    pub place: String,
    /// `i` for a new row, `u` for a changed one, `d` for one taken out.
    pub op: String,
    /// The row before, as a JSON object.
    pub row_before: Option<serde_json::Value>,
    /// The row after.
    pub row_after: Option<serde_json::Value>,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    place: String,
    name: String,
    kind: String,
    key: i64,
}

/// A table's columns and those that name its rows.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Columns that are noted; byte strings are not.
    pub columns: Vec<String>,
    /// Columns of its primary key.
    pub key: Vec<String>,
}

/// All tables that are noted, with their columns.
pub async fn shapes(db: &impl Query) -> Result<BTreeMap<String, Shape>> {
    let sql = match db.engine() {
        Engine::Sqlite => {
            "SELECT t.name AS place, c.name AS name, c.type AS kind, CAST(c.pk AS BIGINT) AS key FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' ORDER BY t.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT c.table_name::text AS place, c.column_name::text AS name, c.data_type::text AS kind, \
             (CASE WHEN k.column_name IS NULL THEN 0 ELSE 1 END)::bigint AS key FROM information_schema.columns c \
             JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE' \
             LEFT JOIN information_schema.table_constraints p ON p.table_schema = c.table_schema AND p.table_name = c.table_name \
               AND p.constraint_type = 'PRIMARY KEY' \
             LEFT JOIN information_schema.key_column_usage k ON k.constraint_name = p.constraint_name AND k.table_schema = c.table_schema \
               AND k.table_name = c.table_name AND k.column_name = c.column_name \
             WHERE c.table_schema = current_schema() AND c.is_generated = 'NEVER' ORDER BY c.table_name, c.ordinal_position"
        }
    };
    let mut out: BTreeMap<String, Shape> = BTreeMap::new();
    for row in db.all::<ColumnRow>(sql, vec![]).await?.into_iter().filter(|r| noted(&r.place)) {
        let shape = out.entry(row.place).or_default();
        if matches!(row.kind.to_ascii_uppercase().as_str(), "BLOB" | "BYTEA") {
            continue;
        }
        if row.key > 0 {
            shape.key.push(row.name.clone());
        }
        shape.columns.push(row.name);
    }
    // A row without a key cannot be found again.
    out.retain(|_, s| !s.key.is_empty());
    Ok(out)
}

fn object(row: &str, columns: &[String]) -> String {
    let pairs: Vec<String> = columns.iter().map(|c| format!("'{c}', {row}.{c}")).collect();
    format!("json_object({})", pairs.join(", "))
}

/// The three triggers of a table on SQLite, by name.
fn sqlite_triggers(table: &str, shape: &Shape) -> Vec<(String, String)> {
    let (old, new) = (object("OLD", &shape.columns), object("NEW", &shape.columns));
    let make = |event: &str, op: &str, before: &str, after: &str| {
        let name = format!("change_{op}_{table}");
        let sql = format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} WHEN EXISTS (SELECT 1 FROM change_watch) BEGIN \
             INSERT INTO change_row (job_id, place, op, row_before, row_after) SELECT job_id, '{table}', '{op}', {before}, {after} FROM change_watch; END"
        );
        (name, sql)
    };
    vec![make("INSERT", "i", "NULL", &new), make("UPDATE", "u", &old, &new), make("DELETE", "d", &old, "NULL")]
}

const POSTGRES_FUNCTION: &str = "CREATE OR REPLACE FUNCTION change_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF TG_OP = 'INSERT' THEN INSERT INTO change_row (job_id, place, op, row_after) VALUES (current_setting('rounds.job')::bigint, TG_TABLE_NAME, 'i', to_jsonb(NEW)); \
    ELSIF TG_OP = 'UPDATE' THEN INSERT INTO change_row (job_id, place, op, row_before, row_after) VALUES (current_setting('rounds.job')::bigint, TG_TABLE_NAME, 'u', to_jsonb(OLD), to_jsonb(NEW)); \
    ELSE INSERT INTO change_row (job_id, place, op, row_before) VALUES (current_setting('rounds.job')::bigint, TG_TABLE_NAME, 'd', to_jsonb(OLD)); END IF; \
    RETURN NULL; END $$";

#[derive(FromQueryResult)]
struct Trigger {
    name: String,
    sql: String,
}

impl Db {
    /// Sees to it that every table of records has its triggers, with the columns it has now. Called after migrations.
    ///
    /// # Errors
    /// The database refuses a statement.
    pub async fn note_changes(&self) -> Result<()> {
        let shapes = shapes(self).await?;
        let have = match self.engine() {
            Engine::Sqlite => "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'change!___!_%' ESCAPE '!'",
            Engine::Postgres => {
                "SELECT c.relname::text AS name, '' AS sql FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'change_noted' AND n.nspname = current_schema()"
            }
        };
        let have: BTreeMap<String, String> = self.all::<Trigger>(have, vec![]).await?.into_iter().map(|t| (t.name, t.sql)).collect();
        let mut wanted = Vec::new();
        for (table, shape) in &shapes {
            match self.engine() {
                Engine::Sqlite => {
                    for (name, sql) in sqlite_triggers(table, shape).into_iter().filter(|(name, sql)| have.get(name) != Some(sql)) {
                        wanted.push(format!("DROP TRIGGER IF EXISTS {name}"));
                        wanted.push(sql);
                    }
                }
                Engine::Postgres if have.contains_key(table) => {}
                Engine::Postgres => wanted.push(format!(
                    "CREATE TRIGGER change_noted AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW \
                     WHEN (current_setting('rounds.job', true) <> '') EXECUTE FUNCTION change_noted()"
                )),
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let tx = self.begin().await?;
        if self.engine() == Engine::Postgres {
            tx.execute_unprepared(POSTGRES_FUNCTION).await.map_err(db_err)?;
        }
        for sql in wanted {
            tx.execute_unprepared(&sql).await.map_err(db_err)?;
        }
        tx.commit().await.map_err(db_err)
    }
}

/// Changes of this transaction are noted under `job` from here on.
pub async fn watch(tx: &mut Tx, job: JobId) -> Result<()> {
    match tx.engine() {
        Engine::Sqlite => tx.execute("INSERT INTO change_watch (job_id) VALUES ($1)", args![job.0]).await.map(|_| ()),
        Engine::Postgres => tx.text("SELECT set_config('rounds.job', $1, true)", args![job.0.to_string()]).await.map(|_| ()),
    }
}

/// Changes are no longer noted.
pub async fn unwatch(tx: &mut Tx) -> Result<()> {
    match tx.engine() {
        Engine::Sqlite => tx.execute("DELETE FROM change_watch", vec![]).await.map(|_| ()),
        Engine::Postgres => tx.text("SELECT set_config('rounds.job', '', true)", vec![]).await.map(|_| ()),
    }
}

/// Noted changes of a job before the cursor, the latest first.
pub async fn of_job(db: &impl Query, job: JobId, before: i64, limit: u64) -> Result<Vec<Change>> {
    let sql = "SELECT id, place, op, row_before, row_after FROM change_row WHERE job_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    db.all(sql, args![job.0, before, limit as i64]).await
}

/// Forgets the noted changes of a job.
pub async fn forget(tx: &mut Tx, job: JobId) -> Result<()> {
    tx.execute("DELETE FROM change_row WHERE job_id = $1", args![job.0]).await.map(|_| ())
}

/// A value of a noted row as a parameter.
fn value(v: Option<&serde_json::Value>) -> Value {
    match v {
        None | Some(serde_json::Value::Null) => Value::String(None),
        Some(serde_json::Value::Bool(b)) => Value::from(*b),
        Some(serde_json::Value::Number(n)) if n.is_i64() => Value::from(n.as_i64().unwrap_or_default()),
        Some(serde_json::Value::Number(n)) => Value::from(n.as_f64().unwrap_or_default()),
        Some(serde_json::Value::String(s)) => Value::from(s.clone()),
        Some(other) => Value::from(other.to_string()),
    }
}

/// The condition that finds a noted row, with its parameters.
fn found_by(shape: &Shape, row: &serde_json::Value) -> (String, Vec<Value>) {
    let conditions: Vec<String> = shape.key.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
    (conditions.join(" AND "), shape.key.iter().map(|c| value(row.get(c))).collect())
}

#[derive(FromQueryResult)]
struct Now {
    now: serde_json::Value,
}

/// The row as it is now; `None` when it is gone.
pub async fn now(tx: &Tx, place: &str, shape: &Shape, row: &serde_json::Value) -> Result<Option<serde_json::Value>> {
    let (condition, args) = found_by(shape, row);
    let object = match tx.engine() {
        Engine::Sqlite => object(place, &shape.columns),
        Engine::Postgres => format!("to_jsonb({place})"),
    };
    Ok(tx.one::<Now>(&format!("SELECT {object} AS now FROM {place} WHERE {condition}"), args).await?.map(|n| n.now))
}

/// Takes a row out.
pub async fn take_out(tx: &mut Tx, place: &str, shape: &Shape, row: &serde_json::Value) -> Result<()> {
    let (condition, args) = found_by(shape, row);
    tx.execute(&format!("DELETE FROM {place} WHERE {condition}"), args).await.map(|_| ())
}

/// Gives `columns` of a row the values that `before` has.
pub async fn put_back(tx: &mut Tx, place: &str, shape: &Shape, before: &serde_json::Value, columns: &[String]) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let (condition, mut args) = found_by(shape, before);
    args.push(Value::from(before.to_string()));
    let json = args.len();
    let set: Vec<String> = match tx.engine() {
        Engine::Sqlite => columns.iter().map(|c| format!("{c} = ${json}->>'{c}'")).collect(),
        Engine::Postgres => columns.iter().map(|c| format!("{c} = (jsonb_populate_record(NULL::{place}, ${json}::jsonb)).{c}")).collect(),
    };
    tx.execute(&format!("UPDATE {place} SET {} WHERE {condition}", set.join(", ")), args).await.map(|_| ())
}

/// Puts a row in again that was taken out.
pub async fn put_in(tx: &mut Tx, place: &str, shape: &Shape, before: &serde_json::Value) -> Result<()> {
    let columns = shape.columns.join(", ");
    let args = args![before.to_string()];
    let values: Vec<String> = match tx.engine() {
        Engine::Sqlite => shape.columns.iter().map(|c| format!("$1->>'{c}'")).collect(),
        Engine::Postgres => shape.columns.iter().map(|c| format!("r.{c}")).collect(),
    };
    let from =
        if tx.engine() == Engine::Postgres { format!(" FROM jsonb_populate_record(NULL::{place}, $1::jsonb) r") } else { String::new() };
    tx.execute(&format!("INSERT INTO {place} ({columns}) SELECT {}{from}", values.join(", ")), args).await.map(|_| ())
}
