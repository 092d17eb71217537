//! Lists, scope and search on a base of a size that shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, program, worlds};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::affiliations::{AccountSystemRow, ImportAffiliations};
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_customers::systems::{ImportSystems, SystemRow};
use rounds_customers::{scope, search};
use rounds_kernel::{
    AccountId, Actor, CareSetting, Clock, Day, Permission, PersonId, PersonRole, Result, Role, Scope, SystemClock, SystemId, UserId,
};
use rounds_store::{Command, Query, Tx};

/// Covers account 1 by user 1, and renews its search documents.
#[derive(serde::Serialize)]
struct Cover;

impl Command for Cover {
    const NAME: &'static str = "test.cover";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();
    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_platform::scope::rebuild(tx, vec![(1, 1)]).await?;
        search::reindex(tx, &[1]).await
    }
}

fn account(n: usize) -> AccountRow {
    AccountRow {
        state: "MN".into(),
        city: "Duluth".into(),
        ..AccountRow::new(format!("a{n}"), format!("Hospital {n:05}"), CareSetting::Hospital, "simulation")
    }
}

fn person(n: usize, account: usize) -> PersonRow {
    PersonRow {
        line: 0,
        source_key: format!("p{n}"),
        name: format!("Person {n:06}"),
        role: PersonRole::Nurse,
        specialty: "Cardiology".into(),
        email: None,
        phone: None,
        language: "en".into(),
        account_key: format!("a{account}"),
        affil_from: Day(20_000),
        source: "simulation".into(),
    }
}

async fn fill(world: &World, accounts: usize, each: usize) {
    let systems = (0..10).map(|n| SystemRow {
        source_key: format!("s{n}"),
        name: format!("System {n}"),
        source: "simulation".into(),
        ..SystemRow::default()
    });
    world.runner.run(&program(), ImportSystems { rows: systems.collect() }).await.unwrap();
    let numbers: Vec<usize> = (0..accounts).collect();
    for chunk in numbers.chunks(1_000) {
        world.runner.run(&program(), ImportAccounts { rows: chunk.iter().map(|n| account(*n)).collect() }).await.unwrap();
        let link = |n: &usize| AccountSystemRow {
            line: 0,
            account_key: format!("a{n}"),
            system_key: format!("s{}", n % 10),
            from: Day(20_000),
            source: "simulation".into(),
            confidence: 1.0,
        };
        world.runner.run(&program(), ImportAffiliations { rows: chunk.iter().map(link).collect() }).await.unwrap();
    }
    let numbers: Vec<usize> = (0..accounts * each).collect();
    for chunk in numbers.chunks(1_000) {
        world.runner.run(&program(), ImportPeople { rows: chunk.iter().map(|n| person(*n, n / each)).collect() }).await.unwrap();
    }
}

fn rep() -> Actor {
    Actor {
        user: Some(UserId(1)),
        name: "Rep".into(),
        role: Role::FieldRep,
        scope: Scope::CoveredBy(vec![UserId(1)]),
        zone: "America/Chicago".into(),
    }
}

#[tokio::test]
async fn what_is_outside_the_scope_does_not_exist() {
    for world in worlds().await {
        fill(&world, 30, 3).await;
        world.runner.run(&program(), Cover).await.unwrap();
        let (db, rep) = (&world.runner.db, rep());
        scope::see_account(db, &rep, AccountId(1)).await.unwrap();
        scope::see_person(db, &rep, PersonId(1)).await.unwrap();
        scope::see_system(db, &rep, SystemId(1)).await.unwrap();
        for e in [
            scope::see_account(db, &rep, AccountId(2)).await.unwrap_err(),
            scope::see_person(db, &rep, PersonId(4)).await.unwrap_err(),
            scope::see_system(db, &rep, SystemId(2)).await.unwrap_err(),
            scope::see_person(db, &program(), PersonId(999)).await.unwrap_err(),
        ] {
            assert_eq!(e.code, "record.not_found", "{}", world.engine);
        }
        let found =
            |actor: Actor, text: &'static str| async move { rounds_store::search::find(db, text, &actor.scope, 100).await.unwrap().len() };
        assert_eq!((found(rep.clone(), "hospital").await, found(program(), "hospital").await), (1, 30));
        assert_eq!((found(rep.clone(), "person").await, found(program(), "person").await), (3, 90));
        assert_eq!((found(rep.clone(), "system").await, found(program(), "syst").await), (1, 10));
        assert_eq!(found(rep, "duluth 00000").await, 1, "accounts are found by their town too");
    }
}

#[tokio::test]
async fn every_page_draws_and_escapes() {
    let mut all = rounds_customers::samples();
    all.extend(rounds_platform::imports::samples());
    for (name, html) in &all {
        assert!(html.contains("</html>"), "{name} does not draw");
        for hostile in ["<script>alert", "<b>", "<i>Plains", " style=", "onclick="] {
            assert!(!html.contains(hostile), "{name} holds {hostile}");
        }
    }
    let person = &all.iter().find(|(n, _)| *n == "person").unwrap().1;
    assert!(person.contains("/accounts/7") && !person.contains("Amount"), "a person links the account and shows no money");
    if let Ok(folder) = std::env::var("ROUNDS_SAMPLES") {
        all.iter().for_each(|(name, html)| std::fs::write(format!("{folder}/{}.html", name.replace([' ', ','], "-")), html).unwrap());
    }
}

#[tokio::test]
#[ignore = "a measurement: cargo test -p rounds-customers --test pages -- --ignored --nocapture"]
async fn ten_thousand_accounts_and_a_hundred_thousand_people() {
    for world in worlds().await {
        let started = SystemClock.now().0;
        fill(&world, 10_000, 10).await;
        println!("{}: 10,000 accounts and 100,000 people in {:.1} s", world.engine, (SystemClock.now().0 - started) as f64 / 1e6);
        assert_eq!(world.number("SELECT COUNT(*) FROM person").await, 100_000);
        assert_eq!(world.number("SELECT COUNT(*) FROM search_doc").await, 110_010);
        world.runner.run(&program(), Cover).await.unwrap();
        for (who, actor) in [("all", program()), ("rep", rep())] {
            let started = SystemClock.now().0;
            let sql = format!(
                "SELECT id, name FROM person WHERE {} AND LOWER(name) LIKE '%0042%' ORDER BY name, id LIMIT 51",
                scope::people(&actor)
            );
            world.runner.db.fetch(&sql, vec![]).await.unwrap();
            let found = rounds_store::search::find(&world.runner.db, "hospital 0004", &actor.scope, 50).await.unwrap().len();
            println!("{}: list and search for {who}: {:.1} ms, {found} found", world.engine, (SystemClock.now().0 - started) as f64 / 1e3);
        }
        let started = SystemClock.now().0;
        fill(&world, 10_000, 10).await;
        println!("{}: the same again in {:.1} s", world.engine, (SystemClock.now().0 - started) as f64 / 1e6);
        assert_eq!(world.runner.db.number("SELECT COUNT(*) FROM affiliation", vec![]).await.unwrap(), 110_000);
    }
}
