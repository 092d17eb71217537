//! Re-pointing rows from one record to another, and back: what merging and un-merging stand on.
//!
//! A [`Link`] says where rows point at a record. [`apply`] moves them to another record and remembers each one in `moved_row`; a row
//! that would stand there twice is taken out and remembered whole. [`undo`] puts everything back. All of it is set-based SQL in the
//! caller's transaction, so that a record with a hundred thousand facts is moved in one go, or not at all.
//!
//! Table and column names come from our own code, never from input.

use crate::db::Engine;
use crate::query::Query;
use crate::{SqlMigration, Tx, args};
use rounds_kernel::Result;

pub(crate) const MIGRATION: SqlMigration = SqlMigration {
    name: "m20261122_163000_store_moved_row",
    up: "
CREATE TABLE moved_row (
  id {id}, move_id BIGINT NOT NULL, place TEXT NOT NULL, row_id BIGINT, row_key TEXT, removed {json});
CREATE INDEX moved_row_move ON moved_row (move_id, place);
",
};

/// What tells a row of the table from the others that point at the same record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKey {
    /// Its `id`.
    Id,
    /// A column of whole numbers.
    Number(&'static str),
    /// A column of text.
    Text(&'static str),
}

/// Which of two rows stays when both records have one where only one may stand. The other is taken out, and comes back with [`undo`].
#[derive(Debug, Clone, Copy)]
pub enum Wins {
    /// The surviving record's own.
    Survivor,
    /// The one whose `column` stands first in the list; at a tie the survivor's.
    First(&'static str, &'static [&'static str]),
    /// The one with the greater number in the column; at a tie the survivor's.
    Latest(&'static str),
}

/// Rows that may stand only once a record.
#[derive(Debug, Clone, Copy)]
pub struct Once {
    /// Columns that are equal in two such rows, beside the reference itself.
    pub columns: &'static [&'static str],
    /// SQL condition on the rows it concerns, with `{row}` before each column; empty for all.
    pub among: &'static str,
    /// Which one stays.
    pub wins: Wins,
}

/// A column that points at records.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// Table.
    pub table: &'static str,
    /// Column that holds the record's id.
    pub column: &'static str,
    /// Column and value that say which kind of record it is, where a table points at several kinds.
    pub kind: Option<(&'static str, &'static str)>,
    /// What names a row.
    pub key: RowKey,
    /// Rows that may stand only once.
    pub once: &'static [Once],
    /// SQL condition on rows that never move, with `{row}` before each column and `{to}` for the survivor's id; empty for none.
    pub never: &'static str,
}

/// What [`apply`] or [`undo`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Rows that point at another record now.
    pub rows: u64,
    /// Rows taken out, or put back.
    pub removed: u64,
}

impl Link {
    fn place(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }

    fn at(&self, row: &str, id: i64) -> String {
        let kind = self.kind.map_or(String::new(), |(column, value)| format!(" AND {row}.{column} = '{value}'"));
        format!("{row}.{} = {id}{kind}", self.column)
    }

    fn names(&self, row: &str) -> (String, String) {
        match self.key {
            RowKey::Id => (format!("{row}.id"), "NULL".into()),
            RowKey::Number(column) => (format!("{row}.{column}"), "NULL".into()),
            RowKey::Text(column) => ("NULL".into(), format!("{row}.{column}")),
        }
    }

    /// Condition: the row is one of those remembered under `move_id`.
    fn remembered(&self, move_id: i64) -> String {
        let (column, kept) = match self.key {
            RowKey::Id => ("id", "row_id"),
            RowKey::Number(column) => (column, "row_id"),
            RowKey::Text(column) => (column, "row_key"),
        };
        let place = self.place();
        format!("{column} IN (SELECT {kept} FROM moved_row WHERE move_id = {move_id} AND place = '{place}' AND removed IS NULL)")
    }
}

fn among(rule: &Once, row: &str) -> String {
    if rule.among.is_empty() { String::new() } else { format!(" AND {}", rule.among.replace("{row}", row)) }
}

/// SQL: row `a` stands before row `b` by the rule's order; `None` when the survivor's always stays.
fn beats(rule: &Once, a: &str, b: &str) -> Option<String> {
    match rule.wins {
        Wins::Survivor => None,
        Wins::Latest(column) => Some(format!("{a}.{column} > {b}.{column}")),
        Wins::First(column, order) => {
            let rank = |row: &str| {
                let cases: Vec<String> = order.iter().enumerate().map(|(i, code)| format!("WHEN '{code}' THEN {i}")).collect();
                format!("CASE {row}.{column} {} ELSE {} END", cases.join(" "), order.len())
            };
            Some(format!("{} < {}", rank(a), rank(b)))
        }
    }
}

fn twin(link: &Link, rule: &Once, id: i64, row: &str, other: &str, also: &str) -> String {
    let same: String = rule.columns.iter().map(|c| format!(" AND {other}.{c} = {row}.{c}")).collect();
    format!("EXISTS (SELECT 1 FROM {} {other} WHERE {}{same}{}{also})", link.table, link.at(other, id), among(rule, other))
}

/// Moves the rows of `links` from record `from` to record `to`, remembering them under `move_id`.
pub async fn apply(tx: &mut Tx, move_id: i64, links: &[Link], from: i64, to: i64) -> Result<Moved> {
    let mut moved = Moved::default();
    for link in links {
        if !link.never.is_empty() {
            let never = link.never.replace("{row}", "l").replace("{to}", &to.to_string());
            moved.removed += take_out(tx, move_id, link, "l", &format!("{} AND ({never})", link.at("l", from))).await?;
        }
        for rule in link.once {
            if let Some(better) = beats(rule, "l", "s") {
                let twin = twin(link, rule, from, "s", "l", &format!(" AND {better}"));
                let condition = format!("{}{} AND {twin}", link.at("s", to), among(rule, "s"));
                moved.removed += take_out(tx, move_id, link, "s", &condition).await?;
            }
            let condition = format!("{}{} AND {}", link.at("l", from), among(rule, "l"), twin(link, rule, to, "l", "s", ""));
            moved.removed += take_out(tx, move_id, link, "l", &condition).await?;
        }
        let (id, key) = link.names("l");
        let (table, place, here) = (link.table, link.place(), link.at("l", from));
        let remember = format!(
            "INSERT INTO moved_row (move_id, place, row_id, row_key) SELECT CAST({move_id} AS BIGINT), '{place}', {id}, {key} FROM {table} l WHERE {here}"
        );
        if tx.execute(&remember, vec![]).await? > 0 {
            let here = link.at(table, from);
            moved.rows += tx.execute(&format!("UPDATE {table} SET {} = {to} WHERE {here}", link.column), vec![]).await?;
        }
    }
    Ok(moved)
}

/// Puts the rows that [`apply`] remembered under `move_id` back to record `from`. Rows that were written since stay with `to`; a row
/// that was taken out and has a successor by now stays out.
pub async fn undo(tx: &mut Tx, move_id: i64, links: &[Link], from: i64, to: i64) -> Result<Moved> {
    let mut moved = Moved::default();
    for link in links.iter().rev() {
        let (table, here) = (link.table, link.at(link.table, to));
        let sql = format!("UPDATE {table} SET {} = {from} WHERE {here} AND {}", link.column, link.remembered(move_id));
        moved.rows += tx.execute(&sql, vec![]).await?;
        moved.removed += put_back(tx, move_id, &link.place(), table).await?;
    }
    Ok(moved)
}

async fn take_out(tx: &mut Tx, move_id: i64, link: &Link, row: &str, condition: &str) -> Result<u64> {
    let image = image_sql(tx, link.table, row).await?;
    let (id, key) = link.names(row);
    let (table, place) = (link.table, link.place());
    let remember = format!(
        "INSERT INTO moved_row (move_id, place, row_id, row_key, removed) \
         SELECT CAST({move_id} AS BIGINT), '{place}', {id}, {key}, {image} FROM {table} {row} WHERE {condition}"
    );
    if tx.execute(&remember, vec![]).await? == 0 {
        return Ok(0);
    }
    tx.execute(&format!("DELETE FROM {table} AS {row} WHERE {condition}"), vec![]).await
}

/// Takes the record itself out of its table, remembered whole under `move_id`.
pub async fn take_out_record(tx: &mut Tx, move_id: i64, table: &str, id: i64) -> Result<()> {
    let image = image_sql(tx, table, "r").await?;
    let remember = format!(
        "INSERT INTO moved_row (move_id, place, row_id, removed) SELECT CAST({move_id} AS BIGINT), '{table}', r.id, {image} FROM {table} r WHERE r.id = {id}"
    );
    tx.execute(&remember, vec![]).await?;
    tx.execute(&format!("DELETE FROM {table} WHERE id = {id}"), vec![]).await.map(|_| ())
}

/// Puts back what was taken out of `table` at `place` under `move_id`; what has a successor by now stays out.
pub async fn put_back(tx: &mut Tx, move_id: i64, place: &str, table: &str) -> Result<u64> {
    let from = format!("FROM moved_row m WHERE m.move_id = {move_id} AND m.place = '{place}' AND m.removed IS NOT NULL ORDER BY m.id");
    insert_images(tx, table, "m.removed", &from).await
}

async fn insert_images(tx: &mut Tx, table: &str, image: &str, from: &str) -> Result<u64> {
    let columns = columns(tx, table).await?;
    let cells: Vec<String> = match tx.engine() {
        Engine::Sqlite => columns.iter().map(|c| format!("json_extract({image}, '$.{c}')")).collect(),
        Engine::Postgres => columns.iter().map(|c| format!("(jsonb_populate_record(NULL::{table}, {image})).{c}")).collect(),
    };
    let sql = format!("INSERT INTO {table} ({}) SELECT {} {from} ON CONFLICT DO NOTHING", columns.join(", "), cells.join(", "));
    tx.execute(&sql, vec![]).await
}

/// A record as one JSON text, to compare it with its later self or to put it back by [`restore_record`].
pub async fn record(tx: &Tx, table: &str, id: i64) -> Result<Option<String>> {
    let image = image_sql(tx, table, "r").await?;
    tx.text(&format!("SELECT CAST({image} AS TEXT) FROM {table} r WHERE r.id = $1"), args![id]).await
}

/// Makes the record word for word what [`record`] saw.
pub async fn restore_record(tx: &mut Tx, table: &str, id: i64, image: &str) -> Result<()> {
    tx.execute(&format!("DELETE FROM {table} WHERE id = $1"), args![id]).await?;
    let columns = columns(tx, table).await?;
    let (cells, from): (Vec<String>, &str) = match tx.engine() {
        Engine::Sqlite => (columns.iter().map(|c| format!("json_extract(i.j, '$.{c}')")).collect(), "FROM (SELECT $1 AS j) i"),
        Engine::Postgres => (
            columns.iter().map(|c| format!("(jsonb_populate_record(NULL::{table}, i.j)).{c}")).collect(),
            "FROM (SELECT CAST($1 AS JSONB) AS j) i",
        ),
    };
    let sql = format!("INSERT INTO {table} ({}) SELECT {} {from}", columns.join(", "), cells.join(", "));
    tx.execute(&sql, args![image]).await.map(|_| ())
}

async fn image_sql(tx: &Tx, table: &str, row: &str) -> Result<String> {
    if tx.engine() == Engine::Postgres {
        return Ok(format!("to_jsonb({row})"));
    }
    // SQLite writes a number into JSON with 15 digits: 17 bring the same number back.
    let cell = |c: &String| format!("'{c}', CASE typeof({row}.{c}) WHEN 'real' THEN json(printf('%!.17g', {row}.{c})) ELSE {row}.{c} END");
    let pairs: Vec<String> = columns(tx, table).await?.iter().map(cell).collect();
    Ok(format!("json_object({})", pairs.join(", ")))
}

#[derive(sea_orm::FromQueryResult)]
struct Named {
    name: String,
}

async fn columns(tx: &Tx, table: &str) -> Result<Vec<String>> {
    let sql = match tx.engine() {
        Engine::Sqlite => "SELECT name FROM pragma_table_info($1) ORDER BY cid",
        Engine::Postgres => {
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    Ok(tx.all::<Named>(sql, args![table]).await?.into_iter().map(|n| n.name).collect())
}
