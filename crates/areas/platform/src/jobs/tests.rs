//! The list of jobs walked both ways, narrowed and exported, on each engine.

use super::pages::{HEAD, JobsQuery, exported};
use super::queries::{Narrow, Place, kinds, page};
use crate::imports::export::csv;
use crate::views::chosen;
use rounds_kernel::{Actor, JobId, SystemClock};
use rounds_store::jobs::{Enqueue, Finish};
use rounds_store::{Db, MigrationTrait, MigratorTrait, Runner};
use serde_json::json;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        rounds_store::own_migrations()
    }
}

async fn worlds() -> Vec<(Runner, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.unwrap();
        db.migrate::<Schema>().await.unwrap();
        out.push((Runner::new(db, Arc::new(SystemClock)), temp));
    }
    out
}

async fn ask(runner: &Runner, kind: &str, key: usize) -> i64 {
    let job = Enqueue { kind: kind.into(), input_key: key.to_string(), input: json!({ "file": "secret.csv" }) };
    runner.run(&Actor::program("test"), job).await.unwrap().id
}

async fn fail(runner: &Runner, job: i64, message: &str) {
    let report = json!({ "error": { "cause": "=1+1", "remedy": "Add the column." } });
    let end = Finish { job: JobId(job), state: "failed".into(), message: message.into(), report };
    runner.run(&Actor::program("test"), end).await.unwrap();
}

fn asked(query: &str) -> JobsQuery {
    axum::extract::Query::try_from_uri(&format!("/jobs?{query}").parse().unwrap()).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_walked_from_either_end_and_back() {
    for (runner, _db) in worlds().await {
        for i in 0..40 {
            ask(&runner, if i % 2 == 0 { "import" } else { "backup" }, i).await;
        }
        let walk = async |sort: &str| {
            let at = async |place: &str| {
                let q = asked(&format!("sort={sort}&{place}"));
                page(&runner.db, &q.narrow(), q.place(), 25).await.unwrap()
            };
            let first = at("").await;
            let second = at(&format!("after={}", first.next.unwrap())).await;
            assert_eq!((first.rows.len(), second.rows.len(), first.previous, second.next), (25, 15, None, None));
            let back = at(&format!("before={}", second.previous.unwrap())).await;
            assert!(back.rows.iter().map(|j| j.id).eq(first.rows.iter().map(|j| j.id)), "back to the page before");
            assert_eq!((back.previous, back.next), (None, first.next));
            first.rows.iter().chain(&second.rows).map(|j| j.id).collect::<Vec<_>>()
        };
        let (oldest, mut newest) = (walk("oldest").await, walk("").await);
        assert!(oldest.is_sorted());
        newest.reverse();
        assert_eq!(oldest, newest);
        assert_eq!(asked("after=x&before=").place().after, None, "a malformed place is the first page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_jobs_are_exported_without_formulas() {
    for (runner, _db) in worlds().await {
        let (plan, file, other) = (ask(&runner, "plan", 1).await, ask(&runner, "import", 2).await, ask(&runner, "import", 3).await);
        fail(&runner, file, "The file has no column 100%").await;
        let db = &runner.db;
        let narrow = Narrow { chosen: chosen(Some(&format!("id=0&id={file}&id={plan}"))), ..Narrow::default() };
        let rows = exported(db, &narrow).await.unwrap();
        assert_eq!(rows.iter().map(|r| r[0].clone()).collect::<Vec<_>>(), [file.to_string(), plan.to_string()], "newest first");
        let text = csv(HEAD, rows);
        assert!(text.contains(",'=1+1,Add the column.") && !text.contains("secret.csv"), "{text}");
        assert!(
            exported(db, &Narrow { chosen: vec![0], ..Narrow::default() }).await.unwrap().is_empty(),
            "nothing chosen, nothing exported"
        );
        let found = async |query: &str| {
            let slice = page(db, &asked(query).narrow(), Place::default(), 25).await.unwrap();
            slice.rows.iter().map(|j| j.id).collect::<Vec<_>>()
        };
        assert_eq!(found("kind=import&sort=oldest").await, [file, other]);
        assert_eq!(found("text=NO+COLUMN").await, [file]);
        assert_eq!(found("text=100%25").await, [file]);
        assert_eq!(found("text=%25").await, [file], "a percent sign stands for itself");
        assert_eq!(found("state=failed&kind=plan").await, [0; 0]);
        assert_eq!(kinds(db).await.unwrap(), ["import", "plan"]);
    }
}
