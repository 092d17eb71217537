//! Whatever is typed anywhere is screened, and what quality masks is masked wherever it was kept.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market};
use rounds_cli::compose;
use rounds_consent::access::{AccessRule, SetAccess, Target};
use rounds_consent::permissions::{RecordPermission, State, Terms};
use rounds_customers::profiles::AnswerProfile;
use rounds_customers::stakeholders::PlaceStakeholder;
use rounds_demand::leads::CaptureLead;
use rounds_kernel::{AccountId, Actor, Channel, JobId, Permission, PersonId};
use rounds_platform::imports::run_import;
use rounds_platform::jobs::run_now;
use rounds_store::Query;
use rounds_testkit::databases;
use std::sync::Arc;

/// Words that give a patient away, each with another number so that no two are alike.
fn words(n: usize) -> String {
    format!("Her patient Mrs. Jane Doe, born 12 March 1950, MRN 44881{n}, bled after the stent was placed")
}

/// Types `words` into every form and file that takes words, and says how many there are.
async fn type_everywhere(w: &World, account: i64, person: i64) -> usize {
    let me = Actor::program("test");
    let (place, role) = (("account".to_owned(), account), "influencer".to_owned());
    let stakeholder = PlaceStakeholder {
        kind: place.0.clone(),
        id: account,
        person,
        decision_role: role,
        stance: String::new(),
        influence: 3,
        note: words(0),
    };
    w.runner.run(&me, stakeholder).await.unwrap();
    let question = w.count("SELECT MIN(id) FROM profile_question WHERE options = '' AND subject_kind = 'account'").await;
    let answer =
        AnswerProfile { kind: place.0, id: account, answers: vec![(question, words(1))], source: "visit".into(), on: w.runner.now().day() };
    w.runner.run(&me, answer).await.unwrap();
    let said = RecordPermission {
        person: PersonId(person),
        channel: Some(Channel::Phone),
        state: State::Denied,
        basis: "asked by the person".into(),
        note: words(2),
        terms: Terms { evidence: words(3), ..Terms::default() },
    };
    w.runner.run(&me, said).await.unwrap();
    let access = SetAccess {
        target: Target::Person(PersonId(person)),
        rule: AccessRule::NoVisits,
        from_minute: None,
        to_minute: None,
        since: w.runner.now().day(),
        source: "front desk".into(),
        note: words(4),
    };
    w.runner.run(&me, access).await.unwrap();
    let lead = CaptureLead { account: AccountId(account), person: None, source: "phone".into(), family: None, note: words(5) };
    w.runner.run(&me, lead).await.unwrap();
    let key = w.runner.db.text("SELECT source_key FROM account WHERE id = $1", rounds_store::args![account]).await.unwrap().unwrap();
    let devices = format!("Serial Number,Product Code,Account Key,Installed On\nSN-Q1,Console,{key},2025-01-02\n");
    let calls = format!("Call Number,Serial Number,Opened On,Description\nC-Q1,SN-Q1,2026-03-01,\"{}\"\n", words(6));
    for (kind, text) in [("installed-base", devices), ("service-calls", calls)] {
        let quiet = Arc::new(|_, _, _: &str| ());
        let report =
            run_import(&w.runner, &me, &compose::importers(), (None, &format!("{kind}.csv"), text.as_bytes()), quiet).await.unwrap();
        assert_eq!(report.created, 1, "{kind}: {report:?}");
    }
    // Proof and note of one permission are one note.
    6
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_screened_wherever_they_are_typed_and_masked_wherever_they_are_kept() {
    for db in databases().await {
        let w = market(db, 20).await;
        let account = w.count("SELECT MIN(account_id) FROM lead").await;
        let account = if account == 0 { w.count("SELECT MIN(id) FROM account").await } else { account };
        let person = w.count(&format!("SELECT MIN(child_id) FROM affiliation WHERE parent_kind = 'account' AND parent_id = {account} AND child_kind = 'person' AND valid_to IS NULL")).await;
        let before = w.count("SELECT COUNT(*) FROM text_flag").await;
        let texts = type_everywhere(&w, account, person).await as i64;
        let job = w.count("SELECT MAX(id) FROM job WHERE kind = 'free-text'").await;
        assert!(job > 0, "a form that took words has asked for their screening");
        run_now(&w.runner, &Actor::program("test"), &compose::works(), JobId(job), Arc::new(|_, _, _| ())).await.unwrap();
        for kind in ["patient_data", "adverse_event"] {
            let flags = w.count(&format!("SELECT COUNT(*) FROM text_flag WHERE kind = '{kind}'")).await;
            assert!(flags >= before + texts, "{}: {flags} of kind {kind}", w.db.engine);
        }
        masked_and_back(&w).await;
    }
}

const KEPT: [(&str, &str); 6] = [
    ("stakeholder", "note"),
    ("profile_answer", "value"),
    ("permission", "evidence"),
    ("access_rule", "note"),
    ("lead", "note"),
    ("service_call", "text"),
];

/// Rows anywhere in which the patient's name still stands, but for the evidence.
async fn named(w: &World) -> Vec<String> {
    let mut out = Vec::new();
    for (table, column) in KEPT.into_iter().chain([("fact", "CAST(body AS TEXT)")]) {
        let count = w.count(&format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%Jane Doe%'")).await;
        if count > 0 {
            out.push(format!("{table} {count}"));
        }
    }
    out
}

async fn masked_and_back(w: &World) {
    assert_eq!(named(w).await.len(), KEPT.len() + 1);
    let site = w.site().await;
    let decider = w.users.iter().find(|u| u.role().permissions().contains(&Permission::Quality)).unwrap();
    let v = site.sign_in(&decider.email, PASSWORD).await;
    let token = v.token("/quality").await;
    let before = named(w).await;
    let mut last = 0;
    loop {
        let flag = w
            .count(&format!("SELECT MIN(id) FROM text_flag WHERE kind = 'patient_data' AND evidence LIKE '%Jane Doe%' AND id > {last}"))
            .await;
        if flag == 0 {
            break;
        }
        let answer = v.post_with(&format!("/quality/{flag}/decide"), &token, &[("verdict", "masked"), ("reason", "patient named")]).await;
        assert!(answer.status.is_redirection(), "{}", answer.body);
        last = flag;
    }
    assert_eq!(named(w).await, Vec::<String>::new(), "{}: nothing of it stands anywhere", w.db.engine);
    let mut next = 0;
    while next < last {
        next = w.count(&format!("SELECT MIN(id) FROM text_flag WHERE state = 'masked' AND id > {next}")).await;
        let answer = v.post_with(&format!("/quality/{next}/decide"), &token, &[("verdict", ""), ("reason", "")]).await;
        assert!(answer.status.is_redirection(), "{}", answer.body);
    }
    assert_eq!(named(w).await, before, "{}: undone, all of it stands where it stood", w.db.engine);
}
