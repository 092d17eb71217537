//! A trial on a simulated company's exports: what was planted is what the mirror shows, and files with Salesforce's and Veeva's names
//! are read like any others.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{World, empty, monday};
use rounds_cli::trial::{files, make};
use rounds_kernel::Clock;
use rounds_store::Query;
use rounds_testkit::{databases, sqlite};

async fn found(w: &World, finding: &str) -> i64 {
    w.runner.db.number(&format!("SELECT COUNT(*) FROM trial_row WHERE finding = '{finding}'"), vec![]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planted_is_what_the_mirror_shows() {
    let dir = tempfile::tempdir().unwrap();
    let written = files::write(dir.path(), 300, 12_000, 5, monday().day()).unwrap();
    for db in databases().await {
        let w = empty(db).await;
        let stages = make(&w.runner, dir.path(), w.clock.as_ref() as &dyn Clock).await.unwrap();
        let kinds: Vec<&str> = stages.iter().map(|s| s.what.as_str()).collect();
        assert_eq!(kinds, ["accounts", "people", "coverage", "contacts", "sale-lines", "match accounts", "match people", "mirror"]);
        let planted = |what: &str| written.planted.get(what).copied().unwrap_or_default();
        let lines = w
            .runner
            .db
            .number("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM trial_row WHERE finding = 'unmapped'", vec![])
            .await
            .unwrap();
        assert_eq!(lines as usize, planted("order lines of no account"));
        let contacts = stages[3].report.as_ref().unwrap();
        assert_eq!(contacts.rejected as usize, planted("calls of nobody"), "{contacts:?}");
        let twice = "SELECT COUNT(*) FROM match_pair p JOIN account a ON a.id = p.a_id JOIN account b ON b.id = p.b_id \
                     WHERE p.entity_kind = 'account' AND (b.source_key = a.source_key || '-B' OR a.source_key = b.source_key || '-B')";
        let seen = w.runner.db.number(twice, vec![]).await.unwrap() as usize;
        assert!(seen * 10 >= planted("accounts twice") * 9, "{seen} of {} accounts entered twice are found", planted("accounts twice"));
        assert_eq!(stages[2].report.as_ref().unwrap().rejected, 0, "owners of the territory file become users");
        let nobodys = "SELECT COUNT(*) FROM fact WHERE kind = 'contact' AND user_id IS NULL";
        assert_eq!(w.runner.db.number(nobodys, vec![]).await.unwrap(), 0, "every contact has its owner");
        // Accounts entered twice stand in no territory file.
        assert_eq!(found(&w, "no-owner").await as usize, planted("accounts twice"));
        // The same folder again changes nothing and shows the same.
        let before = found(&w, "unmapped").await;
        let again = make(&w.runner, dir.path(), w.clock.as_ref() as &dyn Clock).await.unwrap();
        assert!(again.iter().filter_map(|s| s.report.as_ref()).all(|r| r.created == 0), "{again:?}");
        assert_eq!(found(&w, "unmapped").await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_with_the_names_of_crm_systems_are_read_by_their_headers() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    // Names of files say nothing: kinds are told by headers alone.
    put(
        "a.csv",
        "Id,Name,Type,BillingStreet,BillingCity,BillingState,BillingPostalCode\n1,St Brigid Hospital,Hospital,1 Main St,Boston,MA,02118\n2,Elm Clinic,Clinic,9 Elm St,Boston,MA,02119\n",
    );
    put("b.csv", "Contact_Id,AccountId,FirstName,LastName,Email\nP1,1,Ada,Berg,ada@example.org\nP2,2,Bo,Dahl,\n");
    put(
        "c.csv",
        "Id,call_date_vod__c,AccountId,Contact_Id,Call_Channel_vod__c,Owner_Name\n\
         C1,2026-10-05,1,P1,Face to face,Ines Kowalski\nC2,2026-10-05,1,P1,Phone,Max Roth\nC3,2026-10-14,2,P2,Phone,Max Roth\nC4,2026-10-15,2,P2,Phone,Ines Kowalski\n",
    );
    put(
        "d.csv",
        "OrderNumber;OrderDate;AccountId;ProductCode;Quantity;Amount;Currency\nO1;2026-10-20;1;GW-1;2;1200.50;EUR\nO2;2026-10-21;77;GW-1;1;300.00;EUR\n",
    );
    put("notes.csv", "Subject,Body\nHello,World\n");
    let w = empty(sqlite()).await;
    let stages = make(&w.runner, dir.path(), w.clock.as_ref() as &dyn Clock).await.unwrap();
    assert!(stages.iter().filter_map(|s| s.report.as_ref()).all(|r| r.rejected == 0), "{stages:?}");
    let counts = [("unmapped", 1), ("same-day", 1), ("same-week", 1), ("articles", 1), ("uncovered", 0), ("rejected", 0)];
    for (finding, expected) in counts {
        assert_eq!(found(&w, finding).await, expected, "{finding}");
    }
    let minor = w.runner.db.number("SELECT minor FROM trial_row WHERE finding = 'unmapped'", vec![]).await.unwrap();
    assert_eq!(minor, 30_000, "300.00 EUR reach no account");
    let figures = w.runner.db.text("SELECT figures FROM trial_mirror", vec![]).await.unwrap().unwrap();
    assert!(figures.contains("\"value\":\"revenue\""), "no potential is known, so revenue is taken and said: {figures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_exports_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let w = empty(sqlite()).await;
    let e = make(&w.runner, dir.path(), w.clock.as_ref() as &dyn Clock).await.unwrap_err();
    assert_eq!(e.code, "trial.no_files");
    let e = make(&w.runner, &dir.path().join("nowhere"), w.clock.as_ref() as &dyn Clock).await.unwrap_err();
    assert_eq!(e.code, "trial.folder");
}
