//! Copies against the truth: what was in the record is in the copy, and what is damaged is refused.

use super::{make, restore};
use rounds_kernel::{Actor, Permission, Result, SystemClock};
use rounds_store::{Command, Db, MigrationTrait, MigratorTrait, Runner, Tx};
use std::collections::BTreeSet;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        rounds_store::own_migrations()
    }
}

#[derive(serde::Serialize)]
struct Put(String);

impl Command for Put {
    const NAME: &'static str = "test.put";
    const PERMISSION: Permission = Permission::Open;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_store::settings::put(tx, "what", &self.0).await
    }
}

async fn runner(url: &str) -> Runner {
    let db = Db::open(url).await.unwrap();
    db.migrate::<Schema>().await.unwrap();
    Runner::new(db, Arc::new(SystemClock))
}

async fn what(url: &str) -> String {
    let db = Db::open(url).await.unwrap();
    let found = rounds_store::settings::get(&db, "what").await.unwrap().unwrap_or_default();
    db.close().await;
    found
}

fn known() -> BTreeSet<String> {
    Schema::migrations().iter().map(|m| m.name().to_owned()).collect()
}

#[tokio::test]
async fn a_copy_made_while_others_write_is_whole_and_comes_back() {
    let db = rounds_testkit::sqlite();
    let me = Actor::program("test");
    let live = runner(&db.url).await;
    live.run(&me, Put("first".into())).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let writing = async {
        for i in 0..50 {
            live.run(&me, Put(format!("{i}"))).await.unwrap();
        }
    };
    let (made, ()) = tokio::join!(make(&db.url, &copy, false), writing);
    let made = made.unwrap();
    assert!(made.rows > 0 && made.tables >= 7 && made.bytes > 0, "{made:?}");
    assert_eq!(make(&db.url, &copy, false).await.unwrap_err().code, "backup.exists");
    live.run(&me, Put("after".into())).await.unwrap();
    live.db.close().await;
    let there = std::path::Path::new(&db.url);
    assert_eq!(restore(&copy, there, false, &known()).await.unwrap_err().code, "restore.exists");
    let newer: BTreeSet<String> = known().into_iter().skip(1).collect();
    assert_eq!(restore(&copy, there, true, &newer).await.unwrap_err().code, "restore.newer");
    assert_eq!(what(&db.url).await, "after", "refusals change nothing");
    restore(&copy, there, true, &known()).await.unwrap();
    assert_ne!(what(&db.url).await, "after", "the copy is in place");
}

#[tokio::test]
async fn a_damaged_copy_is_refused() {
    let db = rounds_testkit::sqlite();
    let live = runner(&db.url).await;
    for i in 0..200 {
        live.run(&Actor::program("test"), Put(format!("{i}"))).await.unwrap();
    }
    live.db.close().await;
    let folder = tempfile::tempdir().unwrap();
    let (copy, target) = (folder.path().join("copy.db"), folder.path().join("target.db"));
    make(&db.url, &copy, false).await.unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let (from, to) = (bytes.len() / 3, bytes.len() / 3 * 2);
    bytes[from..to].fill(0x55);
    std::fs::write(&copy, &bytes).unwrap();
    assert_eq!(restore(&copy, &target, false, &known()).await.unwrap_err().code, "backup.damaged");
    std::fs::write(&copy, "not a database at all, but long enough").unwrap();
    assert_eq!(restore(&copy, &target, false, &known()).await.unwrap_err().code, "backup.damaged");
    assert!(!target.exists());
    assert_eq!(make("postgres://x/y", &target, false).await.unwrap_err().code, "backup.engine");
    assert_eq!(make("no/such.db", &target, false).await.unwrap_err().code, "backup.nothing");
}
