//! Which source's word counts, against a slow oracle, and what merging does to it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, program, worlds};
use rounds_customers::REFERENCES;
use rounds_customers::accounts::{self, AccountRow, ImportAccounts};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::merging::{Merge, Unmerge};
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_customers::sources::{self, FollowSources, Rule, SetByHand, SetRule, SettleWork};
use rounds_kernel::{CareSetting, Day, PersonRole, Rng, Time};
use rounds_platform::jobs::{Work, run_now};
use rounds_store::{Engine, FromQueryResult, Query};
use std::collections::BTreeMap;
use std::sync::Arc;

fn row(source: &str, key: &str, name: &str) -> AccountRow {
    AccountRow {
        state: "MN".into(),
        identifiers: vec![("ccn".into(), "240010".into())],
        ..AccountRow::new(key, name, CareSetting::Hospital, source)
    }
}

async fn tell(w: &World, row: AccountRow) {
    w.clock.set(Time(w.runner.now().0 + 86_400_000_000));
    w.runner.run(&program(), ImportAccounts { rows: vec![row] }).await.unwrap();
}

async fn settle(w: &World) {
    let work: Arc<dyn Work> = Arc::new(SettleWork);
    let job = w.number("SELECT MAX(id) FROM job").await;
    run_now(&w.runner, &program(), &[work], rounds_kernel::JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
}

#[tokio::test]
async fn random_words_of_sources_end_as_a_slow_reading_of_the_rules_says() {
    for w in worlds().await {
        let mut rng = Rng::new(3);
        // What each source said last, and when: the oracle's whole memory.
        let mut said: BTreeMap<&str, (i64, Option<String>)> = BTreeMap::new();
        tell(&w, row("crm", "crm-1", "Mercy")).await;
        for step in 0..60i64 {
            let source = ["crm", "erp", "portal"][rng.below(3)];
            // A third of the rows is blank, some clear, most say a number.
            let phone = match rng.below(6) {
                0 | 1 => None,
                2 => Some(String::new()),
                _ => Some(format!("{}", 100 + rng.below(4))),
            };
            if let Some(p) = &phone {
                let word = Some(p.clone()).filter(|p| !p.is_empty());
                said.insert(source, (step, word));
            }
            let key = format!("{source}-1");
            tell(&w, AccountRow { phone, ..row(source, &key, "Mercy") }).await;
            let newest = said.values().max_by_key(|(at, _)| *at).and_then(|(_, v)| v.clone()).unwrap_or_default();
            let shown = w.text("SELECT COALESCE(phone, '') FROM account").await;
            assert_eq!(shown, newest, "{}: step {step}, {said:?}", w.engine);
        }
        assert_eq!(w.number("SELECT COUNT(*) FROM account").await, 1);
        assert_eq!(w.number("SELECT COUNT(*) FROM source_record").await, 3, "{}: three sources, three words", w.engine);
        assert!(w.number("SELECT COUNT(*) FROM source_history WHERE field = 'phone'").await > 5);
        // The ranked rule, against the same memory.
        let ranking: Vec<String> = ["portal", "erp"].map(str::to_owned).to_vec();
        let try_it = sources::FieldRule { rule: Rule::Ranked, ranking: ranking.clone() };
        let preview = sources::preview(&w.runner.db, EntityKind::Account, "phone", try_it).await.unwrap();
        let expected = ["portal", "erp", "crm"].iter().find_map(|s| said.get(s)).and_then(|(_, v)| v.clone()).unwrap_or_default();
        let before = w.text("SELECT COALESCE(phone, '') FROM account").await;
        assert_eq!(preview.count, usize::from(before != expected), "{}: the preview counts what changes", w.engine);
        let rule = SetRule { kind: EntityKind::Account, field: "phone".into(), rule: Rule::Ranked, ranking };
        w.runner.run(&program(), rule).await.unwrap();
        settle(&w).await;
        assert_eq!(w.text("SELECT COALESCE(phone, '') FROM account").await, expected, "{}", w.engine);
    }
}

#[tokio::test]
async fn a_hand_wins_until_it_is_taken_back_and_refuses_what_is_no_value() {
    for w in worlds().await {
        tell(&w, AccountRow { phone: Some("1".into()), ..row("crm", "crm-1", "Mercy") }).await;
        let set = |field: &str, value: Option<&str>| SetByHand {
            kind: EntityKind::Account,
            id: 1,
            field: field.into(),
            value: value.map(str::to_owned),
        };
        w.runner.run(&program(), set("phone", Some("2"))).await.unwrap();
        tell(&w, AccountRow { phone: Some("3".into()), ..row("crm", "crm-1", "Mercy") }).await;
        assert_eq!(w.text("SELECT phone FROM account").await, "2", "{}: a later file does not win over a hand", w.engine);
        w.runner.run(&program(), set("phone", None)).await.unwrap();
        assert_eq!(w.number("SELECT COUNT(phone) FROM account").await, 0, "{}: cleared by hand", w.engine);
        let follow = || FollowSources { kind: EntityKind::Account, id: 1, field: "phone".into() };
        w.runner.run(&program(), follow()).await.unwrap();
        assert_eq!(w.text("SELECT phone FROM account").await, "3", "{}: the sources decide again", w.engine);
        assert_eq!(w.runner.run(&program(), follow()).await.unwrap_err().code, "source.not_by_hand");
        assert_eq!(w.runner.run(&program(), set("rating", Some("9"))).await.unwrap_err().code, "source.value");
        assert_eq!(w.runner.run(&program(), set("colour", Some("red"))).await.unwrap_err().code, "source.field");
        let none = SetByHand { kind: EntityKind::Account, id: 99, field: "phone".into(), value: None };
        assert_eq!(w.runner.run(&program(), none).await.unwrap_err().code, "record.not_found");
    }
}

#[tokio::test]
async fn a_merge_keeps_every_word_and_un_merge_gives_it_back() {
    for w in worlds().await {
        let person = |source: &str, key: &str, name: &str, email: Option<&str>| PersonRow {
            line: 0,
            source_key: key.into(),
            name: name.into(),
            role: PersonRole::Nurse,
            specialty: String::new(),
            email: email.map(str::to_owned),
            phone: None,
            language: "en".into(),
            account_key: "crm-1".into(),
            affil_from: Day(20_000),
            source: source.into(),
        };
        tell(&w, row("crm", "crm-1", "Mercy")).await;
        let rows = vec![person("crm", "p1", "Ann Meyer", Some("ann@x.org")), person("congress", "c9", "Dr. Anna Meyer", None)];
        w.runner.run(&program(), ImportPeople { rows }).await.unwrap();
        let references = REFERENCES.to_vec();
        let act = Merge { kind: EntityKind::Person, survivor: 1, merged: 2, reason: String::new(), references: references.clone() };
        let done = w.runner.run(&program(), act).await.unwrap();
        assert_eq!(w.number("SELECT COUNT(*) FROM source_record WHERE entity_kind = 'person' AND entity_id = 1").await, 2, "{}", w.engine);
        assert_eq!(w.text("SELECT email FROM person").await, "ann@x.org", "{}: who says nothing clears nothing", w.engine);
        assert_eq!(
            w.number("SELECT COUNT(*) FROM affiliation WHERE child_kind = 'person' AND valid_to IS NULL").await,
            1,
            "{}: one link stays",
            w.engine
        );
        // The congress list comes again: it finds the survivor by its own key.
        w.clock.set(Time(w.runner.now().0 + 86_400_000_000));
        let rows = vec![person("congress", "c9", "Dr. Anna Meyer-Roth", None)];
        w.runner.run(&program(), ImportPeople { rows }).await.unwrap();
        assert_eq!(
            (w.number("SELECT COUNT(*) FROM person").await, w.text("SELECT name FROM person").await.as_str()),
            (1, "Dr. Anna Meyer-Roth")
        );
        w.runner.run(&program(), Unmerge { merge: done.merge, references }).await.unwrap();
        assert_eq!(w.text("SELECT name FROM person WHERE id = 1").await, "Ann Meyer", "{}", w.engine);
        assert_eq!(w.text("SELECT name FROM person WHERE id = 2").await, "Dr. Anna Meyer-Roth", "{}: said under its own key", w.engine);
        assert_eq!(accounts::ids(&w.runner.db, &["crm-1"]).await.unwrap()["crm-1"], 1);
    }
}

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

/// The tables of this area, of facts and of scope, as text.
async fn dump(w: &World) -> Vec<(String, Vec<String>)> {
    let db = &w.runner.db;
    let mut out = Vec::new();
    for table in
        ["account", "person", "health_system", "affiliation", "identifier", "source_record", "source_history", "account_scope", "fact"]
    {
        let row = match db.engine() {
            Engine::Postgres => "CAST(t AS TEXT)".to_owned(),
            Engine::Sqlite => {
                let columns: Vec<Text> = db.all(&format!("SELECT name AS text FROM pragma_table_info('{table}')"), vec![]).await.unwrap();
                columns.iter().map(|c| format!("quote({})", c.text)).collect::<Vec<_>>().join(" || ',' || ")
            }
        };
        let only = if table == "fact" { "WHERE kind <> 'merge'" } else { "" };
        let rows: Vec<Text> = db.all(&format!("SELECT {row} AS text FROM {table} t {only} ORDER BY 1"), vec![]).await.unwrap();
        out.push((table.to_owned(), rows.into_iter().map(|r| r.text).collect()));
    }
    out
}

#[tokio::test]
async fn any_merges_taken_apart_in_reverse_leave_no_trace() {
    for w in worlds().await {
        let mut rng = Rng::new(17);
        let accounts = (0..12).map(|n| AccountRow {
            zip: format!("551{:02}", n % 5),
            state: "MN".into(),
            beds: Some(n),
            ..AccountRow::new(format!("a{n}"), format!("Hospital {n}"), CareSetting::Hospital, "crm")
        });
        w.runner.run(&program(), ImportAccounts { rows: accounts.collect() }).await.unwrap();
        let person = |n: usize, at: usize| PersonRow {
            line: 0,
            source_key: format!("p{n}"),
            name: format!("Person {n}"),
            role: PersonRole::Nurse,
            specialty: "Cardiology".into(),
            email: Some(format!("p{n}@x.org")),
            phone: None,
            language: "en".into(),
            account_key: format!("a{at}"),
            affil_from: Day(20_000),
            source: "crm".into(),
        };
        // Each person works at one to three places.
        let rows = (0..40).flat_map(|n| (0..=rng.below(3)).map(|_| (n, rng.below(12))).collect::<Vec<_>>()).map(|(n, at)| person(n, at));
        let rows: Vec<PersonRow> = rows.collect();
        w.runner.run(&program(), ImportPeople { rows }).await.unwrap();
        w.runner
            .db
            .housekeep("INSERT INTO account_scope (user_id, account_id) VALUES (1, 1), (1, 2), (2, 2), (2, 3)", vec![])
            .await
            .unwrap();
        w.runner.db.housekeep("UPDATE affiliation SET confidence = 0.1 + 0.2 WHERE id % 3 = 0", vec![]).await.unwrap();
        let before = dump(&w).await;
        let mut done = Vec::new();
        for (kind, count) in [(EntityKind::Account, 12i64), (EntityKind::Person, 40)] {
            let mut left: Vec<i64> = (1..=count).collect();
            for _ in 0..count / 2 {
                let merged = left.swap_remove(rng.below(left.len()));
                let survivor = left[rng.below(left.len())];
                let act = Merge { kind, survivor, merged, reason: String::new(), references: REFERENCES.to_vec() };
                done.push(w.runner.run(&program(), act).await.unwrap().merge);
            }
        }
        assert_ne!(dump(&w).await, before);
        let twice = "SELECT COUNT(*) FROM (SELECT child_id, parent_id FROM affiliation WHERE valid_to IS NULL GROUP BY child_id, parent_id HAVING COUNT(*) > 1) t";
        assert_eq!(w.number(twice).await, 0, "{}: nobody works twice at one place", w.engine);
        for merge in done.into_iter().rev() {
            w.runner.run(&program(), Unmerge { merge, references: REFERENCES.to_vec() }).await.unwrap();
        }
        for ((table, a), (_, b)) in before.iter().zip(dump(&w).await) {
            assert_eq!(a.iter().zip(&b).find(|(a, b)| a != b), None, "{}: {table}", w.engine);
            assert_eq!(a.len(), b.len(), "{}: {table}", w.engine);
        }
    }
}
