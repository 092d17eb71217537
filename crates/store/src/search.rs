//! Full-text search over names, with the scope as a token in the index: no join, whole words first, then beginnings of words.
//!
//! Names are folded before they are indexed or looked for ([`fold`]): lower case, accents dropped, split at what is not a letter or
//! digit. SQLite keeps the words in FTS5, with an index of beginnings of one, two and three letters. PostgreSQL keeps them as lexemes
//! of one `tsvector` with the scope (`~u17`) and the beginnings (`^a`, `^an`, `^ann`), so that one GIN index answers words and
//! scope together; and in a plain B-tree by word, which answers the short beginnings that half of a market shares.

use crate::query::Query;
use crate::{Engine, SqlMigration, Tx, args};
use rounds_kernel::{Result, Scope};
use sea_orm::{FromQueryResult, Value};
use unicode_normalization::UnicodeNormalization;

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

/// From the first keystroke: the index learns beginnings of one letter, and what it holds already is carried over.
pub(crate) const BEGINNINGS: SqlMigration = SqlMigration {
    name: "m20261123_090000_store_search_beginnings",
    up: "
sqlite: ALTER TABLE search_doc RENAME TO search_old;
sqlite: CREATE VIRTUAL TABLE search_doc USING fts5(words, scope, title UNINDEXED, subtitle UNINDEXED, href UNINDEXED, tokenize = \"unicode61\", prefix = '1 2 3');
sqlite: INSERT INTO search_doc (rowid, words, scope, title, subtitle, href) SELECT rowid, title, scope, title, subtitle, href FROM search_old;
sqlite: DROP TABLE search_old;
postgres: ALTER TABLE search_doc DROP COLUMN words, DROP COLUMN within;
postgres: ALTER TABLE search_doc RENAME COLUMN scope TO tokens;
postgres: CREATE TABLE search_word (word TEXT COLLATE \"C\" NOT NULL, spread BIGINT NOT NULL, rowid BIGINT NOT NULL, PRIMARY KEY (word, spread, rowid));
postgres: INSERT INTO search_word SELECT DISTINCT w, rowid * 7919 % 65521, rowid FROM search_doc, regexp_split_to_table(lower(title), '[^[:alnum:]]+') w WHERE w <> '';
postgres: UPDATE search_doc d SET tokens = (SELECT string_agg('~' || s, ' ') FROM regexp_split_to_table(d.tokens, ' +') s WHERE s <> '') ||
  COALESCE((SELECT ' ' || string_agg(w.word || ' ^' || left(w.word, 1) || ' ^' || left(w.word, 2) || ' ^' || left(w.word, 3), ' ')
  FROM search_word w WHERE w.rowid = d.rowid), '');
postgres: ALTER TABLE search_doc ADD COLUMN terms tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED;
postgres: CREATE INDEX search_doc_terms ON search_doc USING GIN (terms) WITH (fastupdate = off);
postgres: CREATE INDEX search_word_doc ON search_word (rowid);
postgres: CREATE FUNCTION search_terms(asked tsquery, most BIGINT) RETURNS TABLE (title TEXT, subtitle TEXT, href TEXT) LANGUAGE sql STABLE
  SET enable_seqscan = off AS 'SELECT d.title, d.subtitle, d.href FROM search_doc d WHERE d.terms @@ asked LIMIT most';
",
};

/// Words of notes, by the number of their fact.
pub(crate) const NOTES: SqlMigration = SqlMigration {
    name: "m20261123_090100_store_search_notes",
    up: "
sqlite: CREATE VIRTUAL TABLE search_note USING fts5(words, content = '', contentless_delete = 1, tokenize = \"unicode61\", prefix = '2 3');
postgres: CREATE TABLE search_note (rowid BIGINT PRIMARY KEY, words TEXT NOT NULL, terms tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED);
postgres: CREATE INDEX search_note_terms ON search_note USING GIN (terms);
",
};

/// How many words are of which kind: without it the planner takes every kind for rare, and looks tens of thousands of records up one by one.
pub(crate) const KINDS: SqlMigration = SqlMigration {
    name: "m20261126_092000_store_search_kinds",
    up: "
postgres: CREATE STATISTICS search_word_kind ON (rowid % 4) FROM search_word;
postgres: ANALYZE search_word;
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
    /// A product.
    Product = 4,
    /// A contract.
    Contract = 5,
    /// A tender.
    Tender = 6,
}

/// Among the users of a document: everybody finds it.
pub const EVERYBODY: i64 = 0;

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
    /// Users within whose scope it lies, or [`EVERYBODY`]; everybody with the whole base finds all documents.
    pub users: Vec<i64>,
}

/// A hit.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Hit {
    /// Name.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Address of its page.
    pub href: String,
}

/// Beginnings of words that are indexed as they stand, in letters.
const BEGINNING: usize = 3;
/// Words taken of a question.
const MOST_WORDS: usize = 8;
/// Rows of the word index looked through for hits within a scope before the scope's own list is asked.
const LOOK_THROUGH: i64 = 120;

/// Where a document stands among those that share a word: records imported together belong to one region and have numbers in a row,
/// so that in the order of their numbers the first few hundred could all lie outside a scope. The migration has the same formula.
fn spread(number: i64) -> i64 {
    number.wrapping_mul(7_919) % 65_521
}

/// Records have three of four numbers to themselves; what is sold, and under what, shares the fourth, in the same way.
fn doc_number(kind: DocKind, id: i64) -> i64 {
    let kind = kind as i64;
    if kind < 4 { id * 4 + kind } else { (id * 4 + kind - 4) * 4 }
}

/// Whether the index holds this document.
pub async fn holds(db: &impl Query, kind: DocKind, id: i64) -> Result<bool> {
    Ok(db.number("SELECT COUNT(*) FROM search_doc WHERE rowid = $1", args![doc_number(kind, id)]).await? > 0)
}

/// The tokens of a scope's users, of which a document has one: their own and everybody's.
fn within(scope: &Scope, token: impl Fn(i64) -> String, or: &str) -> String {
    match scope {
        Scope::All => String::new(),
        Scope::CoveredBy(users) => {
            let all: Vec<String> = users.iter().map(|u| u.0).chain([EVERYBODY]).map(token).collect();
            format!("({})", all.join(or))
        }
    }
}

/// The words of `text` as they are indexed: lower case, accents dropped (`Müller` is found by `muller`), split at everything that
/// is not a letter or digit.
pub fn fold(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(unaccented).collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Lower case; letters that decompose into nothing plainer are written as their readers type them.
fn unaccented(c: char) -> Vec<char> {
    match c {
        'ß' | 'ẞ' => vec!['s', 's'],
        'æ' | 'Æ' => vec!['a', 'e'],
        'œ' | 'Œ' => vec!['o', 'e'],
        'ø' | 'Ø' => vec!['o'],
        'ł' | 'Ł' => vec!['l'],
        'đ' | 'Đ' => vec!['d'],
        'ı' => vec!['i'],
        _ => c.to_lowercase().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect(),
    }
}

fn beginning(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

/// Lexemes of a document on PostgreSQL: words, their beginnings, and the scope.
fn tokens(words: &[String], users: &[i64]) -> String {
    let mut all: Vec<String> = users.iter().map(|u| format!("~u{u}")).collect();
    for word in words {
        all.push(word.clone());
        all.extend((1..=BEGINNING).map(|n| format!("^{}", beginning(word, n))));
    }
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

/// Puts documents into the index, replacing what stood under the same kind and id.
pub async fn put(tx: &mut Tx, docs: Vec<Doc>) -> Result<()> {
    for chunk in docs.chunks(500) {
        let numbers: Vec<i64> = chunk.iter().map(|d| doc_number(d.kind, d.id)).collect();
        forget(tx, &numbers).await?;
        let row = |d: &Doc, words: Value, scope: Value| {
            vec![doc_number(d.kind, d.id).into(), words, scope, d.title.clone().into(), d.subtitle.clone().into(), d.href.clone().into()]
        };
        if tx.engine() == Engine::Sqlite {
            let scope = |d: &Doc| d.users.iter().map(|u| format!("u{u}")).collect::<Vec<_>>().join(" ");
            let rows = chunk.iter().map(|d| row(d, fold(&d.title).join(" ").into(), scope(d).into())).collect();
            tx.insert_many("search_doc", &["rowid", "words", "scope", "title", "subtitle", "href"], rows, "").await?;
            continue;
        }
        let (mut rows, mut by_word) = (Vec::new(), Vec::new());
        for d in chunk {
            let mut words = fold(&d.title);
            words.sort_unstable();
            words.dedup();
            let tokens = tokens(&words, &d.users);
            rows.push(args![doc_number(d.kind, d.id), tokens, d.title.clone(), d.subtitle.clone(), d.href.clone()]);
            let number = doc_number(d.kind, d.id);
            by_word.extend(words.into_iter().map(|w| args![w, spread(number), number]));
        }
        tx.insert_many("search_doc", &["rowid", "tokens", "title", "subtitle", "href"], rows, "").await?;
        tx.insert_many("search_word", &["word", "spread", "rowid"], by_word, "").await?;
    }
    Ok(())
}

/// Takes documents out of the index: the records are gone, or were merged into others.
pub async fn remove(tx: &mut Tx, kind: DocKind, ids: &[i64]) -> Result<()> {
    for chunk in ids.chunks(500) {
        forget(tx, &chunk.iter().map(|id| doc_number(kind, *id)).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

async fn forget(tx: &mut Tx, numbers: &[i64]) -> Result<()> {
    let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    tx.execute(&format!("DELETE FROM search_doc WHERE rowid IN ({list})"), vec![]).await?;
    if tx.engine() == Engine::Postgres {
        tx.execute(&format!("DELETE FROM search_word WHERE rowid IN ({list})"), vec![]).await?;
    }
    Ok(())
}

/// Up to `limit` documents whose title has a word starting with each word of `text`, within `scope`; those that hold the words
/// themselves stand before those that only begin with them.
pub async fn find(db: &impl Query, text: &str, scope: &Scope, limit: u64) -> Result<Vec<Hit>> {
    let mut words = fold(text);
    words.truncate(MOST_WORDS);
    if words.is_empty() || matches!(scope, Scope::CoveredBy(users) if users.is_empty()) {
        return Ok(Vec::new());
    }
    match db.engine() {
        Engine::Sqlite => in_fts5(db, &words, scope, limit).await,
        Engine::Postgres => in_postgres(db, &words, scope, limit).await,
    }
}

/// A note that has the words looked for.
#[derive(Debug, Clone, FromQueryResult)]
pub struct NoteHit {
    /// Its fact.
    pub id: i64,
    /// When it happened, µs UTC.
    pub occurred_at: i64,
    /// Account concerned.
    pub account_id: Option<i64>,
    /// Its name.
    pub account: Option<String>,
    /// Person concerned.
    pub person_id: Option<i64>,
    /// Their name.
    pub person: Option<String>,
    /// The user who acted.
    pub writer: Option<String>,
    /// The note.
    pub text: String,
}

/// Newest notes with the words that are looked through for those within a scope.
const NOTES_LOOKED_THROUGH: i64 = 5_000;

/// Puts notes, by the number of their fact, into the index of notes.
pub async fn put_notes(tx: &mut Tx, notes: Vec<(i64, String)>) -> Result<()> {
    for chunk in notes.chunks(500) {
        let list = chunk.iter().map(|n| n.0.to_string()).collect::<Vec<_>>().join(",");
        tx.execute(&format!("DELETE FROM search_note WHERE rowid IN ({list})"), vec![]).await?;
        let rows = chunk.iter().map(|(id, text)| args![*id, fold(text).join(" ")]).collect();
        tx.insert_many("search_note", &["rowid", "words"], rows, "").await?;
    }
    Ok(())
}

/// Condition on `search_note` that each word of `text` begins a word of the note, and the value of its parameter, which is the one with
/// this number; `None` when `text` has no word.
fn words_of_note(engine: Engine, text: &str, parameter: usize) -> Option<(String, String)> {
    let mut words = fold(text);
    words.truncate(MOST_WORDS);
    if words.is_empty() {
        return None;
    }
    let (condition, each, and) = match engine {
        Engine::Sqlite => (format!("search_note MATCH ${parameter}"), ("words:\"", "\"*"), " AND "),
        Engine::Postgres => (format!("terms @@ to_tsquery('simple', ${parameter})"), ("'", "':*"), " & "),
    };
    Some((condition, words.iter().map(|w| format!("{}{w}{}", each.0, each.1)).collect::<Vec<_>>().join(and)))
}

/// Condition that the fact whose number is `column` bears a note with words beginning with each word of `text`, and the value of its
/// parameter, which is the one with this number; `None` when `text` has no word.
pub fn noted(engine: Engine, text: &str, column: &str, parameter: usize) -> Option<(String, Value)> {
    let (condition, asked) = words_of_note(engine, text, parameter)?;
    let found = match engine {
        // One look into the index for all facts.
        Engine::Sqlite => format!("{column} IN (SELECT rowid FROM search_note WHERE {condition})"),
        // The note of each fact of few, or the words' own list: the planner knows which is shorter.
        Engine::Postgres => format!("EXISTS (SELECT 1 FROM search_note WHERE rowid = {column} AND {condition})"),
    };
    Some((found, asked.into()))
}

/// Notes that have words beginning with each word of `text`, newest first, before the fact `before`. `within` is an SQL condition on
/// `f.account_id`, made by our own code, that says which accounts' notes may be read.
pub async fn find_notes(db: &impl Query, text: &str, within: &str, before: Option<i64>, limit: u64) -> Result<Vec<NoteHit>> {
    let Some((condition, asked)) = words_of_note(db.engine(), text, 1) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT f.id, f.occurred_at, f.account_id, a.name AS account, f.person_id, p.name AS person, u.name AS writer, \
         COALESCE(f.body->>'note', f.body->>'text') AS text FROM (SELECT rowid AS id FROM search_note WHERE {condition} AND rowid < $2 \
         ORDER BY rowid DESC LIMIT {NOTES_LOOKED_THROUGH}) n JOIN fact f ON f.id = n.id LEFT JOIN account a ON a.id = f.account_id \
         LEFT JOIN person p ON p.id = f.person_id LEFT JOIN app_user u ON u.id = f.user_id WHERE {within} ORDER BY f.id DESC LIMIT $3"
    );
    db.all(&sql, args![asked, before.unwrap_or(i64::MAX), limit as i64]).await
}

fn merged(mut first: Vec<Hit>, more: Vec<Hit>, limit: u64) -> Vec<Hit> {
    for hit in more {
        if !first.iter().any(|h| h.href == hit.href) {
            first.push(hit);
        }
    }
    first.truncate(limit as usize);
    first
}

/// Condition that the record of this kind whose id is `column` has a name with words beginning with each word of `text`, and the values
/// of its parameters, numbered from `parameter`; `None` when `text` has no word.
pub fn named(engine: Engine, kind: DocKind, text: &str, column: &str, parameter: usize) -> Option<(String, Vec<Value>)> {
    let mut words = fold(text);
    words.truncate(MOST_WORDS);
    if words.is_empty() {
        return None;
    }
    let kind = kind as i64;
    if engine == Engine::Sqlite {
        let asked = words.iter().map(|w| format!("words:\"{w}\"*")).collect::<Vec<_>>().join(" AND ");
        let sql = format!("{column} IN (SELECT rowid / 4 FROM search_doc WHERE search_doc MATCH ${parameter} AND rowid % 4 = {kind})");
        return Some((sql, vec![asked.into()]));
    }
    let (mut each, mut values) = (Vec::new(), Vec::new());
    for word in words {
        let n = parameter + values.len();
        each.push(format!("SELECT rowid / 4 FROM search_word WHERE word >= ${n} AND word < ${} AND rowid % 4 = {kind}", n + 1));
        // No letter sorts after U+10FFFF.
        values.extend([word.clone().into(), format!("{word}\u{10FFFF}").into()]);
    }
    // One set and not one condition a word: the planner takes each for rare, and would look the first word's tens of thousands of
    // records up one by one in the others.
    Some((format!("{column} IN ({})", each.join(" INTERSECT ")), values))
}

async fn in_fts5(db: &impl Query, words: &[String], scope: &Scope, limit: u64) -> Result<Vec<Hit>> {
    let within = within(scope, |u| format!("scope:\"u{u}\""), " OR ");
    let within = if within.is_empty() { within } else { format!(" AND {within}") };
    let ask = async |star: &str| {
        let words: Vec<String> = words.iter().map(|w| format!("words:\"{w}\"{star}")).collect();
        let sql = "SELECT title, subtitle, href FROM search_doc WHERE search_doc MATCH $1 LIMIT $2";
        db.all::<Hit>(sql, args![format!("{}{within}", words.join(" AND ")), limit as i64]).await
    };
    let whole = ask("").await?;
    if whole.len() as u64 >= limit {
        return Ok(whole);
    }
    Ok(merged(whole, ask("*").await?, limit))
}

async fn in_postgres(db: &impl Query, words: &[String], scope: &Scope, limit: u64) -> Result<Vec<Hit>> {
    let within = within(scope, |u| format!("'~u{u}'"), " | ");
    if let [word] = words {
        let hits = by_word(db, word, &within, limit).await?;
        if within.is_empty() || hits.len() as u64 >= limit {
            return Ok(hits);
        }
        return Ok(merged(hits, by_terms(db, words, &within, limit).await?, limit));
    }
    by_terms(db, words, &within, limit).await
}

/// Along the words in their order; under a scope, only as far as [`LOOK_THROUGH`] rows.
async fn by_word(db: &impl Query, word: &str, within: &str, limit: u64) -> Result<Vec<Hit>> {
    let (rows, condition) =
        if within.is_empty() { (2 * limit as i64, "$4 = $4") } else { (LOOK_THROUGH, "d.terms @@ CAST($4 AS tsquery)") };
    let sql = format!(
        "SELECT d.title, d.subtitle, d.href FROM (SELECT rowid, word, spread FROM search_word WHERE word >= $1 AND word < $2 \
         ORDER BY word, spread, rowid LIMIT $3) w JOIN search_doc d ON d.rowid = w.rowid WHERE {condition} ORDER BY w.word, w.spread LIMIT $5"
    );
    // No letter sorts after U+10FFFF, so this ends the words that begin with `word`.
    let end = format!("{word}\u{10FFFF}");
    let hits = db.all(&sql, args![word, end, rows, within, limit as i64]).await?;
    Ok(merged(Vec::new(), hits, limit))
}

/// By the index of all lexemes: a short beginning is a lexeme itself. The function of the database forbids reading the whole table,
/// which the planner takes for quick when it expects the few hits wanted near its start.
async fn by_terms(db: &impl Query, words: &[String], within: &str, limit: u64) -> Result<Vec<Hit>> {
    let mut terms: Vec<String> = words
        .iter()
        .map(|w| if w.chars().count() <= BEGINNING { format!("'^{w}'") } else { format!("'^{}' & '{w}':*", beginning(w, BEGINNING)) })
        .collect();
    terms.extend(Some(within.to_owned()).filter(|w| !w.is_empty()));
    let sql = "SELECT title, subtitle, href FROM search_terms(CAST($1 AS tsquery), $2)";
    db.all(sql, args![terms.join(" & "), limit as i64]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_people_type_them() {
        assert_eq!(fold("Klinikum Großhadern, München"), ["klinikum", "grosshadern", "munchen"]);
        assert_eq!(fold("Łódź — Świętego Jana"), ["lodz", "swietego", "jana"]);
        assert_eq!(fold("O'Brien-Ørsted Åse"), ["o", "brien", "orsted", "ase"]);
        assert_eq!(fold("İstanbul ﬁrst"), ["istanbul", "first"]);
        assert!(fold(" .,' ~ ^").is_empty());
    }

    #[test]
    fn a_name_cannot_pass_for_a_scope() {
        assert_eq!(tokens(&fold("~u17 ^an"), &[3]), "^a ^an ^u ^u1 ^u17 an u17 ~u3");
    }
}
