//! Country rules, access and limits as commands, on each engine: what operations write is what the gate keeps to.

mod common;

use common::{World, monday, on_each_engine};
use rounds_consent::access::{self, AccessRule, SetAccess, Target};
use rounds_consent::country_rules::{Rules, SetCountryRule, WhenUnknown, history};
use rounds_consent::gate::{ClearContact, LimitBook, Limits, Request, SetLimits};
use rounds_consent::permissions::{
    Aim, CountReach, LapsePermissions, LegalBasis, RecordPermission, State, Terms, keep_up, of_person, of_person_at,
};
use rounds_consent::preferences::{ObservePreferences, StatePreference, Task, all};
use rounds_kernel::{Actor, Channel, Day, PersonId, Time};
use rounds_platform::imports::{FileInfo, Importer, Row};
use rounds_store::{Command, MigrationTrait, MigratorTrait, Tx};

struct Schema;

impl MigratorTrait for Schema {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        common::migrations()
    }
}

async fn clear(w: &World, who: &Actor, r: Request) -> Result<(), String> {
    w.runner.run(who, ClearContact(r)).await.map(|_| ()).map_err(|e| e.code)
}

async fn request(w: &World, person: &str, account: &str, channel: Channel) -> Request {
    Request::new(w.person(person).await, w.account(account).await, channel, monday())
}

