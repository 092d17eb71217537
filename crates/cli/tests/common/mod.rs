//! A small simulated world, planned, on each engine; made through the same commands as everyone's.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use rounds_cli::{compose, simulate};
use rounds_engage::next_best_action::{KIND, PlanRequest};
use rounds_kernel::{Actor, Clock, Day, FixedClock, JobId, Permission, Role, Time, UserId, Week};
use rounds_platform::jobs::run_now;
use rounds_platform::keys::{MakeKey, new_token};
use rounds_platform::users::{StoredDirectory, UserRow, all};
use rounds_store::jobs::Enqueue;
use rounds_store::{Keys, Query, Runner};
use rounds_testkit::{Site, TempDb};
use rounds_web::WebConfig;
use std::sync::Arc;

pub const PASSWORD: &str = "for the tests only";

pub struct World {
    pub runner: Runner,
    pub clock: Arc<FixedClock>,
    pub db: TempDb,
    pub users: Vec<UserRow>,
    pub week: Week,
}

/// Monday 23 November 2026, 08:00 UTC.
pub fn monday() -> Time {
    Time::at_day(Day::parse("2026-11-23").unwrap()).plus_minutes(480)
}

/// An empty record.
pub async fn empty(db: TempDb) -> World {
    let clock = Arc::new(FixedClock::at(monday()));
    let runner = compose::open(&db.url, clock.clone() as Arc<dyn Clock>).await.unwrap();
    let runner = if runner.keys().durable() { runner } else { runner.with_keys(Keys::random().unwrap()) };
    World { runner, clock, db, users: Vec::new(), week: Week::parse("2026-W48").unwrap() }
}

/// A simulated market of `accounts` accounts, not planned.
pub async fn market(db: TempDb, accounts: usize) -> World {
    let mut w = empty(db).await;
    simulate::market(&w.runner, accounts, 8.0, 7, Day::parse("2026-11-22").unwrap()).await.unwrap();
    w.users = all(&w.runner.db).await.unwrap();
    w
}

/// The market with the week planned.
pub async fn planned(db: TempDb, accounts: usize) -> World {
    let w = market(db, accounts).await;
    w.plan(1, 2).await;
    w
}

impl World {
    pub async fn plan(&self, seed: u64, threads: usize) -> serde_json::Value {
        let program = Actor::program("test");
        let input = serde_json::to_value(PlanRequest { week: self.week.to_string(), seed, threads }).unwrap();
        let job = self.runner.run(&program, Enqueue { kind: KIND.into(), input_key: self.week.to_string(), input }).await.unwrap();
        run_now(&self.runner, &program, &compose::works(), JobId(job.id), Arc::new(|_, _, _| ())).await.unwrap()
    }

    pub async fn site(&self) -> Site {
        let directory = Arc::new(StoredDirectory::new(self.runner.db.clone(), Some(PASSWORD.into())));
        let config =
            WebConfig { requests_per_second: 10_000, key_requests_per_second: 10_000, sign_ins_per_minute: 10_000, ..WebConfig::default() };
        Site::serve(rounds_web::build(self.runner.clone(), directory, compose::routes(), config)).await
    }

    pub fn user(&self, role: Role) -> &UserRow {
        self.users.iter().find(|u| u.role() == role).unwrap_or_else(|| panic!("the market has no {}", role.label()))
    }

    /// The owner with the most actions in the role, and the ids of their actions in the order of their queue.
    pub async fn busiest(&self, role: Role) -> (UserRow, Vec<i64>) {
        let mut best: Option<(UserRow, Vec<i64>)> = None;
        for u in self.users.iter().filter(|u| u.role() == role) {
            let queue = rounds_engage::next_best_action::queue_of(&self.runner.db, u.id, self.week.monday()).await.unwrap();
            let ids: Vec<i64> = queue.iter().map(|a| a.id).collect();
            if best.as_ref().is_none_or(|(_, b)| ids.len() > b.len()) {
                best = Some((u.clone(), ids));
            }
        }
        best.unwrap()
    }

    /// A key that acts as `user` within `permissions`.
    pub async fn key(&self, user: &UserRow, permissions: &[Permission]) -> String {
        let token = new_token().unwrap();
        let command = MakeKey {
            user: UserId(user.id),
            name: "test".into(),
            permissions: permissions.to_vec(),
            own_only: false,
            days: 1,
            prefix: token.prefix,
            hash: token.hash,
        };
        self.runner.run(&Actor::program("test"), command).await.unwrap();
        token.token
    }

    pub async fn count(&self, sql: &str) -> i64 {
        self.runner.db.number(sql, vec![]).await.unwrap()
    }
}
