//! The gate, permissions and the ledger as commands, on each engine.

mod common;

use common::{World, monday, on_each_engine};
use rounds_consent::gate::{ClearContact, ContactMade, Direction, RecordContact, Request};
use rounds_consent::ledger::{ContactRow, ImportContacts, recent};
use rounds_consent::permissions::{ImportPermissions, PermissionRow, RecordPermission, State, Terms, current, history, of_person};
use rounds_consent::preferences::{ImportPreferences, PreferenceRow, all};
use rounds_kernel::{ActionId, Actor, Channel, Outcome, PersonId, Purpose, Time};
use rounds_store::{MigrationTrait, MigratorTrait, facts};

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        common::migrations()
    }
}

async fn request(w: &World, (person, account): (&str, &str), channel: Channel, action: Option<i64>, at: Time) -> Request {
    Request { action_id: action.map(ActionId), ..Request::new(w.person(person).await, w.account(account).await, channel, at) }
}

async fn made(w: &World, (person, account): (&str, &str), channel: Channel, outcome: Outcome, at: Time) -> ContactMade {
    ContactMade {
        person: w.person(person).await,
        account: w.account(account).await,
        channel,
        at,
        purpose: Purpose::FollowUp,
        outcome,
        note: Some("spoke briefly".into()),
        family: None,
        action_id: None,
        direction: Direction::Out,
    }
}

async fn clear(w: &World, who: &Actor, r: Request) -> Result<i64, String> {
    w.runner.run(who, ClearContact(r)).await.map(|c| c.id).map_err(|e| e.code)
}

async fn record(w: &World, who: &Actor, c: ContactMade) -> Result<bool, String> {
    w.runner.run(who, RecordContact(c)).await.map(|r| r.said_no).map_err(|e| e.code)
}

