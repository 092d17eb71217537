//! Requests, and where the areas up to this one keep a person's data.

use super::model::{PersonTable, PersonalData};
use async_trait::async_trait;
use rounds_kernel::{Error, PersonId, Result};
use rounds_store::{Db, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args, erasure};
use sea_orm::JsonValue;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_170700_consent_data_request",
            up: "
CREATE TABLE data_request (
  id {id}, person_id BIGINT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, requested_by BIGINT, requested_name TEXT NOT NULL,
  requested_at BIGINT NOT NULL, due_at BIGINT NOT NULL, settled TEXT, settled_by BIGINT, settled_name TEXT, settled_at BIGINT,
  evidence TEXT NOT NULL);
CREATE INDEX data_request_person ON data_request (person_id, id);
CREATE INDEX data_request_open ON data_request (settled_at, id);
",
        }
        .boxed(),
    ]
}

/// Places of the store, the platform, customers and consent. The person's own row comes last: others are found through it.
pub fn own() -> Vec<Box<dyn PersonalData>> {
    let person = PersonTable::cleared(
        "person",
        "id",
        "Person",
        &[
            ("name", "'Erased person'"),
            ("email", "NULL"),
            ("phone", "NULL"),
            ("specialty", "''"),
            ("source_key", "'erased:' || CAST(id AS TEXT)"),
        ],
    );
    let of_person = "entity_kind = 'person'";
    vec![
        Box::new(Facts),
        Box::new(PersonTable::cleared("permission", "person_id", "Permissions", &[("evidence", "''"), ("basis", "'erased'")])),
        Box::new(PersonTable::kept("clearance", "person_id", "Contacts taken on")),
        Box::new(PersonTable::deleted("preference", "person_id", "Preferences")),
        Box::new(PersonTable::deleted("preference_task", "person_id", "Preferences by task")),
        Box::new(PersonTable::deleted("personal_wish", "person_id", "Language and best times")),
        Box::new(PersonTable::deleted("confirmation", "person_id", "Confirmations asked for")),
        Box::new(PersonTable::deleted("access_rule", "person_id", "Access")),
        Box::new(PersonTable::cleared("data_request", "person_id", "Requests about personal data", &[("reason", "'erased'")])),
        Box::new(PersonTable::deleted("identifier", "entity_id", "Identifiers").only(of_person)),
        Box::new(PersonTable::deleted("value_transfer", "person_id", "Transfers of value")),
        Box::new(Said),
        Box::new(PersonTable::deleted("source_record", "entity_id", "What each source says").only(of_person)),
        Box::new(PersonTable::cleared("merge", "survivor_id", "Merges", MERGE).only(of_person)),
        Box::new(PersonTable::cleared("merge", "merged_id", "Merges into another record", MERGE).only(of_person)),
        Box::new(PersonTable::cleared("stakeholder", "person_id", "Roles as a stakeholder", &[("note", "''")])),
        Box::new(PersonTable::deleted("acquaintance", "from_id", "Whom they know")),
        Box::new(PersonTable::deleted("acquaintance", "to_id", "Who knows them")),
        Box::new(PersonTable::deleted("match_pair", "a_id", "Possible matches").only(of_person)),
        Box::new(PersonTable::deleted("match_pair", "b_id", "Possible matches, the other side").only(of_person)),
        Box::new(PersonTable::cleared(
            "text_flag",
            "person_id",
            "Notes flagged for quality",
            &[("excerpt", "''"), ("reason", "''"), ("evidence", "''"), ("masked", "'[]'")],
        )),
        Box::new(PersonTable::kept("affiliation", "child_id", "Workplaces").only("child_kind = 'person'")),
        Box::new(
            PersonTable::cleared(
                "affiliation_sighting",
                "child_id",
                "Workplaces as sources said them",
                &[("title", "''"), ("department", "''")],
            )
            .only("child_kind = 'person'"),
        ),
        Box::new(
            PersonTable::cleared(
                "affiliation_edit",
                "child_id",
                "Workplaces changed by hand",
                &[("name", "'Erased person'"), ("what", "''"), ("reason", "''"), ("added", "'[]'"), ("removed", "'[]'")],
            )
            .only("child_kind = 'person'"),
        ),
        Box::new(Rejects),
        Box::new(Mails),
        Box::new(person),
    ]
}

/// What a merge remembers in words; without it the merge can no longer be taken apart.
const MERGE: &[(&str, &str)] = &[
    ("survivor_name", "'Erased person'"),
    ("merged_name", "'Erased person'"),
    ("before_image", "'{}'"),
    ("after_image", "'{}'"),
    ("reason", "''"),
];

/// What sources said before: rows that hang on a source's record.
struct Said;

const SAID: &str = "source_record_id IN (SELECT id FROM source_record WHERE entity_kind = 'person' AND entity_id = $1)";

#[async_trait]
impl PersonalData for Said {
    fn name(&self) -> &'static str {
        "source_history"
    }

    fn title(&self) -> &'static str {
        "What sources said before"
    }

    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>> {
        rows(db, &format!("SELECT * FROM source_history WHERE {SAID}"), person).await
    }

    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64> {
        erasure::delete(tx, self.name(), SAID, args![person.0]).await
    }
}

