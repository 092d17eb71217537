//! The log walked both ways, searched and exported, on each engine.

use super::pages::{HEAD, exported};
use super::{Search, search};
use crate::imports::export::csv;
use crate::views::chosen;
use rounds_kernel::{Actor, Permission, Result, SystemClock};
use rounds_store::{Command, Db, MigrationTrait, MigratorTrait, Runner, Tx};
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        rounds_store::own_migrations()
    }
}

#[derive(serde::Serialize)]
struct Note(String);

impl Command for Note {
    const NAME: &'static str = "test.put";
    const PERMISSION: Permission = Permission::Open;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        tx.note(self.0);
        Ok(())
    }
}

async fn filled(entries: usize) -> Vec<(Db, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.unwrap();
        db.migrate::<Schema>().await.unwrap();
        let runner = Runner::new(db.clone(), Arc::new(SystemClock));
        for i in 0..entries {
            runner.run(&Actor::program("test"), Note(format!("={i}+1"))).await.unwrap();
        }
        out.push((db, temp));
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_from_either_end_over_two_pages() {
    for (db, _temp) in filled(60).await {
        let pages = async |oldest: bool, text: &str| {
            let mut s = Search { oldest, text: text.into(), ..Search::default() };
            let first = search(&db, &s, 50).await.unwrap();
            s.after = first.next;
            let second = search(&db, &s, 50).await.unwrap();
            assert_eq!((first.entries.len(), second.entries.len(), second.next), (50, 10, None));
            first.entries.iter().chain(&second.entries).map(|e| e.id).collect::<Vec<_>>()
        };
        for text in ["", "+1"] {
            let (oldest, mut newest) = (pages(true, text).await, pages(false, text).await);
            assert!(oldest.is_sorted());
            newest.reverse();
            assert_eq!(oldest, newest);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_entries_are_exported_without_formulas() {
    for (db, _temp) in filled(5).await {
        let all = exported(&db, Search::default()).await.unwrap();
        let ids: Vec<i64> = search(&db, &Search::default(), 9).await.unwrap().entries.iter().map(|e| e.id).collect();
        assert_eq!((all.len(), ids.len()), (5, 5));
        let query = format!("id=0&sort=when&id={}&id={}&id=none", ids[0], ids[3]);
        let some = exported(&db, Search { chosen: chosen(Some(&query)), oldest: true, ..Search::default() }).await.unwrap();
        assert_eq!(some, [all[3].clone(), all[0].clone()], "the oldest first");
        assert!(csv(HEAD, some).lines().skip(1).all(|line| line.contains(",'=")), "no note is a formula");
        let none = exported(&db, Search { chosen: vec![0], ..Search::default() }).await.unwrap();
        assert!(none.is_empty(), "nothing chosen, nothing exported");
    }
}
