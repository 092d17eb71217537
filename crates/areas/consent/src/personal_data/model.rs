//! What a table says about the personal data in it.

use async_trait::async_trait;
use rounds_kernel::{Error, PersonId, Result};
use rounds_store::{Db, FromQueryResult, Query, Tx, args, erasure};
use sea_orm::JsonValue;
use std::sync::Arc;

/// A place where a person's data is kept.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// The table, or what else names the place.
    fn name(&self) -> &'static str;

    /// What it is, for the person who reads the export.
    fn title(&self) -> &'static str;

    /// All of it about `person`, as JSON rows.
    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>>;

    /// Takes the person's words out and leaves what is counted; says how many rows changed.
    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64>;
}

/// All places of the program.
pub type Registry = Arc<Vec<Box<dyn PersonalData>>>;

/// What erasing does to a table's rows.
#[derive(Debug, Clone, Copy)]
pub enum Erase {
    /// The rows go.
    Delete,
    /// These columns get these SQL values.
    Clear(&'static [(&'static str, &'static str)]),
    /// Nothing in them is anybody's words: ids, codes and times.
    Keep,
}

/// A table with a column of person ids, which is how most places look.
#[derive(Debug, Clone, Copy)]
pub struct PersonTable {
    /// Table.
    pub table: &'static str,
    /// Column with the person's id.
    pub column: &'static str,
    /// A further condition, or empty.
    pub only: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What erasing does.
    pub erase: Erase,
}

impl PersonTable {
    /// A table whose rows stay as they are.
    pub const fn kept(table: &'static str, column: &'static str, title: &'static str) -> Self {
        Self { table, column, only: "", title, erase: Erase::Keep }
    }

    /// A table some of whose columns are cleared.
    pub const fn cleared(
        table: &'static str,
        column: &'static str,
        title: &'static str,
        columns: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { table, column, only: "", title, erase: Erase::Clear(columns) }
    }

    /// A table whose rows go.
    pub const fn deleted(table: &'static str, column: &'static str, title: &'static str) -> Self {
        Self { table, column, only: "", title, erase: Erase::Delete }
    }

    /// The same, for some rows only.
    #[must_use]
    pub const fn only(self, condition: &'static str) -> Self {
        Self { only: condition, ..self }
    }

    fn condition(&self) -> String {
        let only = if self.only.is_empty() { String::new() } else { format!(" AND {}", self.only) };
        format!("{} = $1{only}", self.column)
    }
}

#[async_trait]
impl PersonalData for PersonTable {
    fn name(&self) -> &'static str {
        self.table
    }

    fn title(&self) -> &'static str {
        self.title
    }

    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>> {
        let rows = db.fetch(&format!("SELECT * FROM {} WHERE {}", self.table, self.condition()), args![person.0]).await?;
        rows.iter().map(|r| JsonValue::from_query_result(r, "").map_err(Error::internal)).collect()
    }

    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64> {
        match self.erase {
            Erase::Keep => Ok(0),
            Erase::Delete => erasure::delete(tx, self.table, &self.condition(), args![person.0]).await,
            Erase::Clear(columns) => erasure::clear(tx, self.table, columns, &self.condition(), args![person.0]).await,
        }
    }
}
