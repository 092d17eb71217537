//! A tiny snapshot made by hand, and each rule at its boundary.

use super::eligibility::{Case, RULES, first_refusal};
use super::model::{
    AccountIn, CHANNELS, Candidate, CountryIn, Owner, PastContact, PersonIn, ProductIn, QuietIn, Rhythm, Snapshot, Standing, WeekLimits,
};
use super::{check_plan, make_plan};
use rounds_kernel::{CareSetting, Channel, Day, Outcome, PersonRole, ProductStage, Purpose, Role, Time, Week};

/// Monday of 2026-W48.
fn monday() -> Day {
    Week { year: 2026, week: 48 }.monday()
}

fn person() -> PersonIn {
    PersonIn {
        id: 33,
        account: 0,
        role: PersonRole::Physician,
        do_not_contact: false,
        standing: [Standing::UnknownAllowed; CHANNELS],
        access: None,
        quiet: Vec::new(),
        preference: [None; CHANNELS],
        has_phone: true,
        has_email: true,
        contacts: Vec::new(),
        last_reached: None,
        lead: None,
        dismissed: Vec::new(),
    }
}

/// One remote rep, one account with one person, one product.
pub(super) fn snapshot(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut s = Snapshot {
        version: 1,
        week: monday().week(),
        taken_at: Time::at_day(monday().plus(-1)),
        seed: 1,
        limits: WeekLimits { person_week: 2, person_four_weeks: 6, live_spacing_days: 2, account_week: 6, key_account_days: 21 },
        owners: vec![Owner { id: 5, name: "Ines".into(), role: Role::RemoteRep, zone: "America/Chicago".into(), minutes: 60 }],
        units: vec!["all".into(), "cardiac".into()],
        families: vec!["stents".into()],
        products: vec![ProductIn { id: 1, name: "Pulsar".into(), family: 0, unit: 1, stage: ProductStage::Launch }],
        accounts: vec![AccountIn {
            id: 12,
            name: "St. Brigid".into(),
            country: "US".into(),
            zone: "America/New_York".into(),
            setting: CareSetting::Hospital,
            links: vec![(1, Role::RemoteRep, 0)],
            potential: vec![(0, 10_000_000)],
            orders: Vec::new(),
            last_live: None,
            country_rule: CountryIn {
                person_week: 2,
                person_four_weeks: 6,
                per_channel: [None; CHANNELS],
                calls_from: 480,
                calls_to: 1_260,
                no_calls: [false; 5],
            },
        }],
        people: vec![person()],
        commitments: Vec::new(),
    };
    change(&mut s);
    s
}

fn call(channel: Channel) -> Candidate {
    Candidate { person: 0, owner: 0, unit: 1, product: Some(0), channel, purpose: Purpose::FollowUp, minutes: 15, value: 1.0 }
}

fn met(days_from_monday: i32, channel: Channel, outcome: Outcome, outbound: bool) -> PastContact {
    PastContact { day: monday().plus(days_from_monday), channel, outcome: Some(outcome), outbound }
}

/// Code of the first rule that refuses, with its words.
fn refused(s: &Snapshot, c: &Candidate) -> Option<(&'static str, String)> {
    let case = Case::new(s, c);
    first_refusal(&case).map(|r| (RULES[r].code, (RULES[r].words)(&case)))
}

fn by(change: impl FnOnce(&mut Snapshot), channel: Channel) -> Option<&'static str> {
    refused(&snapshot(change), &call(channel)).map(|r| r.0)
}

#[test]
fn permission_and_address() {
    use Channel::{Email, Phone, Visit};
    assert_eq!(by(|_| (), Phone), None);
    assert_eq!(by(|s| s.people[0].do_not_contact = true, Visit), Some("do_not_contact"));
    for (standing, expected) in
        [(Standing::Denied, Some("permission")), (Standing::UnknownRefused, Some("permission")), (Standing::Granted, None)]
    {
        assert_eq!(by(|s| s.people[0].standing[Email.index()] = standing, Email), expected);
    }
    assert_eq!(by(|s| s.people[0].standing[Email.index()] = Standing::Denied, Phone), None, "another channel is not meant");
    assert_eq!(by(|s| s.people[0].has_phone = false, Phone), Some("reachable"));
    assert_eq!(by(|s| s.people[0].has_phone = false, Visit), None);
    assert_eq!(by(|s| s.people[0].has_email = false, Channel::Video), Some("reachable"));
}

#[test]
fn frequency_counts_ours_of_this_week_and_four() {
    let with = |contacts: Vec<PastContact>| by(move |s| s.people[0].contacts = contacts, Channel::Email);
    let wrote = |day| met(day, Channel::Email, Outcome::Sent, true);
    assert_eq!(with(vec![wrote(0)]), None);
    assert_eq!(with(vec![wrote(0), wrote(6)]), Some("frequency"), "both ends of the week count");
    assert_eq!(with(vec![wrote(-1), wrote(0)]), None, "last Sunday is another week");
    assert_eq!(with(vec![wrote(0), met(1, Channel::Email, Outcome::Reached, false)]), None, "they wrote to us");
    assert_eq!(with((-21..-15).map(wrote).collect()), Some("frequency"), "six in four weeks");
    assert_eq!(with((-22..-16).map(wrote).collect()), None, "the first of them is older");
}

