//! A small named world on a database of its own, on each engine at hand: SQLite always, PostgreSQL when `ROUNDS_TEST_POSTGRES`
//! names a server.

#![allow(dead_code, reason = "each test program uses a part of it")]

use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_kernel::{AccountId, Actor, CareSetting, Day, FixedClock, Permission, PersonId, PersonRole, Result, Role, Scope, Time, UserId};
use rounds_platform::users::CreateUser;
use rounds_store::{Command, Db, MigrationTrait, MigratorTrait, Query, Runner, Tx, args};
use rounds_testkit::TempDb;
use serde::Serialize;
use std::future::Future;
use std::sync::Arc;

/// Monday, 23 November 2026, 09:00 UTC.
pub fn monday() -> Time {
    Time::at_day(Day::parse("2026-11-23").expect("a day")).plus_minutes(540)
}

/// The world: two reps with an account each, one shared, and people.
pub struct World {
    pub runner: Runner,
    pub clock: Arc<FixedClock>,
    pub program: Actor,
    pub ines: Actor,
    pub jonas: Actor,
    _database: TempDb,
}

/// Runs `test` on a fresh world on each engine.
pub async fn on_each_engine<M: MigratorTrait, F: Future<Output = ()>>(test: impl Fn(World) -> F) {
    for database in rounds_testkit::databases().await {
        test(World::open::<M>(database).await).await;
    }
}

/// Scope given by hand, as the design area does it from coverage.
#[derive(Serialize)]
pub struct GiveScope(pub Vec<(i64, i64)>);

impl Command for GiveScope {
    const NAME: &'static str = "test.give_scope";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_platform::scope::extend(tx, self.0).await
    }
}

/// Migrations of the areas up to consent.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = rounds_store::own_migrations();
    all.extend(rounds_web::migrations());
    all.extend(rounds_platform::migrations());
    all.extend(rounds_customers::migrations());
    all.extend(rounds_consent::migrations());
    all
}

impl World {
    /// A fresh world on SQLite alone, for what does not depend on the engine.
    pub async fn open_one<M: MigratorTrait>() -> Self {
        Self::open::<M>(rounds_testkit::sqlite()).await
    }

    async fn open<M: MigratorTrait>(database: TempDb) -> Self {
        let db = Db::open(&database.url).await.expect("opens");
        db.migrate::<M>().await.expect("migrates");
        let clock = Arc::new(FixedClock::at(monday()));
        let runner = Runner::new(db, clock.clone());
        let program = Actor::program("test");
        let nobody = program.clone();
        let mut world = Self { runner, clock, program, ines: nobody.clone(), jonas: nobody, _database: database };
        world.ines = world.user("Ines Kowalski", Role::RemoteRep).await;
        world.jonas = world.user("Jonas Weber", Role::FieldRep).await;
        world
    }

    /// Creates a user, who sees what their coverage gives.
    pub async fn user(&self, name: &str, role: Role) -> Actor {
        let email = format!("{}@rounds.example", name.to_lowercase().replace(' ', "."));
        let new = CreateUser { email, name: name.into(), role, manager_email: None, zone: "UTC".into(), weekly_minutes: 1_500 };
        let id = self.runner.run(&self.program, new).await.expect("a user");
        Actor { user: Some(id), name: name.into(), role, scope: Scope::CoveredBy(vec![id]), zone: "UTC".into() }
    }

    /// Creates accounts named by key, with country and state.
    pub async fn accounts(&self, keys: &[(&str, &str, &str)]) {
        let row = |(key, country, state): &(&str, &str, &str)| AccountRow {
            country: (*country).into(),
            state: (*state).into(),
            city: "Town".into(),
            ..AccountRow::new(*key, format!("Account {key}"), CareSetting::Hospital, "test")
        };
        let report = self.runner.run(&self.program, ImportAccounts { rows: keys.iter().map(row).collect() }).await.expect("accounts");
        assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    }

    /// Creates people named by key at an account.
    pub async fn people(&self, keys: &[(&str, &str)]) {
        let row = |(key, account): &(&str, &str)| PersonRow {
            line: 0,
            source_key: (*key).into(),
            name: format!("Dr. {key}"),
            role: PersonRole::Physician,
            specialty: "cardiology".into(),
            email: None,
            phone: None,
            language: "en".into(),
            account_key: (*account).into(),
            affil_from: Day(20_000),
            source: "test".into(),
        };
        let report = self.runner.run(&self.program, ImportPeople { rows: keys.iter().map(row).collect() }).await.expect("people");
        assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    }

    /// One account each for the two reps (`north`, `south`), one for both (`shared`, in Germany), and a person at each.
    pub async fn named(&self) {
        self.accounts(&[("north", "US", "MN"), ("south", "US", "TX"), ("shared", "DE", "BY"), ("us", "US", "OH")]).await;
        self.people(&[("ann", "north"), ("bob", "south"), ("cleo", "shared"), ("dora", "us")]).await;
        let (ines, jonas) = (self.ines.user.expect("a user").0, self.jonas.user.expect("a user").0);
        let id = |key| self.account(key);
        let pairs = vec![
            (ines, id("north").await.0),
            (jonas, id("south").await.0),
            (ines, id("shared").await.0),
            (jonas, id("shared").await.0),
            (ines, id("us").await.0),
            (jonas, id("us").await.0),
        ];
        self.runner.run(&self.program, GiveScope(pairs)).await.expect("scope");
    }

    /// Id of an account.
    pub async fn account(&self, key: &str) -> AccountId {
        AccountId(self.runner.db.number("SELECT id FROM account WHERE source_key = $1", args![key]).await.expect("reads"))
    }

    /// Id of a person.
    pub async fn person(&self, key: &str) -> PersonId {
        PersonId(self.runner.db.number("SELECT id FROM person WHERE source_key = $1", args![key]).await.expect("reads"))
    }

    /// Id of a user.
    pub fn id(actor: &Actor) -> UserId {
        actor.user.expect("a user")
    }

    /// One number from the database.
    pub async fn count(&self, sql: &str) -> i64 {
        self.runner.db.number(sql, vec![]).await.expect("counts")
    }
}
