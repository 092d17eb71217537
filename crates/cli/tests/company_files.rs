//! A company's own files, by the names that CRM and ERP systems give their columns: what lands, what is told, what comes again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use rounds_cli::compose;
use rounds_kernel::{Actor, Role};
use rounds_platform::imports::{ImportReport, run_import};
use rounds_platform::users::CreateUser;
use rounds_store::Query;
use rounds_testkit::databases;
use std::sync::Arc;

const ACCOUNTS: &str =
    "\u{feff}Id;Name;Type;ParentId;Parent.Name;BillingStreet;BillingCity;BillingState;BillingPostalCode;BillingCountry;Phone;CCN
001A;Mercy General;Acute Care Hospital;001P;Mercy Health;1 Main St;Phoenix;AZ;85001;United States;602 555 0100;30001
001B;Valley Surgery Center;ASC;001P;;2 Oak St;Phoenix;AZ;85004-1234;USA;;
001C;Praxis Dr. Weber;Praxis;;;Hauptstr. 5;Köln;;50667;Deutschland;;
001P;Mercy Health System;IDN;;;;Phoenix;AZ;85001;US;;
001D;;Hospital;;;;;;;;;
";

const PEOPLE: &str = "Contact ID,First Name,Last Name,Title,Email,AccountId,Other Accounts
003A,Ada,Lund,Surgeon,ada.lund@example.org,001A,001B
003B,Bo,Ek,VP Supply Chain,not an address,001A,
003C,Cy,Ott,,cy@example.org,Valley Surgery Center,
003D,Di,Nix,RN,,001Z,
";

const CALLS: &str =
    "Call Name,Contact_vod__c,Account_vod__c,Call_Channel_vod__c,Call_Datetime_vod__c,Owner Name,Status_vod__c,Next_Call_Notes_vod__c
C-1,003A,001A,Face_to_face_vod,3/25/2026 2:30 PM,Rhea Field,Submitted_vod,asked for a demo
C-2,003A,001A,Phone_vod,3/4/2026 9:00 AM,Somebody Else,Left message,
C-3,003B,,Video_vod,4/1/2026 9:00 AM,rhea@example.org,,
C-4,,001B,Email_vod,4/2/2026,,Sent_vod,
C-5,003A,001A,Carrier pigeon,4/2/2026,,,
C-6,003Q,001A,Phone_vod,4/2/2026,,,
C-7,003A,001A,Phone_vod,4/31/2026,,,
";

const TERRITORIES: &str = "ZIP,Rep,Effective Date
85001,Rhea Field,01.04.2026
85004,rhea@example.org,2026-04-01
99999,Rhea Field,2026-04-01
85001,Nobody,2026-04-01
";

async fn import(w: &World, name: &str, text: &str) -> ImportReport {
    let file = (None, name, text.as_bytes());
    run_import(&w.runner, &Actor::program("test"), &compose::importers(), file, Arc::new(|_, _, _| ())).await.unwrap()
}

fn codes(report: &ImportReport) -> Vec<(u64, &str)> {
    report.rejects.iter().map(|r| (r.line, r.code.as_str())).collect()
}

