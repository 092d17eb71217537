//! Full-text search over names, with the scope as a token in the index: no join, prefix hits first.
//!
//! SQLite uses FTS5, PostgreSQL a `tsvector` column; both hold the same tokens, lower case, split at what is not a letter or digit.

use crate::query::Query;
use crate::{Engine, SqlMigration, Tx, args};
use rounds_kernel::{Result, Scope};
use sea_orm::FromQueryResult;

pub(crate) const MIGRATION: SqlMigration = SqlMigration {
    name: "m20261122_100100_store_search",
    up: "
sqlite: CREATE VIRTUAL TABLE search_doc USING fts5(title, scope, subtitle UNINDEXED, href UNINDEXED, tokenize = \"unicode61\", prefix = '2 3');
postgres: CREATE TABLE search_doc (rowid BIGINT PRIMARY KEY, title TEXT NOT NULL, scope TEXT NOT NULL, subtitle TEXT NOT NULL, href TEXT NOT NULL,
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED, within tsvector GENERATED ALWAYS AS (to_tsvector('simple', scope)) STORED);
postgres: CREATE INDEX search_doc_words ON search_doc USING GIN (words);
postgres: CREATE INDEX search_doc_within ON search_doc USING GIN (within);
",
};

/// What a document is about; also keeps document numbers of different kinds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocKind {
    /// A health system.
    System = 1,
    /// An account.
    Account = 2,
    /// A person.
    Person = 3,
}

/// One document to index.
#[derive(Debug, Clone)]
pub struct Doc {
    /// Kind.
    pub kind: DocKind,
    /// Id within its kind.
    pub id: i64,
    /// Words to find it by.
    pub title: String,
    /// Second line shown.
    pub subtitle: String,
    /// Address of its page.
    pub href: String,
    /// Users within whose scope it lies; everybody with the whole base finds all documents.
    pub users: Vec<i64>,
}

/// A hit.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Hit {
    /// Name.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Address of its page.
    pub href: String,
}

fn doc_number(kind: DocKind, id: i64) -> i64 {
    id * 4 + kind as i64
}

fn scope_tokens(users: &[i64]) -> String {
    let mut all = String::from("everyone");
    users.iter().for_each(|u| all.push_str(&format!(" u{u}")));
    all
}

/// Puts documents into the index, replacing what stood under the same kind and id.
pub async fn put(tx: &mut Tx, docs: Vec<Doc>) -> Result<()> {
    for chunk in docs.chunks(500) {
        let numbers: Vec<String> = chunk.iter().map(|d| doc_number(d.kind, d.id).to_string()).collect();
        tx.execute(&format!("DELETE FROM search_doc WHERE rowid IN ({})", numbers.join(",")), vec![]).await?;
        let rows = chunk
            .iter()
            .map(|d| args![doc_number(d.kind, d.id), d.title.clone(), scope_tokens(&d.users), d.subtitle.clone(), d.href.clone()])
            .collect();
        tx.insert_many("search_doc", &["rowid", "title", "scope", "subtitle", "href"], rows, "").await?;
    }
    Ok(())
}

/// Takes documents out of the index.
pub async fn remove(tx: &mut Tx, kind: DocKind, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(500) {
        let numbers: Vec<String> = chunk.iter().map(|id| doc_number(kind, *id).to_string()).collect();
        tx.execute(&format!("DELETE FROM search_doc WHERE rowid IN ({})", numbers.join(",")), vec![]).await?;
    }
    Ok(())
}

/// Up to `limit` documents whose title has a word starting with each word of `text`, within `scope`.
pub async fn find(db: &impl Query, text: &str, scope: &Scope, limit: u64) -> Result<Vec<Hit>> {
    let words: Vec<String> =
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(8).map(str::to_owned).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let within: Vec<String> = match scope {
        Scope::All => vec!["everyone".into()],
        Scope::CoveredBy(users) => users.iter().map(|u| format!("u{u}")).collect(),
    };
    match db.engine() {
        Engine::Sqlite => {
            let title: Vec<String> = words.iter().map(|w| format!("title:\"{w}\"*")).collect();
            let scope: Vec<String> = within.iter().map(|s| format!("scope:\"{s}\"")).collect();
            let query = format!("{} AND ({})", title.join(" AND "), scope.join(" OR "));
            db.all("SELECT title, subtitle, href FROM search_doc WHERE search_doc MATCH $1 LIMIT $2", args![query, limit as i64]).await
        }
        Engine::Postgres => {
            let title: Vec<String> = words.iter().map(|w| format!("'{w}':*")).collect();
            let scope: Vec<String> = within.iter().map(|s| format!("'{s}'")).collect();
            db.all(
                "SELECT title, subtitle, href FROM search_doc WHERE words @@ to_tsquery('simple', $1) AND within @@ to_tsquery('simple', $2) LIMIT $3",
                args![title.join(" & "), scope.join(" | "), limit as i64],
            )
            .await
        }
    }
}