/// Facts, audit entries and messages: the store knows how to take words out of them.
struct Facts;

#[async_trait]
impl PersonalData for Facts {
    fn name(&self) -> &'static str {
        "fact"
    }

    fn title(&self) -> &'static str {
        "Contacts and events"
    }

    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>> {
        let sql = "SELECT id, kind, occurred_at, recorded_at, account_id, channel, user_id, source, body FROM fact WHERE person_id = $1 ORDER BY id";
        rows(db, sql, person).await
    }

    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64> {
        erasure::erase_person(tx, person, &words_of(tx, person).await?).await
    }
}

/// Rows of files that were rejected and are kept as they came.
struct Rejects;

#[async_trait]
impl PersonalData for Rejects {
    fn name(&self) -> &'static str {
        "import_reject"
    }

    fn title(&self) -> &'static str {
        "Rejected rows of files"
    }

    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>> {
        let mut all = Vec::new();
        for word in telling(words_of(db, person).await?) {
            let sql = "SELECT job_id, file, line, code, raw FROM import_reject WHERE raw LIKE $1 ORDER BY id LIMIT 100";
            let found = db.fetch(sql, args![format!("%{word}%")]).await?;
            for r in &found {
                all.push(JsonValue::from_query_result(r, "").map_err(Error::internal)?);
            }
        }
        Ok(all)
    }

    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64> {
        let mut changed = 0;
        for word in telling(words_of(tx, person).await?) {
            let columns = [("raw", "''"), ("cause", "'erased'")];
            changed += erasure::clear(tx, self.name(), &columns, "raw LIKE $1 OR cause LIKE $1", args![format!("%{word}%")]).await?;
        }
        Ok(changed)
    }
}

/// Words long enough to mean this person.
fn telling(words: Vec<String>) -> Vec<String> {
    words.into_iter().filter(|w| w.chars().count() >= 5).collect()
}

/// Mails to the person: found by their address, and gone with it.
struct Mails;

#[async_trait]
impl PersonalData for Mails {
    fn name(&self) -> &'static str {
        "outgoing_mail"
    }

    fn title(&self) -> &'static str {
        "Mails sent to them"
    }

    async fn export(&self, db: &Db, person: PersonId) -> Result<Vec<JsonValue>> {
        let sql = "SELECT m.subject, m.body, m.state, m.created_at, m.sent_at FROM outgoing_mail m JOIN person p ON LOWER(p.email) = LOWER(m.recipient) \
                   WHERE p.id = $1 ORDER BY m.id";
        rows(db, sql, person).await
    }

    async fn erase(&self, tx: &mut Tx, person: PersonId) -> Result<u64> {
        let theirs = "LOWER(recipient) = (SELECT LOWER(email) FROM person WHERE id = $1)";
        erasure::delete(tx, self.name(), theirs, args![person.0]).await
    }
}

async fn rows(db: &Db, sql: &str, person: PersonId) -> Result<Vec<JsonValue>> {
    let rows = db.fetch(sql, args![person.0]).await?;
    rows.iter().map(|r| JsonValue::from_query_result(r, "").map_err(Error::internal)).collect()
}

#[derive(FromQueryResult)]
struct NamesRow {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    source_key: String,
}

async fn names(db: &impl Query, person: PersonId) -> Result<NamesRow> {
    let row = db.one::<NamesRow>("SELECT name, email, phone, source_key FROM person WHERE id = $1", args![person.0]).await?;
    row.ok_or_else(|| Error::not_found("person"))
}

/// Words by which the person can be recognised: name, addresses, numbers, keys.
pub(super) async fn words_of(db: &impl Query, person: PersonId) -> Result<Vec<String>> {
    let row = names(db, person).await?;
    Ok([Some(row.name), row.email, row.phone, Some(row.source_key)].into_iter().flatten().filter(|w| !w.trim().is_empty()).collect())
}

/// What a later file could bring the person back by: everything but the name, which others bear too.
pub(super) async fn recognised_by(db: &impl Query, person: PersonId) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Record {
        source_key: String,
        said: String,
    }
    let row = names(db, person).await?;
    let mut all: Vec<String> = [row.email, row.phone, Some(erasure::key(&row.source_key))].into_iter().flatten().collect();
    let sql = "SELECT source_key, said FROM source_record WHERE entity_kind = 'person' AND entity_id = $1";
    for r in db.all::<Record>(sql, args![person.0]).await? {
        all.push(erasure::key(&r.source_key));
        // Every address and number that any source gave.
        let said = serde_json::from_str::<JsonValue>(&r.said).unwrap_or_default();
        all.extend(contacts_in(&said));
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Texts in a JSON value that are an e-mail address or a telephone number.
fn contacts_in(value: &JsonValue) -> Vec<String> {
    match value {
        JsonValue::String(t) if t.contains('@') || t.chars().filter(char::is_ascii_digit).count() >= 7 => vec![t.clone()],
        JsonValue::Array(all) => all.iter().flat_map(contacts_in).collect(),
        JsonValue::Object(fields) => fields.values().flat_map(contacts_in).collect(),
        _ => Vec::new(),
    }
}
