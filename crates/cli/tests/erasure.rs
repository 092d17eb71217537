//! Erasure of a person: no word of theirs is left anywhere, every count and sum is as before, and no file brings them back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, planned};
use rounds_cli::compose;
use rounds_consent::gate::{ContactMade, Direction, RecordContact};
use rounds_consent::permissions::{RecordPermission, State, Terms, of_person};
use rounds_consent::personal_data::{AskErasure, ConfirmErasure, export};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_kernel::{AccountId, Actor, Channel, Day, Outcome, PersonId, PersonRole, Purpose, Role};
use rounds_store::{Engine, FromQueryResult, Query, args};
use rounds_testkit::databases;

const NAME: &str = "Dr. Zuzanna Quixfeather";
const EMAIL: &str = "zuzanna.quixfeather@clinic.example";

#[derive(FromQueryResult)]
struct Column {
    owner: String,
    name: String,
}

/// Tables and columns in which text can stand.
async fn text_columns(w: &World) -> Vec<Column> {
    let sql = match w.runner.db.engine() {
        Engine::Sqlite => {
            "SELECT m.name AS owner, p.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' \
             AND p.type LIKE 'TEXT%' ORDER BY 1, 2"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS owner, CAST(column_name AS TEXT) AS name FROM information_schema.columns WHERE table_schema = 'public' \
             AND data_type IN ('text', 'jsonb', 'tsvector') AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE') \
             ORDER BY 1, 2"
        }
    };
    w.runner.db.all(sql, vec![]).await.unwrap()
}

/// Everywhere a word still stands.
async fn standing(w: &World, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for c in text_columns(w).await {
        let sql =
            format!("SELECT COUNT(*) FROM \"{}\" WHERE LOWER(CAST(\"{}\" AS TEXT)) LIKE '%{}%'", c.owner, c.name, word.to_lowercase());
        let n = w.count(&sql).await;
        if n > 0 {
            found.push(format!("{}.{} ({n})", c.owner, c.name));
        }
    }
    found
}

/// Everything that indicators, sales, ledger and plans are summed from.
async fn sums(w: &World) -> Vec<i64> {
    let mut all = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM fact WHERE kind = 'contact'",
        "SELECT COUNT(*) FROM fact WHERE kind = 'contact' AND body->>'outcome' = 'reached'",
        "SELECT COUNT(*) FROM fact WHERE kind = 'contact' AND body->>'direction' = 'out' AND channel = 'phone'",
        "SELECT COUNT(*) FROM fact WHERE kind = 'order'",
        "SELECT CAST(SUM(CAST(body->>'amount_cents' AS BIGINT)) AS BIGINT) FROM fact WHERE kind = 'order'",
        "SELECT COUNT(DISTINCT person_id) FROM fact WHERE kind = 'contact'",
        "SELECT COUNT(*) FROM person",
        "SELECT COUNT(*) FROM plan_action",
        "SELECT COUNT(*) FROM affiliation",
        "SELECT COUNT(*) FROM clearance",
    ] {
        all.push(w.count(sql).await);
    }
    all
}

