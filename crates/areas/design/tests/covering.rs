//! Coverage and potential as commands, on each engine.

#[path = "../../consent/tests/common/mod.rs"]
mod common;

use common::{World, monday, on_each_engine};
use rounds_customers::accounts::{AccountRow, ImportAccounts};
use rounds_customers::products::{ImportProducts, ProductRow};
use rounds_design::coverage::{
    CoverageRow, FillAlignment, FillBy, FillPlan, ImportCoverage, RefreshScope, SearchFollowsCoverage, links, owners_of, propose,
};
use rounds_design::potential::{ImportPotential, PotentialRow, all};
use rounds_kernel::{AccountId, CareSetting, Day, Money, ProductStage, Rng, Role};
use rounds_platform::jobs::{Work, run_now};
use rounds_store::{MigrationTrait, MigratorTrait};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = common::migrations();
        all.extend(rounds_design::migrations());
        all
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn fill(by: FillBy, from: &str) -> FillAlignment {
    FillAlignment { name: format!("Ortho from {from}"), business_unit: "Ortho".into(), role: Role::FieldRep, by, effective_from: day(from) }
}

const STATES: [&str; 14] = ["ME", "NY", "PA", "OH", "IN", "IL", "MN", "KY", "FL", "TX", "KS", "CO", "CA", "WA"];

/// 400 accounts, unevenly over 14 states, three of four with a referral region; eight field reps beside the world's one.
async fn country(w: &World) {
    let mut rng = Rng::new(48);
    let rows = (0..400).map(|i| {
        let state = rng.below(STATES.len()).min(rng.below(STATES.len()));
        let hrr = (i % 4 != 0).then(|| (state * 10 + rng.below(3)) as i64);
        AccountRow {
            country: "US".into(),
            state: STATES[state].into(),
            city: "Town".into(),
            hrr,
            hrr_name: hrr.map(|h| format!("{}- Region {h}", STATES[state])),
            ..AccountRow::new(format!("a{i}"), format!("Account {i}"), CareSetting::Hospital, "test")
        }
    });
    let report = w.runner.run(&w.program, ImportAccounts { rows: rows.collect() }).await.expect("accounts");
    assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    for i in 0..8 {
        w.user(&format!("Rep {i}"), Role::FieldRep).await;
    }
}

#[derive(rounds_store::FromQueryResult)]
struct Place {
    id: i64,
    state: String,
    hrr: Option<i64>,
}

async fn places(w: &World) -> Vec<Place> {
    rounds_store::Query::all(&w.runner.db, "SELECT id, state, hrr FROM account ORDER BY id", vec![]).await.expect("reads")
}

/// Each account has exactly one owner on `day`, and each region one owner.
async fn whole(w: &World, on: Day, region: impl Fn(&Place) -> String) -> BTreeMap<i64, i64> {
    let places = places(w).await;
    let links = links(&w.runner.db, on).await.expect("reads");
    assert_eq!(links.len(), places.len());
    let owner: BTreeMap<i64, i64> = links.iter().map(|l| (l.account.0, l.owner.0)).collect();
    assert_eq!(owner.len(), places.len(), "one owner an account");
    let mut owners: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for p in &places {
        owners.entry(region(p)).or_default().insert(owner[&p.id]);
    }
    assert!(owners.values().all(|o| o.len() == 1), "regions stay whole: {owners:?}");
    owner
}