async fn say(w: &World, who: &Actor, person: PersonId, channel: Option<Channel>, state: State) -> Result<(), String> {
    let c =
        RecordPermission { person, channel, state, basis: "asked by the person".into(), note: "by phone".into(), terms: Terms::default() };
    w.runner.run(who, c).await.map_err(|e| e.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_keep_their_history_and_stay_in_scope() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let (ann, bob) = (w.person("ann").await, w.person("bob").await);
        assert_eq!(say(&w, &w.ines, ann, Some(Channel::Email), State::Granted).await, Ok(()));
        w.clock.set(monday().plus_days(1));
        assert_eq!(say(&w, &w.ines, ann, Some(Channel::Email), State::Denied).await, Ok(()));
        assert_eq!(say(&w, &w.ines, ann, Some(Channel::Email), State::Denied).await, Ok(()), "said again: nothing new");
        let told = history(&w.runner.db, ann).await.expect("reads");
        let brief: Vec<_> = told.iter().map(|e| (e.state, e.from, e.to)).collect();
        let (first, second) = (monday(), monday().plus_days(1));
        assert_eq!(brief, [(State::Denied, second, None), (State::Granted, first, Some(second))]);
        let facts = facts::of(&w.runner.db, facts::Subject::Person(ann), None, 10).await.expect("reads");
        assert_eq!(facts.len(), 2);
        assert_eq!((facts[0].text("text"), facts[0].text("note")), ("E-mail: denied, asked by the person.", "by phone"));
        w.clock.set(monday().plus_days(2));
        assert_eq!(say(&w, &w.ines, ann, Some(Channel::Email), State::Unknown).await, Ok(()));
        assert_eq!(of_person(&w.runner.db, ann).await.expect("reads").state(Channel::Email), State::Unknown);
        // Outside one's scope a person does not exist; nobody grants everything at once.
        assert_eq!(say(&w, &w.ines, bob, Some(Channel::Email), State::Denied).await, Err("record.not_found".into()));
        assert_eq!(say(&w, &w.ines, PersonId(999_999), None, State::Denied).await, Err("record.not_found".into()));
        assert_eq!(say(&w, &w.ines, ann, None, State::Granted).await, Err("consent.grant_needs_channel".into()));
        assert_eq!(say(&w, &w.program, bob, None, State::Denied).await, Ok(()));
        assert!(of_person(&w.runner.db, bob).await.expect("reads").do_not_contact());
        assert_eq!(say(&w, &w.program, bob, None, State::Unknown).await, Ok(()));
        assert!(!of_person(&w.runner.db, bob).await.expect("reads").do_not_contact());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frequency_counts_all_channels_and_owners() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let dora = ("dora", "us");
        let now = monday();
        assert_eq!(record(&w, &w.ines, made(&w, dora, Channel::Email, Outcome::Sent, now).await).await, Ok(false));
        assert_eq!(record(&w, &w.jonas, made(&w, dora, Channel::Phone, Outcome::Reached, now).await).await, Ok(false));
        for (who, channel) in [(&w.ines, Channel::Email), (&w.jonas, Channel::Webinar), (&w.program, Channel::Visit)] {
            assert_eq!(clear(&w, who, request(&w, dora, channel, None, now).await).await, Err("consent.week_full".into()));
        }
        // Their own calls count towards no limit, and need no clearance.
        let inbound = ContactMade { direction: Direction::In, ..made(&w, dora, Channel::Phone, Outcome::Reached, now).await };
        assert_eq!(record(&w, &w.ines, inbound).await, Ok(false));
        assert_eq!(clear(&w, &w.ines, request(&w, dora, Channel::Email, None, now.plus_days(7)).await).await.map(|_| ()), Ok(()));
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance WHERE used_at IS NOT NULL").await, 2);
        // Outside scope, somebody else's person at one's own account, and the future.
        assert_eq!(
            clear(&w, &w.ines, request(&w, ("bob", "south"), Channel::Phone, None, now).await).await,
            Err("record.not_found".into())
        );
        assert_eq!(
            clear(&w, &w.ines, request(&w, ("bob", "us"), Channel::Phone, None, now).await).await,
            Err("consent.not_at_account".into())
        );
        let ahead = made(&w, dora, Channel::Email, Outcome::Sent, now.plus_days(1)).await;
        assert_eq!(record(&w, &w.ines, ahead).await, Err("consent.future_contact".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clearances_count_until_used_released_or_past() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let dora = ("dora", "us");
        let now = monday();
        let first = clear(&w, &w.ines, request(&w, dora, Channel::Email, Some(1), now).await).await;
        assert_eq!(
            clear(&w, &w.ines, request(&w, dora, Channel::Email, Some(1), now).await).await,
            first,
            "the same action, the same clearance"
        );
        assert!(clear(&w, &w.jonas, request(&w, dora, Channel::Webinar, Some(2), now).await).await.is_ok());
        let third = request(&w, dora, Channel::Phone, Some(3), now).await;
        assert_eq!(clear(&w, &w.jonas, third).await, Err("consent.week_full".into()));
        // Released by the action's owner, the place is free again.
        w.runner.run(&w.jonas, Release(2)).await.expect("releases");
        assert!(clear(&w, &w.jonas, third).await.is_ok());
        // Recording uses the action's clearance and does not pass the gate a second time.
        let sent = ContactMade { action_id: Some(ActionId(1)), ..made(&w, dora, Channel::Email, Outcome::Sent, now).await };
        assert_eq!(record(&w, &w.ines, sent).await, Ok(false));
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance").await, 3);
        // A week later the unused one no longer counts; the one contact made still does in the four weeks.
        w.clock.set(now.plus_days(7));
        assert!(clear(&w, &w.ines, request(&w, dora, Channel::Phone, None, now.plus_days(7)).await).await.is_ok());
        assert!(clear(&w, &w.ines, request(&w, dora, Channel::Email, None, now.plus_days(7)).await).await.is_ok());
    })
    .await;
}

#[derive(serde::Serialize)]
struct Release(i64);

impl rounds_store::Command for Release {
    const NAME: &'static str = "test.release";
    const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::WorkQueue;
    type Out = bool;

    async fn run(self, tx: &mut rounds_store::Tx) -> rounds_kernel::Result<bool> {
        rounds_consent::gate::release(tx, rounds_consent::gate::Holding::Action(ActionId(self.0))).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_stops_everything_at_once() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let (dora, now) = (("dora", "us"), monday());
        assert!(clear(&w, &w.jonas, request(&w, dora, Channel::Email, Some(7), now).await).await.is_ok());
        let call = made(&w, dora, Channel::Phone, Outcome::DoNotContact, now).await;
        assert_eq!(record(&w, &w.ines, call).await, Ok(true));
        let reach = of_person(&w.runner.db, w.person("dora").await).await.expect("reads");
        assert!(reach.do_not_contact());
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance WHERE used_at IS NULL AND released_at IS NULL").await, 0, "taken back");
        for channel in Channel::ALL {
            assert_eq!(clear(&w, &w.jonas, request(&w, dora, *channel, None, now).await).await, Err("consent.do_not_contact".into()));
        }
        let late = ContactMade { action_id: Some(ActionId(7)), ..made(&w, dora, Channel::Email, Outcome::Sent, now).await };
        assert_eq!(record(&w, &w.jonas, late).await, Err("consent.do_not_contact".into()));
        // A no is never refused, and a person who writes to us is answered for.
        assert_eq!(record(&w, &w.jonas, made(&w, dora, Channel::Visit, Outcome::NoChannel, now).await).await, Ok(true));
        let inbound = ContactMade { direction: Direction::In, ..made(&w, dora, Channel::Email, Outcome::Reached, now).await };
        assert_eq!(record(&w, &w.jonas, inbound).await, Ok(false));
        // What is unknown depends on the country: Germany wants a yes before an e-mail.
        let cleo = ("cleo", "shared");
        assert_eq!(clear(&w, &w.ines, request(&w, cleo, Channel::Email, None, now).await).await, Err("consent.needs_grant".into()));
        assert_eq!(say(&w, &w.ines, w.person("cleo").await, Some(Channel::Email), State::Granted).await, Ok(()));
        assert!(clear(&w, &w.ines, request(&w, cleo, Channel::Email, None, now).await).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_one_is_cleared() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let keys: Vec<String> = (0..20).map(|i| format!("p{i}")).collect();
        w.people(&keys.iter().map(|k| (k.as_str(), "us")).collect::<Vec<_>>()).await;
        let mut tries = Vec::new();
        for key in &keys {
            let r = request(&w, (key, "us"), Channel::Phone, None, monday()).await;
            for who in [w.ines.clone(), w.jonas.clone()] {
                let runner = w.runner.clone();
                tries.push(tokio::spawn(async move { runner.run(&who, ClearContact(r)).await.map(|_| ()).map_err(|e| e.code) }));
            }
        }
        let mut refused = Vec::new();
        for t in tries {
            refused.extend(t.await.expect("runs").err());
        }
        assert_eq!(refused, vec!["consent.too_soon"; keys.len()]);
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance").await, keys.len() as i64);
    })
    .await;
}

fn answer(key: &str, channel: &str, state: &str, since: Time) -> PermissionRow {
    PermissionRow {
        line: 2,
        person_key: key.into(),
        channel: channel.into(),
        state: state.into(),
        basis: "form".into(),
        since,
        ..PermissionRow::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_answers_land_once_and_bad_rows_are_named() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let (old, new) = (monday().plus_days(-90), monday().plus_days(-30));
        let rows = vec![
            answer("ann", "email", "granted", new),
            answer("ann", "email", "denied", old),
            answer("bob", "*", "denied", old),
            answer("cleo", "phone", "granted", old),
            answer("nobody", "phone", "granted", old),
            answer("cleo", "fax", "granted", old),
            answer("cleo", "visit", "maybe", old),
            answer("cleo", "*", "granted", old),
            answer("cleo", "visit", "granted", monday().plus_days(1)),
        ];
        let import = ImportPermissions { source: "file".into(), rows };
        let first = w.runner.run(&w.program, import.clone()).await.expect("imports");
        let codes: Vec<&str> = first.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(
            (first.written, codes),
            (
                4,
                vec![
                    "import.person_unknown",
                    "import.channel",
                    "import.permission_state",
                    "consent.grant_needs_channel",
                    "import.future_date"
                ]
            )
        );
        let again = w.runner.run(&w.program, import).await.expect("imports");
        assert_eq!((again.written, again.unchanged, w.count("SELECT COUNT(*) FROM permission").await), (0, 4, 4));
        let everyone = current(&w.runner.db, None).await.expect("reads");
        let (ann, bob, cleo, dora) = (w.person("ann").await, w.person("bob").await, w.person("cleo").await, w.person("dora").await);
        assert_eq!(everyone.of(ann).state(Channel::Email), State::Granted, "the newer answer stands, whatever the order");
        assert!(everyone.of(bob).do_not_contact() && !everyone.of(ann).do_not_contact());
        assert_eq!((everyone.of(cleo).state(Channel::Phone), everyone.of(dora).state(Channel::Phone)), (State::Granted, State::Unknown));
        let some = current(&w.runner.db, Some(&[ann, dora])).await.expect("reads");
        assert_eq!((some.of(ann), some.of(dora), some.iter().count()), (everyone.of(ann), everyone.of(dora), 1));
        // A later answer from a file closes the one that stands, and takes back what was cleared.
        assert!(clear(&w, &w.ines, request(&w, ("cleo", "shared"), Channel::Phone, None, monday()).await).await.is_ok());
        let later = ImportPermissions { source: "file 2".into(), rows: vec![answer("cleo", "phone", "denied", new)] };
        assert_eq!(w.runner.run(&w.program, later).await.expect("imports").written, 1);
        assert_eq!(of_person(&w.runner.db, cleo).await.expect("reads").state(Channel::Phone), State::Denied);
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance WHERE released_at IS NULL").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn imported_contacts_and_preferences_reach_planning() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let contact = |key: &str, person: &str, outcome: &str, days: i64| ContactRow {
            person_key: person.into(),
            account_key: if person == "ann" { "north".into() } else { "us".into() },
            channel: "phone".into(),
            at: monday().plus_days(days),
            user_email: "Ines.Kowalski@rounds.example".into(),
            purpose: "follow_up".into(),
            outcome: outcome.into(),
            direction: "out".into(),
            key: key.into(),
            ..ContactRow::default()
        };
        let rows = vec![
            contact("1", "ann", "reached", -40),
            contact("2", "dora", "no_channel", -20),
            ContactRow { direction: "in".into(), ..contact("3", "ann", "reached", -10) },
            contact("4", "ann", "invented", -10),
            ContactRow { user_email: "ghost@rounds.example".into(), ..contact("5", "ann", "reached", -60) },
        ];
        let import = ImportContacts { source: "file".into(), rows };
        let report = w.runner.run(&w.program, import.clone()).await.expect("imports");
        assert_eq!(
            (report.written, report.rejects.iter().map(|r| r.code.as_str()).collect::<Vec<_>>()),
            (4, vec!["import.outcome"]),
            "what someone did who is no user here happened all the same"
        );
        assert_eq!(report.notes.iter().map(|n| (n.line, n.code.as_str())).collect::<Vec<_>>(), [(0, "import.user_unknown")]);
        w.runner.run(&w.program, import).await.expect("imports again");
        let touches = recent(&w.runner.db, monday().plus_days(-30)).await.expect("reads");
        assert_eq!(touches.len(), 2, "once each, and not the one before");
        let (ann, dora) = (w.person("ann").await, w.person("dora").await);
        let of = |p| touches.iter().find(|t| t.person == p).copied().expect("there");
        assert!(of(ann).inbound && of(ann).held().is_none());
        assert_eq!((of(dora).outcome, of(dora).user, of(dora).held().map(|h| h.live)), (Some(Outcome::NoChannel), w.ines.user, Some(true)));
        // A no that was said in a past contact stands as a permission since then.
        let said = history(&w.runner.db, dora).await.expect("reads");
        assert_eq!(
            said.iter().map(|e| (e.channel, e.state, e.from)).collect::<Vec<_>>(),
            [(Some(Channel::Phone), State::Denied, monday().plus_days(-20))]
        );

        let wish = |key: &str, channel: &str, weight| PreferenceRow { line: 0, person_key: key.into(), channel: channel.into(), weight };
        let rows = vec![
            wish("ann", "visit", 0.25),
            wish("ann", "visit", 0.5),
            wish("ann", "webinar", 0.0),
            wish("ann", "phone", 1.5),
            wish("x", "visit", 0.1),
        ];
        let report = w.runner.run(&w.program, ImportPreferences { source: "file".into(), rows }).await.expect("imports");
        assert_eq!((report.written, report.rejects.len()), (2, 2));
        let wishes = all(&w.runner.db).await.expect("reads");
        assert_eq!(
            (wishes.of(ann, Channel::Visit), wishes.of(ann, Channel::Webinar), wishes.of(ann, Channel::Phone)),
            (Some(0.5), Some(0.0), None)
        );
        assert_eq!(wishes.of(dora, Channel::Visit), None);
    })
    .await;
}