fn row(key: &str, email: Option<&str>, account: &str) -> PersonRow {
    PersonRow {
        line: 2,
        source_key: key.into(),
        name: NAME.into(),
        role: PersonRole::Physician,
        specialty: "cardiology".into(),
        email: email.map(str::to_owned),
        phone: None,
        language: "en".into(),
        account_key: account.into(),
        affil_from: Day(20_000),
        source: "crm".into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_is_left_and_every_sum_stays() {
    for db in databases().await {
        let w = planned(db, 40).await;
        let program = Actor::program("test");
        let account = w.count("SELECT account_id FROM plan_action ORDER BY id LIMIT 1").await;
        let key = w.runner.db.text("SELECT source_key FROM account WHERE id = $1", args![account]).await.unwrap().unwrap();
        w.runner.run(&program, ImportPeople { rows: vec![row("zq-1", Some(EMAIL), &key)] }).await.unwrap();
        let person = PersonId(w.count("SELECT id FROM person WHERE source_key = 'zq-1'").await);
        let contact = ContactMade {
            person,
            account: AccountId(account),
            channel: Channel::Visit,
            at: w.runner.now(),
            purpose: Purpose::FollowUp,
            outcome: Outcome::Reached,
            note: Some(format!("{NAME} wants the data")),
            family: None,
            action_id: None,
            direction: Direction::Out,
        };
        w.runner.run(&program, RecordContact(contact.clone())).await.unwrap();
        // Somebody else's note mentions her too.
        let other = PersonId(w.count("SELECT MIN(person_id) FROM plan_action").await);
        let place = w
            .count(&format!(
                "SELECT MIN(parent_id) FROM affiliation WHERE child_kind = 'person' AND valid_to IS NULL AND child_id = {other}"
            ))
            .await;
        let mention = ContactMade {
            person: other,
            account: AccountId(place),
            direction: Direction::In,
            note: Some(format!("Sent by {NAME}")),
            ..contact
        };
        w.runner.run(&program, RecordContact(mention)).await.unwrap();
        let said = RecordPermission {
            person,
            channel: Some(Channel::Email),
            state: State::Granted,
            basis: "asked by the person".into(),
            note: format!("{NAME} on the phone"),
            terms: Terms { evidence: EMAIL.into(), ..Terms::default() },
        };
        w.runner.run(&program, said).await.unwrap();
        let all = export(&w.runner.db, &program, &compose::personal_data(), person, w.runner.now()).await.unwrap();
        let text = serde_json::to_string(&all).unwrap();
        assert!(text.contains("wants the data") && text.contains(EMAIL), "everything is handed out");
        assert!(!standing(&w, "quixfeather").await.is_empty());
        let before = sums(&w).await;
        erase(&w, person).await;
        assert_eq!(standing(&w, "quixfeather").await, Vec::<String>::new(), "{}", w.db.engine);
        assert_eq!(sums(&w).await, before, "{}: every count and sum stays", w.db.engine);
        assert!(of_person(&w.runner.db, person).await.unwrap().do_not_contact());
        // No file brings her back, by key, by address, or both.
        for bad in [row("zq-1", None, &key), row("zq-2", Some("Zuzanna.Quixfeather@CLINIC.example"), &key)] {
            let report = w.runner.run(&program, ImportPeople { rows: vec![bad] }).await.unwrap();
            assert_eq!((report.written, report.rejects[0].code.as_str()), (0, "import.erased_person"));
        }
        let fine = w.runner.run(&program, ImportPeople { rows: vec![row("zq-3", Some("another@clinic.example"), &key)] }).await.unwrap();
        assert_eq!(fine.rejects.len(), 0, "somebody else of the same name");
    }
}

/// Asked for by operations, confirmed by the administrator, over HTTP.
async fn erase(w: &World, person: PersonId) {
    let site = w.site().await;
    let ops = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
    let a = ops.post(&format!("/people/{person}/erasure"), "/personal-data", &[("reason", "asked in a letter")]).await;
    assert_eq!(a.status.as_u16(), 303, "{}", a.body);
    let id = w.count("SELECT MAX(id) FROM data_request").await;
    let a = ops.post(&format!("/personal-data/{id}/confirm"), "/personal-data", &[]).await;
    assert!(a.body.contains("consent.four_eyes"), "{} {}", a.status, a.body);
    let again = w.runner.run(&Actor::program("cli"), AskErasure { person, reason: "again".into() }).await.unwrap();
    assert_eq!(again, id, "asked twice is asked once");
    let admin = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
    let a = admin.post(&format!("/personal-data/{id}/confirm"), "/personal-data", &[]).await;
    assert_eq!(a.status.as_u16(), 303, "{}", a.body);
    let a = admin.get("/personal-data").await;
    assert!(a.body.contains("Erased person") && a.body.contains("erased"), "{}", a.body);
    let twice = ConfirmErasure { id, alone: String::new(), registry: compose::personal_data() };
    assert_eq!(w.runner.run(&Actor::program("cli"), twice).await.map_err(|e| e.code).err().as_deref(), Some("consent.settled"));
    let rep = site.sign_in(&w.user(Role::FieldRep).email, PASSWORD).await;
    assert_eq!(rep.get(&format!("/people/{person}/data")).await.status.as_u16(), 403);
}

#[test]
fn every_column_that_points_at_a_person_has_its_place() {
    let places: Vec<&str> = compose::personal_data().iter().map(|p| p.name()).collect();
    let forgotten: Vec<&str> =
        compose::references().iter().filter(|r| r.entity == EntityKind::Person).map(|r| r.table).filter(|t| !places.contains(t)).collect();
    assert_eq!(forgotten, Vec::<&str>::new(), "tables with a person's data that is neither handed out nor erased");
}
