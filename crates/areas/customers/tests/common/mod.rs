//! Databases for the tests of this crate, and short ways to fill them.
#![allow(dead_code, reason = "each test file uses its own part")]

use rounds_kernel::{Actor, Day, FixedClock, Time};
use rounds_platform::imports::{ImportReport, Importers, run_import};
use rounds_store::{Db, MigrationTrait, MigratorTrait, Runner, own_migrations};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub struct All;

impl MigratorTrait for All {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = own_migrations();
        all.extend(rounds_web::migrations());
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all
    }
}

pub struct World {
    pub runner: Runner,
    pub clock: Arc<FixedClock>,
    pub engine: &'static str,
    _folder: tempfile::TempDir,
}

async fn world(url: &str, engine: &'static str, folder: tempfile::TempDir) -> World {
    let db = Db::open(url).await.unwrap();
    db.migrate::<All>().await.unwrap();
    let clock = Arc::new(FixedClock::at(Time::at_day(Day::parse("2026-11-23").unwrap())));
    World { runner: Runner::new(db, clock.clone()), clock, engine, _folder: folder }
}

/// An empty SQLite database, and an empty PostgreSQL one when `ROUNDS_TEST_POSTGRES` names a server.
pub async fn worlds() -> Vec<World> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = tempfile::tempdir().unwrap();
    let path = format!("sqlite:{}", folder.path().join("rounds.db").display());
    let mut all = vec![world(&path, "sqlite", folder).await];
    match std::env::var("ROUNDS_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("customers_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
            Db::open(&server).await.unwrap().housekeep(&format!("CREATE DATABASE {name}"), vec![]).await.unwrap();
            let (base, _) = server.rsplit_once('/').unwrap();
            all.push(world(&format!("{base}/{name}"), "postgres", tempfile::tempdir().unwrap()).await);
        }
        Err(_) => eprintln!("PostgreSQL skipped: ROUNDS_TEST_POSTGRES is not set"),
    }
    all
}

pub fn program() -> Actor {
    Actor::program("test")
}

pub fn importers() -> Importers {
    Arc::new(rounds_customers::importers())
}

impl World {
    pub async fn import(&self, name: &str, bytes: impl AsRef<[u8]>) -> rounds_kernel::Result<ImportReport> {
        run_import(&self.runner, &program(), &importers(), (None, name, bytes.as_ref()), Arc::new(|_, _, _| ())).await
    }

    pub async fn number(&self, sql: &str) -> i64 {
        use rounds_store::Query;
        self.runner.db.number(sql, vec![]).await.unwrap()
    }

    pub async fn text(&self, sql: &str) -> String {
        use rounds_store::Query;
        self.runner.db.text(sql, vec![]).await.unwrap().unwrap_or_default()
    }
}

/// Folder of the public files, if they are there: `ROUNDS_DATA`, or `shared/data` beside the checkout.
pub fn data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data");
    let folder = std::env::var("ROUNDS_DATA").map_or(beside, PathBuf::from).join("us-market");
    if folder.join("chsp-compendium-2018.csv").exists() {
        return Some(folder);
    }
    eprintln!("skipped: data absent (set ROUNDS_DATA to the folder that holds us-market)");
    None
}