fn answer(person: PersonId, channel: Channel, state: State, terms: Terms) -> RecordPermission {
    RecordPermission { person, channel: Some(channel), state, basis: "asked by the person".into(), note: String::new(), terms }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rule_holds_from_its_day() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let call = request(&w, "cleo", "shared", Channel::Phone).await;
        let mut rule = Rules::shipped().of("DE").clone();
        rule.channels.phone.unknown = WhenUnknown::NeedsGrant;
        let set = |from: Day, why: &str| SetCountryRule { rule: rule.clone(), from, why: why.into() };
        let (today, tomorrow) = (monday().day(), monday().day().plus(1));
        assert_eq!(w.runner.run(&w.ines, set(today, "x")).await.map_err(|e| e.code), Err("access.forbidden".into()));
        assert_eq!(w.runner.run(&w.program, set(today.plus(-1), "x")).await.map_err(|e| e.code), Err("consent.rule_past".into()));
        assert_eq!(w.runner.run(&w.program, set(today, " ")).await.map_err(|e| e.code), Err("consent.why".into()));
        assert_eq!(w.runner.run(&w.program, set(tomorrow, "court decision")).await.ok(), Some(1));
        assert_eq!(clear(&w, &w.ines, call).await, Ok(()), "not yet in force");
        w.clock.set(monday().plus_days(1));
        let later = Request { at: monday().plus_days(8), ..call };
        assert_eq!(clear(&w, &w.jonas, later).await, Err("consent.needs_grant".into()));
        let versions = history(&w.runner.db, "DE").await.expect("reads");
        assert_eq!((versions.len(), versions[0].why.as_str()), (1, "court decision"));
        assert!(!Rules::load(&w.runner.db, today).await.expect("reads").of("AT").allows_unknown(Channel::Phone), "others stay");
        let mut bad = rule.clone();
        bad.calling.from = bad.calling.to;
        let bad = SetCountryRule { rule: bad, from: tomorrow, why: "x".into() };
        assert_eq!(w.runner.run(&w.program, bad).await.map_err(|e| e.code), Err("consent.country_rule".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_access_rule_holds() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let visit = request(&w, "dora", "us", Channel::Visit).await;
        let (dora, us) = (w.person("dora").await, w.account("us").await);
        let set = |target: Target, rule: AccessRule| SetAccess {
            target,
            rule,
            from_minute: None,
            to_minute: None,
            since: monday().day(),
            source: "told by reception".into(),
            note: String::new(),
        };
        let now = async || access::of_person(&w.runner.db, dora, us, monday().day()).await.expect("reads").map(|a| a.rule);
        assert_eq!(now().await, None);
        w.runner.run(&w.program, set(Target::Country("US".into()), AccessRule::NoVisits)).await.expect("country");
        assert_eq!(clear(&w, &w.ines, visit).await, Err("consent.no_visits".into()));
        w.runner.run(&w.ines, set(Target::Account(us), AccessRule::GroupOnly)).await.expect("site");
        assert_eq!(clear(&w, &w.ines, visit).await, Err("consent.group_only".into()));
        w.runner.run(&w.ines, set(Target::Department(us, "Cardiology".into()), AccessRule::AppointmentOnly)).await.expect("department");
        assert_eq!(clear(&w, &w.ines, visit).await, Err("consent.appointment_only".into()));
        w.runner.run(&w.ines, set(Target::Person(dora), AccessRule::Open)).await.expect("person");
        assert_eq!(clear(&w, &w.ines, visit).await, Ok(()));
        // A later rule ends the earlier one; the day before, the earlier one stood.
        let later = SetAccess { since: monday().day().plus(7), ..set(Target::Person(dora), AccessRule::NoVisits) };
        w.runner.run(&w.ines, later).await.expect("later");
        assert_eq!(now().await, Some(AccessRule::Open));
        assert_eq!(
            access::of_person(&w.runner.db, dora, us, monday().day().plus(7)).await.expect("reads").map(|a| a.rule),
            Some(AccessRule::NoVisits)
        );
        // Not somebody else's people or sites, and countries only by who may change the record.
        let (bob, south) = (w.person("bob").await, w.account("south").await);
        for target in [Target::Person(bob), Target::Account(south)] {
            assert_eq!(w.runner.run(&w.ines, set(target, AccessRule::Open)).await.map_err(|e| e.code), Err("record.not_found".into()));
        }
        assert_eq!(
            w.runner.run(&w.ines, set(Target::Country("US".into()), AccessRule::Open)).await.map_err(|e| e.code),
            Err("access.forbidden".into())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set_by_country_and_channel() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let strict = Limits { per_week: 1, per_four_weeks: 2, ..Limits::default() };
        assert_eq!(
            w.runner.run(&w.ines, SetLimits { country: "DE".into(), limits: Some(strict) }).await.map_err(|e| e.code),
            Err("access.forbidden".into())
        );
        let silly = Limits { per_week: 3, per_four_weeks: 2, ..strict };
        assert_eq!(
            w.runner.run(&w.program, SetLimits { country: "DE".into(), limits: Some(silly) }).await.map_err(|e| e.code),
            Err("consent.limits".into())
        );
        w.runner.run(&w.program, SetLimits { country: "DE".into(), limits: Some(strict) }).await.expect("sets");
        let (cleo, dora) = (request(&w, "cleo", "shared", Channel::Phone).await, request(&w, "dora", "us", Channel::Email).await);
        assert_eq!(clear(&w, &w.ines, cleo).await, Ok(()));
        assert_eq!(clear(&w, &w.jonas, Request { channel: Channel::Visit, ..cleo }).await, Err("consent.week_full".into()));
        assert_eq!((clear(&w, &w.ines, dora).await, clear(&w, &w.jonas, dora).await), (Ok(()), Ok(())), "elsewhere two a week");
        w.runner.run(&w.program, SetLimits { country: "DE".into(), limits: None }).await.expect("lifts");
        assert!(LimitBook::load(&w.runner.db).await.expect("reads").countries.is_empty());
        assert_eq!(w.count("SELECT COUNT(*) FROM audit WHERE command = 'consent.set_limits'").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn purposes_bases_and_ends() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let cleo = w.person("cleo").await;
        let say = async |c: RecordPermission| w.runner.run(&w.ines, c).await.map_err(|e| e.code);
        let terms = |aim, legal| Terms { aim, legal, ..Terms::default() };
        // In Germany e-mail needs a yes: our own interest does not carry it, a contract carries service messages only.
        let interest = terms(Some(Aim::Information), Some(LegalBasis::LegitimateInterest));
        assert_eq!(say(answer(cleo, Channel::Email, State::Granted, interest)).await, Err("consent.basis_not_here".into()));
        let contract = terms(Some(Aim::Offers), Some(LegalBasis::Contract));
        assert_eq!(say(answer(cleo, Channel::Email, State::Granted, contract)).await, Err("consent.basis_not_here".into()));
        let soft = terms(Some(Aim::Offers), Some(LegalBasis::ExistingCustomer));
        assert_eq!(say(answer(cleo, Channel::Email, State::Granted, soft)).await, Ok(()));
        let reach = async || of_person(&w.runner.db, cleo).await.expect("reads");
        assert_eq!(
            (reach().await.state_for(Channel::Email, Aim::Offers), reach().await.state(Channel::Email)),
            (State::Granted, State::Unknown)
        );
        // A no to the channel, then a yes to one purpose: the no stays for every other.
        assert_eq!(say(answer(cleo, Channel::Email, State::Denied, Terms::default())).await, Ok(()));
        w.clock.set(monday().plus_days(1));
        assert_eq!(say(answer(cleo, Channel::Email, State::Granted, terms(Some(Aim::Events), None))).await, Ok(()));
        let r = reach().await;
        let states: Vec<State> = Aim::ALL.iter().map(|a| r.state_for(Channel::Email, *a)).collect();
        assert_eq!(states, [State::Denied, State::Denied, State::Granted, State::Denied, State::Denied]);
        // What runs out no longer stands at the gate, and is closed soon after.
        let until = Terms { expires: Some(monday().plus_days(10)), ..terms(None, None) };
        assert_eq!(say(answer(cleo, Channel::Phone, State::Granted, until)).await, Ok(()));
        let past = Terms { expires: Some(monday()), ..terms(None, None) };
        assert_eq!(say(answer(cleo, Channel::Video, State::Granted, past)).await, Err("consent.expired".into()));
        let at = async |day: i64| of_person_at(&w.runner.db, cleo, monday().plus_days(day)).await.expect("reads").state(Channel::Phone);
        assert_eq!((at(9).await, at(10).await), (State::Granted, State::Unknown));
        w.clock.set(monday().plus_days(11));
        assert_eq!(w.runner.run(&w.program, LapsePermissions).await.ok(), Some(1));
        assert_eq!(reach().await.state(Channel::Phone), State::Unknown);
        assert_eq!(w.runner.run(&w.program, LapsePermissions).await.ok(), Some(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_counted_again_only_when_something_changed() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        keep_up(&w.runner).await.expect("counts");
        let counted = "SELECT COUNT(*) FROM audit WHERE command = 'consent.count_reach'";
        assert_eq!((w.count(counted).await, w.count("SELECT CAST(SUM(people) AS BIGINT) FROM reach_count").await), (1, 4));
        keep_up(&w.runner).await.expect("nothing to do");
        assert_eq!(w.count(counted).await, 1);
        w.runner.run(&w.program, answer(w.person("ann").await, Channel::Email, State::Denied, Terms::default())).await.expect("records");
        keep_up(&w.runner).await.expect("counts");
        assert_eq!(w.count(counted).await, 2);
        let email = "SELECT denied FROM reach_day WHERE purpose = 'information' AND channel = 'email'";
        assert_eq!((w.count(email).await, w.count("SELECT COUNT(*) FROM reach_day").await), (1, 25));
        let _ = w.runner.run(&w.program, CountReach).await.expect("again");
    })
    .await;
}

/// Runs an importer on rows.
#[derive(serde::Serialize)]
struct Import(&'static str, Vec<(u64, Vec<&'static str>)>);

impl Command for Import {
    const NAME: &'static str = "test.import";
    const PERMISSION: rounds_kernel::Permission = rounds_kernel::Permission::WriteRecord;
    type Out = (u64, Vec<String>);

    async fn run(self, tx: &mut Tx) -> rounds_kernel::Result<(u64, Vec<String>)> {
        let importers = rounds_consent::importers();
        let importer = importers.iter().find(|i| i.kind() == self.0).expect("a kind");
        let rows: Vec<Row> =
            self.1.into_iter().map(|(line, cells)| Row { line, cells: cells.into_iter().map(str::to_owned).collect() }).collect();
        let file = FileInfo { name: "register.csv".into(), hash: "x".into(), received_at: tx.now };
        let report = Importer::write(importer.as_ref(), tx, &file, &rows).await?;
        Ok((report.written, report.rejects.into_iter().map(|r| format!("{} {}", r.line, r.code)).collect()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_access_permissions_and_preferences() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let run = async |kind, rows| w.runner.run(&w.program, Import(kind, rows)).await.expect("imports");
        let rows = || {
            vec![
                (2, vec!["", "us", "", "", "group visits only", "", "", "2026-01-01", "", ""]),
                (3, vec!["dora", "", "", "", "hours", "07:00", "08:30", "2026-01-01", "told", ""]),
                (4, vec!["", "", "", "gb", "no visits", "", "", "2026-01-01", "", ""]),
                (5, vec!["nobody", "", "", "", "open", "", "", "2026-01-01", "", ""]),
                (6, vec!["", "us", "", "", "hours", "25:00", "", "2026-01-01", "", ""]),
                (7, vec!["", "", "", "", "open", "", "", "2026-01-01", "", ""]),
                (8, vec!["", "us", "", "", "hours", "", "", "2026-01-01", "", ""]),
            ]
        };
        let rejects = ["5 import.person_unknown", "6 import.clock", "7 import.access_of_whom", "8 consent.access"];
        let (written, told) = run("access-register", rows()).await;
        assert_eq!((written, told.iter().map(String::as_str).collect::<Vec<_>>()), (3, rejects.to_vec()));
        assert_eq!(run("access-register", rows()).await.0, 0, "the same file again changes nothing");
        let dora = w.person("dora").await;
        let found = access::of_person(&w.runner.db, dora, w.account("us").await, monday().day()).await.expect("reads").expect("a rule");
        assert_eq!((found.rule, found.from, found.to), (AccessRule::Hours, Some(420), Some(510)));
        let (written, told) = run(
            "permissions",
            vec![
                (2, vec!["cleo", "email", "opt_in_vod", "events", "consent", "form 17", "scan 4711", "2026-01-01", "2027-01-01"]),
                (3, vec!["cleo", "email", "yes", "gossip", "", "", "", "2026-01-01", ""]),
                (4, vec!["cleo", "email", "no", "offers", "", "", "", "2026-01-01", "2025-01-01"]),
            ],
        )
        .await;
        assert_eq!((written, told), (1, vec!["3 import.purpose".to_owned(), "4 import.ends_early".to_owned()]));
        let cleo = w.person("cleo").await;
        assert_eq!(of_person(&w.runner.db, cleo).await.expect("reads").state_for(Channel::Email, Aim::Events), State::Granted);
        let (written, told) = run(
            "preferences",
            vec![
                (2, vec!["cleo", "visit", "0,4", "demo", ""]),
                (3, vec!["cleo", "visit", "0.9", "", "observed"]),
                (4, vec!["cleo", "visit", "2", "", ""]),
                (5, vec!["cleo", "visit", "0.2", "party", ""]),
            ],
        )
        .await;
        assert_eq!((written, told), (2, vec!["4 import.weight".to_owned(), "5 import.task".to_owned()]));
        let state = |weight, task| StatePreference {
            person: cleo,
            channel: Some((Channel::Visit, weight)),
            task,
            language: Some("de".into()),
            hours: Some((Some(420), None)),
        };
        w.runner.run(&w.ines, state(0.25, None)).await.expect("states");
        w.runner.run(&w.ines, state(1.0, Some(Task::Order))).await.expect("states");
        assert_eq!(all(&w.runner.db).await.expect("reads").of(cleo, Channel::Visit), Some(0.25), "what was stated comes first");
        assert_eq!(w.runner.run(&w.ines, state(1.5, None)).await.map_err(|e| e.code), Err("consent.preference".into()));
        let mut after = 0;
        for _ in 0..2 {
            after = w.runner.run(&w.program, ObservePreferences { after }).await.expect("observes");
        }
        assert_eq!((after, Time(0)), (0, Time(0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_promotes_to_a_facility_in_a_tenders_quiet_period() {
    on_each_engine::<Schema, _>(|w| async move {
        w.named().await;
        let file = "Tender Number,Lot,Tender Name,Deadline,Quiet From,Quiet To,Facilities,Family,State\n\
                    T1,1,Closure 2027,2026-12-15,2026-11-24,2026-11-25,north,Closure,announced\n\
                    T2,1,Won already,2026-12-15,2026-11-20,2026-12-20,north,Closure,awarded\n";
        let importers = std::sync::Arc::new(rounds_customers::importers());
        let quiet = std::sync::Arc::new(|_: i64, _: i64, _: &str| ());
        let file = (None, "tenders.csv", file.as_bytes());
        let report =
            rounds_platform::imports::run_import(&w.runner, &Actor::program("test"), &importers, file, quiet).await.expect("imports");
        assert_eq!(report.rejected, 0, "{report:?}");
        let on = |date: &str| Time::at_day(Day::parse(date).expect("a day")).plus_minutes(600);
        let asked = request(&w, "ann", "north", Channel::Visit).await;
        let service = Request { at: on("2026-11-24"), aim: Aim::Service, ..asked };
        for (date, want) in [
            ("2026-11-24", Err("consent.tender_quiet".to_owned())),
            ("2026-11-25", Err("consent.tender_quiet".to_owned())),
            ("2026-11-23", Ok(())),
            ("2026-11-26", Ok(())),
        ] {
            assert_eq!(clear(&w, &w.ines, Request { at: on(date), ..asked }).await, want, "{date}");
        }
        assert_eq!(
            clear(&w, &w.ines, Request { channel: Channel::Email, ..service }).await,
            Err("consent.week_full".into()),
            "only the limit"
        );
    })
    .await;
}