#[test]
fn live_contacts_keep_their_distance() {
    let with = |day, channel, outcome, to| by(move |s| s.people[0].contacts = vec![met(day, channel, outcome, true)], to);
    assert_eq!(with(2, Channel::Visit, Outcome::Reached, Channel::Phone), None, "Wednesday leaves Friday");
    assert_eq!(with(3, Channel::Visit, Outcome::Reached, Channel::Phone), Some("live_spacing"), "Thursday leaves no day");
    assert_eq!(with(3, Channel::Phone, Outcome::NoAnswer, Channel::Phone), None, "nobody answered");
    assert_eq!(with(3, Channel::Visit, Outcome::Reached, Channel::Email), None, "written ones need no space");
    assert_eq!(with(3, Channel::Email, Outcome::Sent, Channel::Phone), None);
}

#[test]
fn the_remaining_rules() {
    use Channel::Phone;
    assert_eq!(by(|s| s.people[0].dismissed = vec![(Phone, monday().plus(1))], Phone), Some("dismissed"));
    assert_eq!(by(|s| s.people[0].dismissed = vec![(Phone, monday())], Phone), None, "the rest ends on Monday");
    assert_eq!(by(|s| s.people[0].dismissed = vec![(Channel::Video, monday().plus(9))], Phone), None);
    let s = snapshot(|_| ());
    assert_eq!(refused(&s, &Candidate { product: None, ..call(Phone) }).map(|r| r.0), Some("product_fit"));
    assert_eq!(by(|s| s.owners[0].minutes = 14, Phone), Some("owner_available"));
    assert_eq!(by(|s| s.owners[0].minutes = 15, Phone), None);
    assert_eq!(by(|s| s.owners[0].role = Role::FieldRep, Phone), Some("account_covered"), "the link names another role");
}

#[test]
fn every_refusal_has_words() {
    let s = snapshot(|s| {
        s.people[0].do_not_contact = true;
        s.people[0].standing[Channel::Phone.index()] = Standing::Denied;
    });
    let (_, words) = refused(&s, &call(Channel::Phone)).unwrap_or_default();
    assert_eq!(words, "They asked for no contact at all.");
    let mut codes: Vec<&str> = RULES.iter().map(|r| r.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), RULES.len(), "each rule has a code of its own");
}

#[test]
fn a_tiny_week_is_planned_with_its_reason() {
    let s = snapshot(|s| {
        s.people[0].lead = Some((monday().plus(-4), Some(0)));
        s.people[0].preference[Channel::Phone.index()] = Some(0.9);
        s.accounts[0].orders = vec![Rhythm { family: 0, last: monday().plus(-90), days: Some(30) }];
    });
    let plan = make_plan(&s, 1).unwrap_or_else(|e| panic!("{e}"));
    assert!(check_plan(&s, &plan).breaches.is_empty());
    let live: Vec<_> = plan.actions.iter().filter(|a| !matches!(a.channel, Channel::Email | Channel::Webinar)).collect();
    assert_eq!(live.len(), 1, "one live contact a person and week");
    assert_eq!(live[0].purpose, Purpose::FollowUp);
    assert!(
        live[0].reason.starts_with("Showed interest in stents 3 days ago; this site usually orders stents every 30 days and is late"),
        "{}",
        live[0].reason
    );
    assert!(plan.report.bound >= plan.report.objective);
}

#[test]
fn a_quiet_period_is_kept_by_the_rule_and_by_the_checker() {
    let quiet = |from: i32, to: i32| vec![QuietIn { tender: "T1".into(), from: monday().plus(from), to: monday().plus(to) }];
    let with = |from, to| by(|s| s.people[0].quiet = quiet(from, to), Channel::Phone);
    for (from, to, want) in
        [(-9, -1, None), (-9, 0, Some("quiet_period")), (4, 30, Some("quiet_period")), (5, 30, None), (-9, 30, Some("quiet_period"))]
    {
        assert_eq!(with(from, to), want, "{from} to {to}");
    }
    let silent = snapshot(|s| s.people[0].quiet = quiet(-9, 0));
    let service = Candidate { purpose: Purpose::Service, ..call(Channel::Phone) };
    assert_eq!(refused(&silent, &service), None, "service goes on");
    let (_, words) = refused(&silent, &call(Channel::Phone)).unwrap_or_default();
    assert!(words.starts_with("The quiet period of tender T1 runs from"), "{words}");
    assert!(make_plan(&silent, 1).is_ok_and(|p| p.actions.is_empty()), "nothing is planned");
    // The checker shares no code with the rule: a plan made without the period breaks on its days and on no other.
    let plan = make_plan(&snapshot(|_| ()), 1).unwrap_or_else(|e| panic!("{e}"));
    let breaches = |from: i32, to: i32| {
        let s = snapshot(|s| s.people[0].quiet = quiet(from, to));
        check_plan(&s, &plan).breaches.into_iter().filter(|b| b.contains("quiet")).count()
    };
    assert!(!plan.actions.is_empty());
    assert_eq!((breaches(-9, 6), breaches(-9, -1), breaches(7, 9)), (plan.actions.len(), 0, 0));
    let day = plan.actions[0].day.0 - monday().0;
    assert!(breaches(day, day) >= 1, "the day itself");
    let mut served = plan.clone();
    served.actions.iter_mut().for_each(|a| a.purpose = Purpose::Service);
    let s = snapshot(|s| s.people[0].quiet = quiet(-9, 6));
    assert!(check_plan(&s, &served).breaches.iter().all(|b| !b.contains("quiet")));
}
