//! Every column that points at a record is known to merging, so that no merge leaves rows behind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use rounds_cli::compose;
use rounds_kernel::SystemClock;
use rounds_store::{FromQueryResult, Query};
use std::sync::Arc;

#[derive(FromQueryResult)]
struct Found {
    place: String,
}

/// Columns with such a name that point at nothing that moves.
const EXCUSED: &[&str] = &[];

#[tokio::test]
async fn every_column_that_points_at_a_record_is_re_pointed_by_a_merge() {
    let folder = tempfile::tempdir().unwrap();
    let runner = compose::open(folder.path().join("rounds.db").to_str().unwrap(), Arc::new(SystemClock)).await.unwrap();
    let sql = "SELECT m.name || '.' || c.name AS place FROM sqlite_master m JOIN pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND (c.name LIKE '%account_id' OR c.name LIKE '%person_id' OR c.name \
               LIKE '%system_id' OR c.name IN ('entity_id', 'child_id', 'parent_id') AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) k \
               WHERE k.name IN ('entity_kind', 'child_kind', 'parent_kind')))";
    let known: Vec<String> = compose::references().iter().map(|r| format!("{}.{}", r.table, r.column)).collect();
    let all: Vec<Found> = runner.db.all(sql, vec![]).await.unwrap();
    assert!(all.len() > 10);
    for found in all {
        let place = found.place.as_str();
        assert!(known.iter().any(|k| k == place) || EXCUSED.contains(&place), "{place} is in no area's REFERENCES: a merge would miss it");
    }
    for r in compose::references() {
        let columns: Vec<&str> =
            [r.column].into_iter().chain(r.kind_column).chain(r.once.iter().flat_map(|o| o.columns.iter().copied())).collect();
        for column in columns {
            let there = format!("SELECT COUNT(*) FROM pragma_table_info('{}') WHERE name = '{column}'", r.table);
            assert_eq!(runner.db.number(&there, vec![]).await.unwrap(), 1, "{}.{column} does not exist", r.table);
        }
    }
}
