//! Tables, and the questions that are asked from the first day.

use super::model::{Answer, Question, Whose};
use crate::lists::{Keyset, SortBy};
use rounds_kernel::{Actor, Result};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, args, contains};

/// Migrations of this capability. The first questions follow what key account managers must know of a system: where control sits and
/// whether the centre can enforce, what it wants for itself, how it grows, whether it will partner.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261123_103000_customers_profile",
            up: "
CREATE TABLE profile_question (
  id {id}, subject_kind TEXT NOT NULL, segment TEXT NOT NULL, text TEXT NOT NULL, options TEXT NOT NULL, fresh_days BIGINT NOT NULL,
  position BIGINT NOT NULL, retired_at BIGINT);
CREATE TABLE profile_answer (
  id {id}, subject_kind TEXT NOT NULL, subject_id BIGINT NOT NULL, question_id BIGINT NOT NULL, value TEXT NOT NULL, source TEXT NOT NULL,
  valid_from BIGINT NOT NULL, valid_to BIGINT, user_id BIGINT, written_at BIGINT NOT NULL);
CREATE INDEX profile_answer_subject ON profile_answer (subject_kind, subject_id, question_id, valid_from);
INSERT INTO profile_question (subject_kind, segment, text, options, fresh_days, position) VALUES
  ('system', '', 'Where are purchasing decisions made?', 'At the centre\nShared between centre and members\nBy each member', 365, 1),
  ('system', '', 'Can the centre enforce a decision on its members?', 'Yes, and it does\nMostly\nOnly for some products\nNo', 365, 2),
  ('system', '', 'How much do others follow its choices?', '1 hardly\n2\n3\n4\n5 it sets the standard', 365, 3),
  ('system', '', 'How willing is it to partner beyond buying?', '1 vendor only\n2\n3\n4\n5 seeks partners', 365, 4),
  ('system', '', 'What is its first priority?', 'Patient experience\nSupply-chain excellence\nCost\nGrowth\nClinical outcomes\nWorkforce', 365, 5),
  ('system', '', 'How does it mean to grow?', 'Buys hospitals\nBuilds outpatient sites\nNew service lines\nConsolidates\nShrinks', 365, 6),
  ('system', '', 'How often does its value analysis committee meet?', 'Monthly\nEvery two months\nQuarterly\nAs needed\nIt has none', 365, 7),
  ('system', '', 'When is its capital budget decided?', '', 365, 8),
  ('system', '', 'What do they expect of a partner, in their words?', '', 540, 9),
  ('account', '', 'Who decides about products like ours?', 'The department\nA committee of the hospital\nThe system\nThe buying group', 365, 1),
  ('account', '', 'What matters most in a choice?', 'Clinical evidence\nPrice\nHandling and training\nSupply\nService', 365, 2),
  ('account', '', 'How do they use us today?', 'Only supplier\nFirst of several\nOne of several\nNot at all', 180, 3),
  ('account', '', 'Which competitor stands strongest here?', '', 365, 4),
  ('account', 'hospital', 'How many procedures of our kind a year?', '', 365, 5);
",
        }
        .boxed(),
    ]
}

const QUESTION: &str = "id, subject_kind, segment, text, options, fresh_days, position";

/// Questions asked of a kind of record; for an account those of its care setting too.
pub(super) async fn questions(db: &impl Query, whose: Whose) -> Result<Vec<Question>> {
    let sql = format!(
        "SELECT {QUESTION} FROM profile_question WHERE subject_kind = $1 AND retired_at IS NULL AND (segment = '' OR \
         segment = (SELECT setting FROM account WHERE id = $2)) ORDER BY position, id"
    );
    db.all(&sql, args![whose.kind(), whose.id]).await
}

/// All questions that are asked.
pub(super) async fn all_questions(db: &impl Query) -> Result<Vec<Question>> {
    db.all(&format!("SELECT {QUESTION} FROM profile_question WHERE retired_at IS NULL ORDER BY subject_kind DESC, position, id"), vec![])
        .await
}

