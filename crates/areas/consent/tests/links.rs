//! Signed links over HTTP, on each engine: double opt-in, one click to unsubscribe (RFC 8058), the page of one's choices, and attacks on
//! all of them.

mod common;

use common::{World, monday, on_each_engine};
use rounds_consent::choices::{InvitePerson, RequestConfirmation, choices_path, unsubscribe_path};
use rounds_consent::permissions::{Aim, RecordPermission, State, Terms, history, of_person};
use rounds_customers::people::{ImportPeople, PersonRow};
use rounds_kernel::{Channel, Day, PersonId, PersonRole};
use rounds_platform::users::StoredDirectory;
use rounds_store::{MigrationTrait, MigratorTrait, Query};
use rounds_testkit::{Site, Visitor};
use rounds_web::WebConfig;
use std::sync::Arc;

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        common::migrations()
    }
}

/// The named world with Eve, who reads mail in German, served to strangers.
async fn open(w: &World, links_per_minute: u32) -> (Site, Visitor, PersonId) {
    w.named().await;
    let eve = PersonRow {
        line: 0,
        source_key: "eve".into(),
        name: "Dr. Eve Sommer".into(),
        role: PersonRole::Physician,
        specialty: "cardiology".into(),
        email: Some("eve.sommer@clinic.example".into()),
        phone: Some("+49 89 1234567".into()),
        language: "de".into(),
        account_key: "shared".into(),
        affil_from: Day(20_000),
        source: "test".into(),
    };
    w.runner.run(&w.program, ImportPeople { rows: vec![eve] }).await.expect("eve");
    let directory = Arc::new(StoredDirectory::new(w.runner.db.clone(), None));
    let config = WebConfig { links_per_minute, ..WebConfig::default() };
    let site = Site::serve(rounds_web::build(w.runner.clone(), directory, rounds_consent::routes(), config)).await;
    let stranger = site.visitor();
    (site, stranger, w.person("eve").await)
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Sends a form without any token of a session.
async fn post(v: &Visitor, path: &str, body: &str) -> (u16, String) {
    let a = v.post_raw(path, FORM, body.as_bytes().to_vec()).await;
    assert!(!a.headers.contains_key("set-cookie"), "a link sets no cookie");
    (a.status.as_u16(), a.body)
}

async fn looked_at(v: &Visitor, path: &str) -> String {
    // A mail program, a scanner and a person each look; none of it does anything.
    for method in ["HEAD", "GET", "GET"] {
        let a = v.send(method, path, &[("user-agent", "prefetch")]).await;
        assert_eq!(a.status.as_u16(), 200, "{method} {path}: {}", a.body);
        assert!(!a.headers.contains_key("set-cookie") && a.headers.contains_key("x-robots-tag"));
    }
    v.get(path).await.body
}

async fn link_in_mail(w: &World, part: &str) -> String {
    let body = w.runner.db.text("SELECT body FROM outgoing_mail ORDER BY id DESC LIMIT 1", vec![]).await.expect("reads").expect("a mail");
    let at = body.find(part).unwrap_or_else(|| panic!("no {part} in {body}"));
    body[at..].split_whitespace().next().expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_counts_once_confirmed_from_its_own_mailbox() {
    on_each_engine::<Schema, _>(|w| async move {
        let (_site, v, eve) = open(&w, 0).await;
        let ask = RequestConfirmation { person: eve, channel: Channel::Email, aims: vec![Aim::Events] };
        w.runner.run(&w.ines, ask.clone()).await.expect("asks");
        let link = link_in_mail(&w, "/confirm/").await;
        let state = async || of_person(&w.runner.db, eve).await.expect("reads").state_for(Channel::Email, Aim::Events);
        let page = looked_at(&v, &link).await;
        assert!(page.contains("Ja, ich stimme zu") && page.contains("lang=\"de\"") && !page.contains("Sommer"), "{page}");
        assert_eq!(state().await, State::Unknown, "looking is not agreeing");
        assert_eq!(post(&v, &link, "").await.0, 400);
        assert_eq!(post(&v, &link, "agree=no").await.0, 400);
        assert_eq!(state().await, State::Unknown);
        assert_eq!(post(&v, &link, "agree=yes").await.0, 200);
        assert_eq!(state().await, State::Granted);
        let told = history(&w.runner.db, eve).await.expect("reads");
        assert_eq!(told.len(), 1);
        assert!(
            told[0].basis == "double opt-in" && told[0].evidence.contains("confirmed") && told[0].evidence.contains("127.0.0.1"),
            "{told:?}"
        );
        assert_eq!((told[0].aim, told[0].legal.map(|l| l.code())), (Some(Aim::Events), Some("consent")));
        // Played again, later, or by somebody whose address it no longer is: nothing more happens.
        assert_eq!(post(&v, &link, "agree=yes").await.0, 200);
        assert_eq!(history(&w.runner.db, eve).await.expect("reads").len(), 1);
        w.runner.run(&w.ines, ask.clone()).await.expect("asks again");
        let second = link_in_mail(&w, "/confirm/").await;
        w.runner.db.housekeep("UPDATE person SET email = 'new@clinic.example' WHERE source_key = 'eve'", vec![]).await.expect("moves");
        assert_eq!(post(&v, &second, "agree=yes").await.0, 409);
        assert_eq!(w.runner.run(&w.ines, ask.clone()).await.map_err(|e| e.code), Err("consent.asked_enough".into()));
        w.clock.set(monday().plus_days(8));
        assert_eq!(v.get(&second).await.status.as_u16(), 400, "expired");
        // Outside one's scope nobody is asked; who asked for no contact is not asked either.
        let jonas_only = RequestConfirmation { person: w.person("ann").await, ..ask.clone() };
        assert_eq!(w.runner.run(&w.jonas, jonas_only).await.map_err(|e| e.code), Err("record.not_found".into()));
        let no = RecordPermission {
            person: eve,
            channel: None,
            state: State::Denied,
            basis: "letter".into(),
            note: String::new(),
            terms: Terms::default(),
        };
        w.runner.run(&w.ines, no).await.expect("no contact");
        assert_eq!(w.runner.run(&w.ines, ask).await.map_err(|e| e.code), Err("consent.do_not_contact".into()));
        assert_eq!(w.runner.run(&w.ines, InvitePerson { person: eve }).await.map_err(|e| e.code), Err("consent.do_not_contact".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_unsubscribes_and_nothing_else_does() {
    on_each_engine::<Schema, _>(|w| async move {
        let (_site, v, eve) = open(&w, 0).await;
        let keys = w.runner.keys();
        let offers = unsubscribe_path(keys, eve, Channel::Email, Some(Aim::Offers), monday()).expect("signs");
        let whole = unsubscribe_path(keys, eve, Channel::Email, None, monday()).expect("signs");
        let reach = async || of_person(&w.runner.db, eve).await.expect("reads");
        assert!(looked_at(&v, &offers).await.contains("Abmelden"));
        assert_eq!(post(&v, &offers, "").await.0, 400);
        assert_eq!(post(&v, &offers, "List-Unsubscribe=Two-Clicks").await.0, 400);
        assert_eq!(reach().await.state_for(Channel::Email, Aim::Offers), State::Unknown);
        for _ in 0..3 {
            let (status, page) = post(&v, &offers, "List-Unsubscribe=One-Click").await;
            assert!(status == 200 && page.contains("Sie sind abgemeldet"), "{status} {page}");
        }
        assert_eq!(reach().await.state_for(Channel::Email, Aim::Offers), State::Denied);
        assert_eq!(reach().await.state_for(Channel::Email, Aim::Events), State::Unknown, "only what the link was about");
        assert_eq!(history(&w.runner.db, eve).await.expect("reads").len(), 1, "three times is once");
        let part = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        let a = v.post_raw(&whole, "multipart/form-data; boundary=x", part.into()).await;
        assert_eq!(a.status.as_u16(), 200, "{}", a.body);
        assert_eq!(reach().await.state(Channel::Email), State::Denied);
        // Half a year later it still works; someone no longer in the record is told the same.
        let nobody = unsubscribe_path(keys, PersonId(999_999), Channel::Email, None, monday()).expect("signs");
        w.clock.set(monday().plus_days(180));
        assert_eq!(post(&v, &whole, "List-Unsubscribe=One-Click").await.0, 200);
        assert_eq!(post(&v, &nobody, "List-Unsubscribe=One-Click").await.0, 200);
        w.clock.set(monday().plus_days(401));
        assert_eq!(post(&v, &whole, "List-Unsubscribe=One-Click").await.0, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_choose_for_themselves() {
    on_each_engine::<Schema, _>(|w| async move {
        let (_site, v, eve) = open(&w, 0).await;
        w.runner.run(&w.ines, InvitePerson { person: eve }).await.expect("invites");
        let link = link_in_mail(&w, "/choices/").await;
        let page = looked_at(&v, &link).await;
        for kept_back in ["Sommer", "eve.sommer", "Account shared", "cardiology", "Ines"] {
            assert!(!page.contains(kept_back), "{kept_back} is on the page");
        }
        assert!(page.contains("Ihre Entscheidungen") && page.contains("e•••@clinic.example"), "{page}");
        let reach = async || of_person(&w.runner.db, eve).await.expect("reads");
        let body = "channel_email=granted&channel_phone=denied&topic_offers=denied&topic_events=granted&language=pl&channel_fax=granted";
        let (status, page) = post(&v, &link, body).await;
        assert!(status == 200 && page.contains("Państwa decyzje"), "{status} {page}");
        let r = reach().await;
        assert_eq!(
            (r.state(Channel::Email), r.state(Channel::Phone), r.state(Channel::Visit)),
            (State::Granted, State::Denied, State::Unknown)
        );
        assert_eq!((r.state_for(Channel::Email, Aim::Offers), r.state_for(Channel::Email, Aim::Events)), (State::Denied, State::Granted));
        let rows = history(&w.runner.db, eve).await.expect("reads").len();
        assert_eq!(post(&v, &link, body).await.0, 200);
        assert_eq!(history(&w.runner.db, eve).await.expect("reads").len(), rows, "said again: nothing new");
        // A no to the channel closes what was granted for a purpose, and it stays closed when the no is lifted.
        assert_eq!(post(&v, &link, "channel_email=denied&topic_events=granted").await.0, 200);
        assert_eq!(post(&v, &link, "channel_email=unknown").await.0, 200);
        assert_eq!(reach().await.state_for(Channel::Email, Aim::Events), State::Unknown);
        assert_eq!(post(&v, &format!("{link}/data"), "").await.0, 200);
        assert_eq!(post(&v, &format!("{link}/data"), "").await.0, 200);
        assert_eq!(w.count("SELECT COUNT(*) FROM data_request WHERE kind = 'copy'").await, 1, "asked twice is asked once");
        assert_eq!(post(&v, &link, "none=yes").await.0, 200);
        assert!(reach().await.do_not_contact());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_cannot_be_swapped_forged_or_guessed() {
    on_each_engine::<Schema, _>(|w| async move {
        let (_site, v, eve) = open(&w, 0).await;
        let keys = w.runner.keys();
        let path = choices_path(keys, eve, monday()).expect("signs");
        let token = path.trim_start_matches("/choices/").to_owned();
        let leave = unsubscribe_path(keys, eve, Channel::Email, None, monday()).expect("signs");
        let leave = leave.trim_start_matches("/u/").to_owned();
        let mut cut = token.clone();
        cut.pop();
        let tries = [
            format!("/u/{token}"),
            format!("/confirm/{token}"),
            format!("/choices/{leave}"),
            format!("/confirm/{leave}"),
            format!("/choices/{eve}"),
            "/choices/1".into(),
            format!("/choices/{cut}"),
            format!("/choices/{token}x"),
            "/choices/..%2f..%2fetc".into(),
            "/u/%00".into(),
        ];
        for path in &tries {
            let a = v.get(path).await;
            assert_eq!(a.status.as_u16(), 400, "GET {path}: {}", a.body);
            let (status, _) = post(&v, path, "List-Unsubscribe=One-Click&agree=yes&none=yes").await;
            assert_eq!(status, 400, "POST {path}");
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM permission").await, 0);
        let huge = v.post_raw(&path, FORM, vec![b'a'; 1 << 20]).await;
        assert_eq!(huge.status.as_u16(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slow() {
    let w = World::open_one::<Schema>().await;
    let (_site, v, _) = open(&w, 5).await;
    let mut seen = Vec::new();
    for i in 0..8 {
        seen.push(v.get(&format!("/choices/{i}")).await.status.as_u16());
    }
    assert!(seen[..5].iter().all(|s| *s == 400) && seen[5..].contains(&429), "{seen:?}");
}
