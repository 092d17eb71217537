//! Pages of records on a day of the past, deciders of a system on its accounts, and contracts of buying groups.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World};
use rounds_cli::compose;
use rounds_customers::profiles::AnswerProfile;
use rounds_customers::stakeholders::PlaceStakeholder;
use rounds_kernel::{Actor, Day, Role};
use rounds_platform::imports::{ImportReport, run_import};
use rounds_platform::users::CreateUser;
use rounds_store::Query;
use rounds_testkit::{Site, Visitor, databases};
use std::sync::Arc;

async fn import(w: &World, name: &str, text: &str) -> ImportReport {
    let file = (None, name, text.as_bytes());
    let report = run_import(&w.runner, &Actor::program("test"), &compose::importers(), file, Arc::new(|_, _, _| ())).await.unwrap();
    assert_eq!(report.rejects, Vec::new(), "{name}");
    report
}

async fn signed_in(w: &World) -> (Site, Visitor) {
    let user = CreateUser {
        email: "ops@example.org".into(),
        name: "Olive Ops".into(),
        role: Role::Operations,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 1_500,
    };
    w.runner.run(&Actor::program("test"), user).await.unwrap();
    let site = w.site().await;
    let visitor = site.sign_in("ops@example.org", PASSWORD).await;
    (site, visitor)
}

async fn id(w: &World, table: &str, key: &str) -> i64 {
    w.runner.db.number(&format!("SELECT id FROM {table} WHERE source_key = '{key}'"), vec![]).await.unwrap()
}

const ACCOUNTS: &str = "id,name,type,parent_id,city,parent_from\nA1,Harbor Hospital,Hospital,S1,Duluth,2019-01-01\n\
    A2,Shore Hospital,Hospital,S1,Duluth,2019-01-01\nS1,Lakes Network,IDN,,Duluth,\n";

/// Two hospitals of one system, a call in March 2026, a contract from April on, and 130 people in the second one.
async fn filled(w: &World) {
    import(w, "accounts.csv", ACCOUNTS).await;
    let mut people = String::from("person_id,name,title,account_id\n");
    for n in 0..130 {
        people.push_str(&format!("P{n},Ann Person{n:03},Surgeon,A2\n"));
    }
    people.push_str("Q1,Zoe Quill,VP Supply Chain,A2\n");
    import(w, "people.csv", &people).await;
    let calls = "call_id,account_id,channel,call_date,notes\nC1,A1,phone,2026-03-04,asked for a demo\n";
    import(w, "calls.csv", calls).await;
    let contracts = "Contract Number,Contract Name,Contract Kind,Start Date,Holder\nK1,Dressings north,gpo,2026-04-01,northern buyers\n";
    let report = import(w, "contracts.csv", contracts).await;
    assert!(report.notes.iter().any(|n| n.code == "contract.group_unknown"), "{:?}", report.notes);
    import(w, "facilities.csv", "Contract Number,Facility Key\nK1,A1\n").await;
}

fn place(system: i64, person: i64) -> PlaceStakeholder {
    PlaceStakeholder {
        kind: "system".into(),
        id: system,
        person,
        decision_role: "decider".into(),
        stance: "champion".into(),
        influence: 5,
        note: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn panels_and_timelines_heed_the_day() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        filled(&w).await;
        let (account, system, zoe) = (id(&w, "account", "A1").await, id(&w, "health_system", "S1").await, id(&w, "person", "Q1").await);
        w.runner.run(&Actor::program("test"), place(system, zoe)).await.unwrap();
        let question = w.count("SELECT MIN(id) FROM profile_question WHERE subject_kind = 'account'").await;
        let on = Day::parse("2026-05-01").unwrap();
        let answers = vec![(question, "A committee of the hospital".into())];
        let answered = AnswerProfile { kind: "account".into(), id: account, answers, source: "talk".into(), on };
        w.runner.run(&Actor::program("test"), answered).await.unwrap();
        let (_site, v) = signed_in(&w).await;
        let told = ["asked for a demo", "Dressings north", "A committee of the hospital", "for all of Lakes Network"];
        for (day, seen) in [("", 4), ("?as_of=2026-05-02", 3), ("?as_of=2026-04-02", 2), ("?as_of=2026-03-04", 1), ("?as_of=2026-03-03", 0)]
        {
            let page = v.get(&format!("/accounts/{account}{day}")).await;
            assert_eq!(page.status, 200, "{engine}: {day}");
            for (n, words) in told.iter().enumerate() {
                assert_eq!(page.body.contains(words), n < seen, "{engine}: {day}: {words}");
            }
        }
        let whole = async |path: String| v.get(&path).await.body.contains("asked for a demo");
        for (record, number) in [("accounts", account), ("systems", system)] {
            assert!(whole(format!("/{record}/{number}/timeline?as_of=2026-03-04")).await, "{engine}: {record}");
            assert!(!whole(format!("/{record}/{number}/timeline?as_of=2026-03-03")).await, "{engine}: {record}");
        }
        let wrong = v.get(&format!("/accounts/{account}/timeline?as_of=2026-02-30")).await;
        assert_eq!(wrong.status, 400, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_to_place_is_found_by_name_in_a_large_system() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        filled(&w).await;
        let system = id(&w, "health_system", "S1").await;
        let (_site, v) = signed_in(&w).await;
        let map = format!("/stakeholders/systems/{system}");
        let first = v.get(&map).await.body;
        assert!(first.contains("More people work here than are offered") && !first.contains("Zoe Quill"), "{engine}");
        let found = v.get(&format!("{map}?who=qui")).await.body;
        assert!(found.contains("Zoe Quill") && !found.contains("Ann Person000"), "{engine}");
        assert!(v.get(&format!("{map}?who=nobody")).await.body.contains("has a name like this"), "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_and_the_group_that_holds_it_lead_to_each_other() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        filled(&w).await;
        import(&w, "groups.csv", "group_key,group_name,group_kind\nG1,Northern Buyers,gpo\n").await;
        let contracts = "Contract Number,Contract Name,Contract Kind,Start Date,Holder\nK2,Gloves,gpo,2020-01-01,G1\n";
        import(&w, "more-contracts.csv", contracts).await;
        let group = id(&w, "buying_group", "G1").await;
        assert_eq!(w.count("SELECT COUNT(*) FROM contract WHERE buying_group_id > 0").await, 2, "{engine}: by name and by key");
        let (_site, v) = signed_in(&w).await;
        let page = v.get(&format!("/groups/{group}")).await.body;
        assert!(page.contains("Dressings north") && page.contains("Gloves"), "{engine}");
        let then = v.get(&format!("/groups/{group}?as_of=2021-01-01")).await.body;
        assert!(!then.contains("Dressings north") && then.contains("Gloves"), "{engine}");
        let contract = w.count("SELECT id FROM contract WHERE number = 'K1'").await;
        assert!(v.get(&format!("/contracts/{contract}")).await.body.contains(&format!("href=\"/groups/{group}\"")), "{engine}");
    }
}