/// No share exceeds the mean by more than the largest region (what cutting a row can promise), counted anew from the links.
fn balanced(owner: &BTreeMap<i64, i64>, plan: &FillPlan) {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    owner.values().for_each(|o| *counts.entry(*o).or_default() += 1);
    let mean = owner.len() as f64 / counts.len() as f64;
    let largest = plan.shares.iter().flat_map(|s| &s.regions).map(|r| r.accounts.len()).max().unwrap_or(0) as f64;
    let most = counts.values().max().copied().unwrap_or(0) as f64;
    assert!(most <= mean + largest, "{most} of mean {mean}");
    assert_eq!(plan.spread().1, (1_000.0 * most / mean).round() as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_states_go_to_one_owner_each() {
    on_each_engine::<Schema, _>(|w| async move {
        country(&w).await;
        let wish = fill(FillBy::State, "2026-01-01");
        let proposed = propose(&w.runner.db, &wish).await.expect("a plan");
        let done = w.runner.run(&w.program, wish.clone()).await.expect("fills");
        assert_eq!((done.closed, &done.plan), (0, &proposed), "what was shown is what is applied");
        let owner = whole(&w, day("2026-06-01"), |p| p.state.clone()).await;
        balanced(&owner, &done.plan);
        assert!(links(&w.runner.db, day("2025-12-31")).await.expect("reads").is_empty(), "not before its first day");
        assert_eq!(w.count("SELECT COUNT(*) FROM account_scope").await, 400);
        // A year later with one rep more: the old links end, nobody has two owners on any day, and most accounts stay.
        w.user("Late Rep", Role::FieldRep).await;
        let next = w.runner.run(&w.program, fill(FillBy::State, "2027-01-01")).await.expect("fills");
        assert_eq!(next.closed, 400);
        assert_eq!(whole(&w, day("2026-12-31"), |p| p.state.clone()).await, owner, "until the day before");
        let later = whole(&w, day("2027-01-01"), |p| p.state.clone()).await;
        let stayed = later.iter().filter(|(a, o)| owner[a] == **o).count();
        assert_eq!((stayed, next.plan.moved), (400 - next.plan.moved, 400 - stayed));
        assert_eq!(w.count("SELECT COUNT(*) FROM account_scope").await, 400, "scope waits for the day");
        // Filling in the past of it would overlap; the same day again replaces it.
        let early =
            w.runner.run(&w.program, fill(FillBy::State, "2026-07-01")).await.map_err(|e| (e.code, e.remedy)).expect_err("overlaps");
        assert_eq!(early, ("design.overlap".into(), "Choose 2027-01-01 or a later day.".into()));
        w.runner.run(&w.program, fill(FillBy::Hrr, "2027-01-01")).await.expect("replaces");
        whole(&w, day("2027-01-01"), |p| p.hrr.map_or_else(|| p.state.clone(), |h| h.to_string())).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn referral_regions_stay_whole_and_balance_better() {
    on_each_engine::<Schema, _>(|w| async move {
        country(&w).await;
        let by_state = propose(&w.runner.db, &fill(FillBy::State, "2026-01-01")).await.expect("a plan");
        let done = w.runner.run(&w.program, fill(FillBy::Hrr, "2026-01-01")).await.expect("fills");
        let owner = whole(&w, day("2026-11-23"), |p| p.hrr.map_or_else(|| format!("{} rest", p.state), |h| h.to_string())).await;
        balanced(&owner, &done.plan);
        assert!(
            done.plan.spread().1 <= by_state.spread().1,
            "finer regions balance better: {:?} {:?}",
            done.plan.spread(),
            by_state.spread()
        );
        let nobody = FillAlignment { role: Role::SuccessManager, ..fill(FillBy::State, "2026-01-01") };
        let marketer = FillAlignment { role: Role::Marketer, ..fill(FillBy::State, "2026-01-01") };
        let unnamed = FillAlignment { name: " ".into(), ..fill(FillBy::State, "2026-01-01") };
        for (bad, code) in [(nobody, "design.fill_no_owners"), (marketer, "design.fill_role"), (unnamed, "design.fill_name")] {
            assert_eq!(w.runner.run(&w.program, bad).await.map(|_| ()).map_err(|e| e.code), Err(code.into()));
        }
        assert_eq!(
            w.runner.run(&w.ines, fill(FillBy::State, "2028-01-01")).await.map(|_| ()).map_err(|e| e.code),
            Err("access.forbidden".into())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn given_links_hand_over_and_scope_follows() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        w.runner.run(&w.program, RefreshScope {}).await.expect("refreshes");
        assert_eq!(w.count("SELECT COUNT(*) FROM account_scope").await, 0, "no links, no scope");
        let row = |account: &str, owner: &str, role: &str, from: &str| CoverageRow {
            line: 3,
            account_key: account.into(),
            business_unit: "Ortho".into(),
            role: role.into(),
            owner_email: format!("{owner}@rounds.example"),
            from: day(from),
        };
        let rows = vec![
            row("north", "ines.kowalski", "remote_rep", "2026-01-01"),
            row("north", "jonas.weber", "field_rep", "2026-01-01"),
            row("south", "Jonas.Weber", "field_rep", "2026-01-01"),
            row("south", "ines.kowalski", "field_rep", "2026-01-01"),
            row("nowhere", "ines.kowalski", "field_rep", "2026-01-01"),
            row("south", "ghost", "field_rep", "2026-02-01"),
            row("south", "ines.kowalski", "marketer", "2026-01-01"),
        ];
        let import = ImportCoverage { source: "file".into(), rows };
        let report = w.runner.run(&w.program, import.clone()).await.expect("imports");
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!((report.written, codes), (3, vec!["design.overlap", "import.account_unknown", "import.user_unknown", "import.role"]));
        let again = w.runner.run(&w.program, import).await.expect("imports");
        assert_eq!((again.written, again.unchanged), (0, 3));
        let north = w.account("north").await;
        let who = owners_of(&w.runner.db, north, day("2026-11-23")).await.expect("reads");
        assert_eq!(
            who.iter().map(|c| (c.role.as_str(), c.name.as_str())).collect::<Vec<_>>(),
            [("field_rep", "Jonas Weber"), ("remote_rep", "Ines Kowalski")]
        );
        assert_eq!(w.count("SELECT COUNT(*) FROM account_scope").await, 3);
        // Ines takes south over: Jonas no longer sees it.
        let over = ImportCoverage { source: "file".into(), rows: vec![row("south", "ines.kowalski", "field_rep", "2026-11-01")] };
        w.runner.run(&w.program, over).await.expect("imports");
        let south = w.account("south").await.0;
        let seen = format!("SELECT COUNT(*) FROM account_scope WHERE account_id = {south} AND user_id = {}", World::id(&w.ines));
        assert_eq!((w.count(&seen).await, w.count("SELECT COUNT(*) FROM account_scope").await), (1, 3));
        assert_eq!(w.count("SELECT COUNT(*) FROM coverage").await, 4);
        // A job brings search along; a second one is not queued beside it.
        assert_eq!(w.count("SELECT COUNT(*) FROM job WHERE kind = 'coverage-search'").await, 1);
        let job = rounds_kernel::JobId(w.count("SELECT id FROM job WHERE kind = 'coverage-search'").await);
        let work: Arc<dyn Work> = Arc::new(SearchFollowsCoverage);
        run_now(&w.runner, &w.program, &[work], job, Arc::new(|_, _, _| ())).await.expect("indexes");
        let hits = async |actor: &rounds_kernel::Actor| {
            rounds_store::search::find(&w.runner.db, "bob", &actor.scope, 10).await.expect("finds").len()
        };
        assert_eq!((hits(&w.ines).await, hits(&w.jonas).await), (1, 0), "bob is at south");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_potential_weighs_and_unknown_stays_unknown() {
    on_each_engine::<Schema, _>(|w| async move {
        country(&w).await;
        let product = ProductRow {
            line: 0,
            code: "H1".into(),
            name: "Hip".into(),
            family: "Hips".into(),
            business_unit: "Ortho".into(),
            stage: ProductStage::Launch,
            list_price_cents: 100,
        };
        w.runner.run(&w.program, ImportProducts { rows: vec![product] }).await.expect("products");
        let row = |i: usize, annual: i64| PotentialRow {
            line: i as u64,
            account_key: format!("a{i}"),
            family: "Hips".into(),
            annual_cents: annual,
            low_cents: annual / 2,
            high_cents: annual * 2,
        };
        let mut rows: Vec<PotentialRow> = (0..300).map(|i| row(i, 1_000 + 100 * i as i64)).collect();
        rows.push(PotentialRow { high_cents: 1, ..row(301, 50) });
        rows.push(row(9_999, 50));
        let report = w.runner.run(&w.program, ImportPotential { source: "file".into(), rows }).await.expect("imports");
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!((report.written, codes), (300, vec!["import.potential_range", "import.account_unknown"]));
        let known = all(&w.runner.db).await.expect("reads");
        let id = async |key: &str| w.account(key).await;
        assert_eq!(known.of(id("a7").await, "Hips").map(|p| (p.annual, p.low, p.high)), Some((Money(1_700), Money(850), Money(3_400))));
        assert_eq!((known.of(id("a350").await, "Hips"), known.of_account(AccountId(-1)).len()), (None, 0));
        let plan = propose(&w.runner.db, &fill(FillBy::Hrr, "2026-01-01")).await.expect("a plan");
        assert!(plan.by_potential && plan.unknown_potential == 100);
        let other = FillAlignment { business_unit: "Cardio".into(), ..fill(FillBy::Hrr, "2026-01-01") };
        assert!(!propose(&w.runner.db, &other).await.expect("a plan").by_potential, "potential of another business unit says nothing");
        assert_eq!(monday().day(), day("2026-11-23"));
    })
    .await;
}