/// All answers of one record, newest first.
pub(super) async fn answers(db: &impl Query, whose: Whose) -> Result<Vec<Answer>> {
    let sql = "SELECT p.question_id, p.value, p.source, p.valid_from, p.valid_to, u.name AS who FROM profile_answer p \
         LEFT JOIN app_user u ON u.id = p.user_id WHERE p.subject_kind = $1 AND p.subject_id = $2 ORDER BY p.valid_from DESC, p.id DESC";
    db.all(sql, args![whose.kind(), whose.id]).await
}

/// A record's name.
pub async fn name(db: &impl Query, whose: Whose) -> Result<String> {
    let table = if whose.system { "health_system" } else { "account" };
    let row = db.one::<Named>(&format!("SELECT name FROM {table} WHERE id = $1"), args![whose.id]).await?;
    Ok(row.map_or_else(String::new, |r| r.name))
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

/// One line of the list.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Profiled {
    pub id: i64,
    pub name: String,
    pub place: String,
    pub accounts: i64,
    pub fresh: i64,
    pub old: i64,
    pub oldest: Option<i64>,
    pub newest: Option<i64>,
}

/// Ways to sort the profiles.
pub(super) const SORTS: &[SortBy] = &[
    SortBy::text("name", "Name", "subject.name"),
    SortBy::number("accounts", "Accounts", "COALESCE(held.accounts, 0)"),
    SortBy::number("complete", "Answered and fresh", "COALESCE(p.fresh, 0)"),
    SortBy::number("old", "Old answers", "COALESCE(p.old, 0)"),
    SortBy::number("age", "Oldest answer", "COALESCE(p.oldest, 9999999)"),
];

/// Systems or accounts with their answers, within the actor's scope.
pub(super) fn profiled(actor: &Actor, system: bool, (name, sort): (&str, &str), today: i64) -> Keyset {
    let (table, kind, scope) = if system {
        ("health_system", "system", crate::scope::systems(actor))
    } else {
        ("account", "account", crate::scope::accounts(actor))
    };
    let scope = scope.replace(&format!("{table}.id"), "subject.id");
    let held = if system {
        "SELECT f.parent_id AS id, COUNT(*) AS accounts FROM affiliation f WHERE f.parent_kind = 'system' AND f.child_kind = 'account' \
         AND f.valid_to IS NULL GROUP BY f.parent_id"
    } else {
        "SELECT id, 1 AS accounts FROM account"
    };
    let mut list = Keyset {
        columns: "subject.id, subject.name, subject.city || ', ' || subject.state AS place, CAST(COALESCE(held.accounts, 0) AS BIGINT) AS accounts, \
                  CAST(COALESCE(p.fresh, 0) AS BIGINT) AS fresh, CAST(COALESCE(p.old, 0) AS BIGINT) AS old, p.oldest, p.newest"
            .into(),
        from: format!(
            "{table} subject LEFT JOIN ({held}) held ON held.id = subject.id LEFT JOIN (SELECT a.subject_id, \
             SUM(CASE WHEN a.valid_from >= {today} - q.fresh_days THEN 1 ELSE 0 END) AS fresh, \
             SUM(CASE WHEN a.valid_from < {today} - q.fresh_days THEN 1 ELSE 0 END) AS old, MIN(a.valid_from) AS oldest, MAX(a.valid_from) AS newest \
             FROM profile_answer a JOIN profile_question q ON q.id = a.question_id AND q.retired_at IS NULL \
             WHERE a.subject_kind = '{kind}' AND a.valid_to IS NULL GROUP BY a.subject_id) p ON p.subject_id = subject.id"
        ),
        conditions: vec![scope],
        args: Vec::new(),
        key: "subject.name".into(),
        numeric: false,
        descending: false,
        id: "subject.id".into(),
    };
    list.sort(SORTS, sort);
    if !name.trim().is_empty() {
        list.filter("LOWER(subject.name) LIKE LOWER({}) ESCAPE '!'", contains(name));
    }
    list
}
