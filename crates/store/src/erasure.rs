//! Taking a person's words out of what this crate keeps, and remembering not to take the person in again.
//!
//! Rows stay, so that every count and sum stays: of a fact's body the codes, numbers and product families are kept, whatever anyone
//! wrote in words goes. A suppression is a salted hash of an e-mail address, telephone number or source key: it recognises, and tells
//! nothing.

use crate::query::Query;
use crate::search::{self, DocKind};
use crate::{SqlMigration, Tx, args, settings};
use rounds_kernel::{Error, PersonId, Result};
use sea_orm::FromQueryResult;
use serde_json::Value;
use std::collections::BTreeSet;

pub(crate) const MIGRATION: SqlMigration = SqlMigration {
    name: "m20261123_170600_store_suppression",
    up: "
CREATE TABLE suppression (hash TEXT PRIMARY KEY, at BIGINT NOT NULL);
",
};

/// Stands where words were.
pub const ERASED: &str = "erased";

/// Fields of a body whose text is no one's words: names of products and units.
const NAMES_KEPT: &[&str] = &["family", "product", "unit", "currency"];

/// What is left of a fact's body: numbers, yes and no, codes, and the names of products.
fn left_of(body: Value) -> Value {
    let Value::Object(fields) = body else { return Value::Object(serde_json::Map::new()) };
    let code =
        |t: &str| t.len() <= 40 && !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_*:-".contains(&b));
    let kept = fields.into_iter().filter(|(name, value)| match value {
        Value::Number(_) | Value::Bool(_) => true,
        Value::String(text) => NAMES_KEPT.contains(&name.as_str()) || code(text),
        _ => false,
    });
    Value::Object(kept.collect())
}

#[derive(FromQueryResult)]
struct BodyRow {
    id: i64,
    body: Value,
}

#[derive(FromQueryResult)]
struct TextRow {
    id: i64,
    text: String,
}

/// Words by which a person can be recognised, longest first; short ones would hit what is not theirs.
fn telling(words: &[String]) -> Vec<String> {
    let mut all: Vec<String> = words.iter().map(|w| w.trim().to_owned()).filter(|w| w.chars().count() >= 5).collect();
    all.sort_by_key(|w| std::cmp::Reverse(w.len()));
    all.dedup();
    all
}

/// Takes the words about `person` out of facts, audit entries, messages, results of commands and the search index. `words` are
/// their name, addresses and numbers: where they stand in facts, audit entries and messages about something else, they go too.
/// Returns how many rows changed.
pub async fn erase_person(tx: &mut Tx, person: PersonId, words: &[String]) -> Result<u64> {
    let mut changed = bodies(tx, person).await?;
    let words = telling(words);
    const PLACES: &[(&str, &str)] = &[
        ("fact", "body"),
        ("audit", "input"),
        ("audit", "notes"),
        ("outbox", "body"),
        ("command_key", "output"),
        ("moved_row", "removed"),
        ("change_row", "row_before"),
        ("change_row", "row_after"),
    ];
    for (table, column) in PLACES.iter().copied() {
        changed += mentions(tx, table, column, &words).await?;
    }
    // Entries of commands about this person: who did what and when stays, what they wrote goes.
    for form in [format!("%\"person\":{person},%"), format!("%\"person\":{person}}}%")] {
        let left = format!("{{\"person\":{person},\"{ERASED}\":true}}");
        changed += tx.execute("UPDATE audit SET input = $2 WHERE input LIKE $1 AND input <> $2", args![form, left]).await?;
    }
    search::remove(tx, DocKind::Person, &[person.0]).await?;
    Ok(changed)
}

async fn bodies(tx: &mut Tx, person: PersonId) -> Result<u64> {
    let mut changed = 0;
    let mut last = 0;
    loop {
        let sql = "SELECT id, body FROM fact WHERE person_id = $1 AND id > $2 ORDER BY id LIMIT 500";
        let rows = tx.all::<BodyRow>(sql, args![person.0, last]).await?;
        let Some(end) = rows.last().map(|r| r.id) else { return Ok(changed) };
        last = end;
        let mut notes = Vec::new();
        for r in rows {
            let left = left_of(r.body.clone());
            if left != r.body {
                notes.push((r.id, String::new()));
                changed += tx.execute("UPDATE fact SET body = $2 WHERE id = $1", args![r.id, left]).await?;
            }
        }
        // What stood in their words is found by nobody any more.
        search::put_notes(tx, notes).await?;
    }
}