async fn filled(w: &World) -> [ImportReport; 4] {
    [
        import(w, "accounts.csv", ACCOUNTS).await,
        import(w, "contacts.csv", PEOPLE).await,
        import(w, "calls.csv", CALLS).await,
        import(w, "territories.csv", TERRITORIES).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn four_exports_become_a_record() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        let rhea = CreateUser {
            email: "rhea@example.org".into(),
            name: "Rhea Field".into(),
            role: Role::FieldRep,
            manager_email: None,
            zone: "America/Phoenix".into(),
            weekly_minutes: 1_500,
        };
        w.runner.run(&Actor::program("test"), rhea).await.unwrap();
        let [accounts, people, calls, territories] = filled(&w).await;
        assert_eq!(
            (accounts.kind.as_str(), accounts.created, codes(&accounts)),
            ("accounts", 4, vec![(6, "import.name_blank")]),
            "{engine}"
        );
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await, 3, "{engine}: a system is no account");
        assert_eq!(w.count("SELECT COUNT(*) FROM health_system WHERE name = 'Mercy Health System'").await, 1, "{engine}");
        let joined = "SELECT COUNT(*) FROM affiliation WHERE child_kind = 'account' AND parent_kind = 'system'";
        assert_eq!(w.count(joined).await, 2, "{engine}");
        let text = |sql: &'static str| w.runner.db.text(sql, vec![]);
        let ccn = text("SELECT value FROM identifier WHERE scheme = 'ccn'").await.unwrap();
        assert_eq!(ccn.as_deref(), Some("030001"), "{engine}: the lost zero is back");
        let practice = text("SELECT setting || ' ' || country || ' ' || zip FROM account WHERE source_key = '001C'").await.unwrap();
        assert_eq!(practice.as_deref(), Some("practice DE 50667"), "{engine}");
        assert_eq!((people.kind.as_str(), people.created, codes(&people)), ("people", 3, vec![(5, "import.account_unknown")]), "{engine}");
        let roles = text("SELECT MIN(role) || ' ' || MAX(role) FROM person WHERE source_key IN ('003A', '003B')").await.unwrap();
        assert_eq!(roles.as_deref(), Some("physician procurement"), "{engine}");
        let at_two =
            "SELECT COUNT(*) FROM affiliation a JOIN person p ON p.id = a.child_id WHERE a.child_kind = 'person' AND p.source_key = '003A'";
        assert_eq!(w.count(at_two).await, 2, "{engine}");
        assert_eq!((calls.kind.as_str(), calls.created), ("contacts", 4), "{engine}: {calls:?}");
        assert_eq!(codes(&calls), [(6, "import.channel"), (7, "import.person_unknown"), (8, "import.day_impossible")], "{engine}");
        let visit = "SELECT occurred_at FROM fact WHERE natural_key = 'contact:C-1' AND channel = 'visit' AND user_id IS NOT NULL";
        assert_eq!(rounds_kernel::Time(w.count(visit).await).rfc3339(), "2026-03-25T14:30:00Z", "{engine}");
        let kept = text("SELECT body->>'owner' FROM fact WHERE natural_key = 'contact:C-2'").await.unwrap();
        assert_eq!(kept.as_deref(), Some("Somebody Else"), "{engine}");
        let home = "SELECT COUNT(*) FROM fact f JOIN account a ON a.id = f.account_id WHERE f.natural_key = 'contact:C-3' AND a.source_key = '001A'";
        assert_eq!(w.count(home).await, 1, "{engine}: the account is where the person works");
        assert_eq!((territories.kind.as_str(), territories.created), ("coverage", 2), "{engine}: {territories:?}");
        assert_eq!(codes(&territories), [(4, "import.zip_empty"), (5, "import.user_unknown")], "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM coverage WHERE role = 'field_rep'").await, 2, "{engine}");
        let facts = w.count("SELECT COUNT(*) FROM fact").await;
        for again in filled(&w).await {
            assert_eq!((again.created, again.updated), (0, 0), "{engine}: the same files again change nothing: {again:?}");
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM fact").await, facts, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_may_be_read_two_ways_are_asked_for() {
    let w = common::empty(rounds_testkit::sqlite()).await;
    import(&w, "accounts.csv", ACCOUNTS).await;
    let calls = "call_id,account_id,channel,call_date\n1,001A,phone,3/4/2026\n";
    let file = (None, "calls.csv", calls.as_bytes());
    let asked = run_import(&w.runner, &Actor::program("test"), &compose::importers(), file, Arc::new(|_, _, _| ())).await;
    assert_eq!(asked.unwrap_err().code, "import.days_unclear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_a_file_of_people_is_heeded() {
    const REFUSING: &str = "Contact ID,Name,Title,Account ID,HasOptedOutOfEmail,DoNotCall,Do Not Contact
003A,Ada Lund,Surgeon,001A,true,0,
003B,Bo Ek,Surgeon,001A,false,1,no
003C,Cy Ott,Surgeon,001A,,,x
003D,Di Nix,Surgeon,001Z,true,true,true
003E,Ed Poe,Surgeon,001A,perhaps,,
003F,Fay Rue,Surgeon,001A,0,0,0
";
    for db in databases().await {
        let w = common::empty(db).await;
        import(&w, "accounts.csv", ACCOUNTS).await;
        let first = import(&w, "contacts.csv", REFUSING).await;
        assert_eq!(codes(&first), [(5, "import.account_unknown")]);
        let told: Vec<_> =
            first.notes.iter().map(|n| (n.first_line, n.code.as_str())).filter(|n| n.1.starts_with("import.refusal")).collect();
        assert_eq!(told, [(6, "import.refusal_unclear"), (2, "import.refusals_kept")], "{:?}", first.notes);
        let sql = "SELECT STRING_AGG(said, ' ') FROM (SELECT p.name || ':' || q.channel || ':' || q.state AS said FROM permission q \
                   JOIN person p ON p.id = q.person_id WHERE q.purpose = '*' ORDER BY p.name, q.channel) each";
        let want = "Ada Lund:email:denied Bo Ek:phone:denied Cy Ott:*:denied Ed Poe:email:denied";
        assert_eq!(w.runner.db.text(sql, vec![]).await.unwrap().as_deref(), Some(want));
        // The same file on another day is no new answer, and a cell that says no takes no refusal back.
        w.clock.set(w.runner.now().plus_days(3));
        import(&w, "contacts.csv", &REFUSING.replace("true,0", "false,0")).await;
        assert_eq!(w.runner.db.text(sql, vec![]).await.unwrap().as_deref(), Some(want));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_without_a_number_come_once() {
    const UNNUMBERED: &str = "Contact ID,Account ID,Channel,Date,Rep,Result,Call_Comments_vod__c
003A,001A,Phone,2026-03-04 09:00,Rhea Field,Left message,
003A,001A,Phone,2026-03-04 10:30,Rhea Field,Reached,wants a demo
003A,001A,Phone,2026-03-04 10:30,Rhea Field,Reached,wants a demo
";
    for db in databases().await {
        let w = common::empty(db).await;
        import(&w, "accounts.csv", ACCOUNTS).await;
        import(&w, "contacts.csv", PEOPLE).await;
        let first = import(&w, "calls.csv", UNNUMBERED).await;
        assert_eq!((first.created, first.unchanged, first.rejects.len()), (2, 1, 0), "{first:?}");
        assert!(first.notes.iter().any(|n| n.code == "import.contact_unnumbered" && n.count == 3), "{:?}", first.notes);
        let more = format!("{UNNUMBERED}003B,001A,Phone,2026-03-05 10:30,Rhea Field,Reached,\n");
        let again = import(&w, "calls-of-april.csv", &more).await;
        assert_eq!((again.created, again.unchanged), (1, 3), "{again:?}");
        let notes = "SELECT COUNT(*) FROM fact WHERE kind = 'contact' AND body->>'note' = 'wants a demo'";
        assert_eq!(w.runner.db.number(notes, vec![]).await.unwrap(), 1);
    }
}

const LINKS: &str = "SELECT STRING_AGG(said, ' ') FROM (SELECT COALESCE(c.source_key, d.source_key) || '>' || COALESCE(p.source_key, q.source_key) \
     AS said FROM affiliation a \
     LEFT JOIN account c ON a.child_kind = 'account' AND c.id = a.child_id LEFT JOIN health_system d ON a.child_kind = 'system' AND d.id = a.child_id \
     LEFT JOIN account p ON a.parent_kind = 'account' AND p.id = a.parent_id \
     LEFT JOIN health_system q ON a.parent_kind = 'system' AND q.id = a.parent_id \
     WHERE a.valid_to IS NULL AND a.parent_kind IN ('account', 'system') ORDER BY 1) each";

async fn links(w: &World) -> String {
    w.runner.db.text(LINKS, vec![]).await.unwrap().unwrap_or_default()
}

async fn undo(w: &World) -> rounds_platform::imports::UndoReport {
    let job = w.count("SELECT MAX(id) FROM job WHERE kind = 'import'").await;
    rounds_platform::imports::run_undo(
        &w.runner,
        &Actor::program("test"),
        compose::undo_work(),
        rounds_kernel::JobId(job),
        Arc::new(|_, _, _| ()),
    )
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hierarchy_of_systems_and_places_is_kept_in_any_order() {
    const TREE: &str = "id,name,type,parent_id,city
P1,Harbor Practice,Practice,A1,Duluth
A1,Harbor Hospital,Hospital,S1,Duluth
S1,North Shore Network,IDN,S2,Duluth
A2,Lake Clinic,Clinic,X9,Duluth
S2,Great Lakes Health,Health System,,Duluth
S3,Selfish Network,IDN,S3,Duluth
A3,Alone Hospital,Hospital,A3,Duluth
S4,Round Network,IDN,S5,Duluth
S5,Circle Network,IDN,S4,Duluth
S6,Odd Network,IDN,A1,Duluth
";
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        let first = import(&w, "accounts.csv", TREE).await;
        let want = "A1>S1 A2>X9 P1>A1 S1>S2 S4>S5";
        assert_eq!(links(&w).await, want, "{engine}");
        assert_eq!((first.created, codes(&first)), (10, vec![(10, "affiliation.cycle")]), "{engine}: {first:?}");
        let told: Vec<_> = first.notes.iter().map(|n| (n.code.as_str(), n.count)).collect();
        assert_eq!(told, [("affiliation.self_parent", 2), ("import.parent_is_account", 1)], "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM health_system WHERE source_key IN ('A1', 'A3')").await, 0, "{engine}: no second record");
        assert_eq!(w.count("SELECT COUNT(*) FROM company_parent").await, 0, "{engine}");
        w.clock.set(w.runner.now().plus_days(1));
        let again = import(&w, "accounts-again.csv", TREE).await;
        assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 10), "{engine}: {again:?}");
        assert_eq!(links(&w).await, want, "{engine}");
        // A later file knows parents of an earlier one, and what it says instead counts.
        let later = import(
            &w,
            "later.csv",
            "id,name,type,parent_id,city\nP2,Pier Practice,Practice,A1,Duluth\nP1,Harbor Practice,Practice,S2,Duluth\n",
        )
        .await;
        assert_eq!((later.created, later.updated, later.rejected), (1, 1, 0), "{engine}: {later:?}");
        assert_eq!(links(&w).await, "A1>S1 A2>X9 P1>S2 P2>A1 S1>S2 S4>S5", "{engine}");
        assert_eq!(undo(&w).await.kept, 0, "{engine}");
        assert_eq!(links(&w).await, want, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_at_the_end_of_a_long_file_is_found_and_an_import_taken_back_leaves_nothing() {
    for db in databases().await {
        let engine = db.engine;
        let w = common::empty(db).await;
        let mut file = String::from("id,name,type,parent_id,parent_name,city\n");
        for n in 0..1_500 {
            let parent = if n % 2 == 0 { "H1,Harbor Hospital" } else { ",Harbor Network" };
            file.push_str(&format!("P{n},Practice {n},Practice,{parent},Duluth\n"));
        }
        file.push_str("H1,Harbor Hospital,Hospital,,Harbor Network,Duluth\nS1,Harbor Network,IDN,,,Duluth\n");
        let first = import(&w, "accounts.csv", &file).await;
        assert_eq!((first.created, first.rejected), (1_502, 0), "{engine}: {:?}", first.rejects);
        let of = |parent: &str| format!("SELECT COUNT(*) FROM affiliation WHERE parent_kind = '{parent}' AND valid_to IS NULL");
        assert_eq!((w.count(&of("account")).await, w.count(&of("system")).await), (750, 751), "{engine}");
        assert_eq!(w.count("SELECT COUNT(*) FROM health_system").await, 1, "{engine}");
        assert_eq!(undo(&w).await.kept, 0, "{engine}");
        for table in ["account", "health_system", "affiliation", "affiliation_sighting", "company_parent"] {
            assert_eq!(w.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{engine}: {table}");
        }
    }
}
