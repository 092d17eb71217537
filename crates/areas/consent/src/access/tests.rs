//! The register as a list and as a file, on each engine.

use super::pages::list::{Ask, HEAD, exported};
use super::queries::RuleRow;
use super::{AccessRule, SetAccess, Subject, Target};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::lists;
use rounds_kernel::{AccountId, Actor, CareSetting, Day, FixedClock, Scope, Time};
use rounds_store::{Db, MigrationTrait, MigratorTrait, Query, Runner};
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all.extend(crate::migrations());
        all
    }
}

const TODAY: Day = Day(20_780);

async fn worlds() -> Vec<(Runner, rounds_testkit::TempDb)> {
    let mut out = Vec::new();
    for temp in rounds_testkit::databases().await {
        let db = Db::open(&temp.url).await.expect("opens");
        db.migrate::<Schema>().await.expect("migrates");
        let runner = Runner::new(db, Arc::new(FixedClock::at(Time::at_day(TODAY))));
        let north = AccountRow { country: "US".into(), ..AccountRow::new("north", "North", CareSetting::Hospital, "test") };
        runner.run(&program(), ImportAccounts { rows: vec![north] }).await.expect("accounts");
        out.push((runner, temp));
    }
    out
}

fn program() -> Actor {
    Actor::program("test")
}

async fn set(runner: &Runner, target: Target, rule: AccessRule, days_ago: i32, note: &str) -> i64 {
    let since = TODAY.plus(-days_ago);
    let (from_minute, to_minute) = if rule == AccessRule::Hours { (Some(780), Some(840)) } else { (None, None) };
    let source = format!("told by {}", days_ago % 7);
    let command = SetAccess { target, rule, from_minute, to_minute, since, source, note: note.into() };
    runner.run(&program(), command).await.expect("a rule")
}

/// The one account, and so many rules about its departments.
async fn filled(runner: &Runner, departments: i32) -> AccountId {
    let north = AccountId(runner.db.number("SELECT id FROM account", vec![]).await.expect("reads"));
    for i in 0..departments {
        let rule = AccessRule::ALL[(i.unsigned_abs() as usize) % AccessRule::ALL.len()];
        set(runner, Target::Department(north, format!("Ward {i:02}")), rule, i * 7 % 60 + 1, "").await;
    }
    north
}

/// What an address asks for.
fn asked(parameters: &[(&str, &str)]) -> Ask {
    let address = lists::href("/access", parameters);
    axum::extract::Query::<Ask>::try_from_uri(&address.parse().expect("an address")).expect("a view").0
}

async fn fetched(runner: &Runner, parameters: &[(&str, &str)]) -> lists::Slice<RuleRow> {
    let ask = asked(parameters);
    lists::fetch_sorted(&runner.db, &ask.list(&program(), TODAY), &ask.place()).await.expect("reads")
}

/// The list by `sort`, in two pages; the first is where the second one's "Previous" leads.
async fn paged(runner: &Runner, sort: &str) -> Vec<RuleRow> {
    let first = fetched(runner, &[("sort", sort)]).await;
    let after = first.next.expect("a second page").encode();
    let second = fetched(runner, &[("sort", sort), ("after", &after)]).await;
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (50, 11, None), "{sort}");
    let before = second.previous.expect("a first page").encode();
    let back = fetched(runner, &[("sort", sort), ("before", &before)]).await;
    assert!(back.rows.iter().map(|r| r.id).eq(first.rows.iter().map(|r| r.id)), "{sort}: back to the page before");
    first.rows.into_iter().chain(second.rows).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_head_sorts_both_ways_over_two_pages() {
    for (runner, _db) in worlds().await {
        filled(&runner, 60).await;
        set(&runner, Target::Country("GB".into()), AccessRule::NoVisits, 3, "").await;
        let strictness = |r: &RuleRow| AccessRule::ALL.iter().position(|rule| rule.code() == r.rule);
        let nearness = |r: &RuleRow| Subject::ALL.iter().position(|s| s.code() == r.subject);
        for sort in ["about", "who", "rule", "since", "source"] {
            let (up, mut down) = (paged(&runner, sort).await, paged(&runner, &format!("-{sort}")).await);
            down.reverse();
            assert!(up.iter().map(|r| r.id).eq(down.iter().map(|r| r.id)), "{sort}");
            match sort {
                "about" => assert!(up.iter().map(nearness).is_sorted(), "the nearest first"),
                "rule" => assert!(up.iter().map(strictness).is_sorted(), "the mildest first"),
                "since" => assert!(up.iter().map(|r| r.valid_from).is_sorted()),
                "source" => assert!(up.iter().map(|r| r.source.clone()).is_sorted()),
                _ => assert_eq!(up[0].country, "GB", "before “North”"),
            }
        }
        assert!(paged(&runner, "").await.iter().rev().map(|r| r.id).is_sorted(), "by itself the newest come first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_rules_are_exported_within_scope_and_without_formulas() {
    for (runner, _db) in worlds().await {
        let north = filled(&runner, 3).await;
        let site = set(&runner, Target::Account(north), AccessRule::Hours, 5, "=1+1").await;
        let country = set(&runner, Target::Country("GB".into()), AccessRule::NoVisits, 5, "Law <b>").await;
        let export = async |who: &Actor, p: &[(&str, &str)], chosen: &[i64]| {
            exported(&runner.db, who, &asked(p), TODAY, chosen).await.expect("reads")
        };
        let chosen = lists::chosen(Some(&format!("id=0&id={site}&id={country}")));
        let rows = export(&program(), &[], &chosen).await;
        let file = rounds_platform::imports::export::csv(HEAD, rows);
        let line = format!("{site},Site,,,{},North,,,hours,13:00,14:00,2026-11-18,,told by 5,'=1+1\r\n", north.0);
        assert!(file.contains(&line) && file.contains("Law <b>") && file.lines().count() == 3, "{file}");
        let nobody = Actor { scope: Scope::CoveredBy(Vec::new()), ..program() };
        let seen = export(&nobody, &[], &chosen).await;
        assert_eq!(seen.iter().map(|r| r[0].parse().ok()).collect::<Vec<_>>(), [Some(country)], "a country's rule is everyone's");
        assert!(export(&program(), &[], &[0]).await.is_empty(), "nothing chosen, nothing exported");
        let by = async |p: &[(&str, &str)]| export(&program(), p, &[]).await.len();
        assert_eq!(
            (by(&[]).await, by(&[("name", "WARD 0")]).await, by(&[("name", "law")]).await, by(&[("name", "_")]).await),
            (5, 3, 1, 0)
        );
        assert_eq!((by(&[("subject", "account")]).await, by(&[("rule", "no_visits")]).await), (1, 1));
        set(&runner, Target::Account(north), AccessRule::Open, 1, "").await;
        assert_eq!((by(&[]).await, by(&[("past", "yes")]).await), (5, 6), "what ended is shown when asked for");
    }
}