/// Replaces `words` wherever they stand in a column.
async fn mentions(tx: &mut Tx, table: &str, column: &str, words: &[String]) -> Result<u64> {
    let json = matches!(table, "fact" | "moved_row" | "change_row");
    let text = if json { format!("CAST({column} AS TEXT)") } else { column.to_owned() };
    let id = if table == "command_key" { "at" } else { "id" };
    let mut changed = 0;
    for word in words {
        // As it stands inside JSON text.
        let quoted = serde_json::to_string(word).map_err(Error::internal)?;
        let inside = quoted.trim_matches('"');
        let like = format!("%{}%", inside.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let sql = format!("SELECT {id} AS id, {text} AS text FROM {table} WHERE {text} LIKE $1 ESCAPE '\\'");
        for r in tx.all::<TextRow>(&sql, args![like]).await? {
            let new = r.text.replace(inside, ERASED);
            let sql = match (table, tx.engine()) {
                (_, crate::Engine::Postgres) if json => format!("UPDATE {table} SET {column} = CAST($2 AS JSONB) WHERE id = $1"),
                ("command_key", _) => "UPDATE command_key SET output = $2 WHERE at = $1 AND output = $3".to_owned(),
                _ => format!("UPDATE {table} SET {column} = $2 WHERE id = $1"),
            };
            let mut values = args![r.id, new];
            if table == "command_key" {
                values.push(r.text.into());
            }
            changed += tx.execute(&sql, values).await?;
            if table == "fact" {
                search::put_notes(tx, vec![(r.id, String::new())]).await?;
            }
        }
    }
    Ok(changed)
}

/// Deletes rows of a table that its owner declared as holding personal data; names come from our own code, never from input.
pub async fn delete(tx: &mut Tx, table: &str, condition: &str, args: Vec<sea_orm::Value>) -> Result<u64> {
    tx.execute(&format!("DELETE FROM {table} WHERE {condition}"), args).await
}

/// Gives columns of such a table other values, written as SQL.
pub async fn clear(tx: &mut Tx, table: &str, columns: &[(&str, &str)], condition: &str, args: Vec<sea_orm::Value>) -> Result<u64> {
    let set: Vec<String> = columns.iter().map(|(column, value)| format!("{column} = {value}")).collect();
    tx.execute(&format!("UPDATE {table} SET {} WHERE {condition}", set.join(", ")), args).await
}

/// Rows of such a table whose `column` holds words that `text` repeats: their ids and those words.
pub async fn repeated(tx: &Tx, table: &str, column: &str, text: &str) -> Result<Vec<(i64, String)>> {
    let within = if tx.engine() == crate::Engine::Postgres { "strpos" } else { "instr" };
    let sql = format!("SELECT id, {column} AS text FROM {table} WHERE {column} <> '' AND {within}($1, {column}) > 0 ORDER BY id");
    Ok(tx.all::<TextRow>(&sql, args![text]).await?.into_iter().map(|r| (r.id, r.text)).collect())
}

/// Puts other words into one row of such a table; a row that says something else meanwhile is left alone.
pub async fn reword(tx: &mut Tx, (table, column): (&str, &str), id: i64, from: &str, to: &str) -> Result<u64> {
    tx.execute(&format!("UPDATE {table} SET {column} = $2 WHERE id = $1 AND {column} = $3"), args![id, to, from]).await
}

/// The salt of this installation's suppressions, made when first needed.
async fn salt(tx: &mut Tx) -> Result<[u8; 32]> {
    const KEY: &str = "suppression.salt";
    if let Some(found) = known_salt(tx).await? {
        return Ok(found);
    }
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    settings::put(tx, KEY, &bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()).await?;
    Ok(bytes)
}

async fn known_salt(db: &impl Query) -> Result<Option<[u8; 32]>> {
    let Some(text) = settings::get(db, "suppression.salt").await? else { return Ok(None) };
    let bytes: Option<Vec<u8>> = (0..32).map(|i| text.get(2 * i..2 * i + 2).and_then(|t| u8::from_str_radix(t, 16).ok())).collect();
    let bytes = bytes.and_then(|b| b.try_into().ok()).ok_or_else(|| Error::internal("the salt of suppressions cannot be read"))?;
    Ok(Some(bytes))
}

/// The form in which two spellings of an address, number or key are the same; `None` where there is nothing to recognise.
fn form(value: &str) -> Option<String> {
    let value = value.trim().to_lowercase();
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let phone = !value.contains('@') && digits.len() >= 7 && value.chars().all(|c| c.is_ascii_digit() || " +-()/.".contains(c));
    match (phone, value.is_empty()) {
        // The last nine digits are the same with and without country code and trunk zero.
        (true, _) => Some(format!("tel:{}", &digits[digits.len().saturating_sub(9)..])),
        (false, false) => Some(value),
        (false, true) => None,
    }
}

fn hash(salt: &[u8; 32], value: &str) -> Option<String> {
    Some(blake3::keyed_hash(salt, form(value)?.as_bytes()).to_hex().to_string())
}

/// The form in which a source's own key is suppressed, so that a key of digits is not taken for a telephone number.
pub fn key(source_key: &str) -> String {
    format!("key:{source_key}")
}

/// Remembers that whoever is named by any of `values` is not to be taken in again.
pub async fn suppress(tx: &mut Tx, values: &[String]) -> Result<()> {
    let salt = salt(tx).await?;
    let now = tx.now.0;
    let hashes: BTreeSet<String> = values.iter().filter_map(|v| hash(&salt, v)).collect();
    let rows = hashes.into_iter().map(|h| args![h, now]).collect();
    tx.insert_many("suppression", &["hash", "at"], rows, "ON CONFLICT (hash) DO NOTHING").await.map(|_| ())
}

/// For each group of values (one person's e-mail, telephone, key), whether any of them is suppressed. One query for all.
pub async fn suppressed(db: &impl Query, groups: &[Vec<String>]) -> Result<Vec<bool>> {
    let none = vec![false; groups.len()];
    let Some(salt) = known_salt(db).await? else { return Ok(none) };
    let hashes: Vec<Vec<String>> = groups.iter().map(|g| g.iter().filter_map(|v| hash(&salt, v)).collect()).collect();
    let all: BTreeSet<&String> = hashes.iter().flatten().collect();
    let mut found: BTreeSet<String> = BTreeSet::new();
    for chunk in all.into_iter().collect::<Vec<_>>().chunks(1_000) {
        // Hexadecimal digits only: safe to splice.
        let list: Vec<String> = chunk.iter().map(|h| format!("'{h}'")).collect();
        let rows = db.fetch(&format!("SELECT hash FROM suppression WHERE hash IN ({})", list.join(", ")), vec![]).await?;
        for r in rows {
            found.insert(r.try_get_by_index::<String>(0).map_err(crate::db_err)?);
        }
    }
    Ok(hashes.iter().map(|g| g.iter().any(|h| found.contains(h))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_numbers_and_products_stay_and_words_go() {
        let body = serde_json::json!({
            "purpose": "follow_up", "outcome": "reached", "family": "Guide wires", "action_id": 7, "first": true,
            "note": "Wants data", "text": "Dr. Meyer said", "reason": "no_time", "people": ["x"], "channel": "*"
        });
        let left = left_of(body);
        let expected = serde_json::json!({
            "purpose": "follow_up", "outcome": "reached", "family": "Guide wires", "action_id": 7, "first": true, "reason": "no_time", "channel": "*"
        });
        assert_eq!(left, expected);
        assert_eq!(left_of(left.clone()), left, "twice is once");
        assert_eq!(left_of(Value::Null), serde_json::json!({}));
    }

    #[test]
    fn spellings_of_a_number_or_address_are_the_same() {
        assert_eq!(form("+49 (0)89 1234567"), form("089/1234567"));
        assert_eq!(form("Ann.Meyer@Clinic.example "), form("ann.meyer@clinic.example"));
        assert_eq!((form(" "), form("K-1001")), (None, Some("k-1001".into())));
    }
}
