//! The rules against a table of cases, most of them at a boundary.

use super::*;
use crate::access::{Access, AccessRule, Subject, VisitTerms};
use crate::country_rules::{CountryRule, Local, Rules};
use crate::permissions::{Aim, Reach, State};
use rounds_kernel::{AccountId, Channel, Day, PersonId, Rng, Time};

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn at(text: &str) -> Time {
    let (date, clock) = text.split_once(' ').unwrap_or((text, "12:00"));
    let (h, m) = clock.split_once(':').expect("hh:mm");
    let minutes = h.parse::<i64>().expect("hours") * 60 + m.parse::<i64>().expect("minutes");
    Time::at_day(day(date)).plus_minutes(minutes)
}

fn made(text: &str, live: bool) -> Held {
    Held { at: at(text), channel: if live { Channel::Visit } else { Channel::Email }, live, open: false }
}

fn state<'a>(reach: Reach, rule: &'a CountryRule, held: &'a [Held]) -> PersonState<'a> {
    PersonState { reach, rule, access: None, expects_us: false, local: None, quiet: None, held }
}

fn ask(reach: Reach, country: &str, held: &[Held], channel: Channel, when: &str) -> &'static str {
    let (rules, request) = (Rules::shipped(), Request::new(PersonId(1), AccountId(1), channel, at(when)));
    match judge(&state(reach, rules.of(country), held), &request, &Limits::default()) {
        Ok(()) => "ok",
        Err(r) => {
            assert!(!r.reason.is_empty() && !r.remedy.is_empty() && r.code.starts_with("consent."));
            r.code
        }
    }
}

#[test]
fn permission_decides_first() {
    use Channel::{Email, Phone, Visit};
    let none = Reach::default();
    let granted = none.with(Email, State::Granted);
    let denied = none.with(Phone, State::Denied);
    let full = [made("2026-11-23", false), made("2026-11-24", false)];
    let table: &[(Reach, &str, &[Held], Channel, &str)] = &[
        (none, "US", &[], Email, "ok"),
        (none, "DE", &[], Email, "consent.needs_grant"),
        (granted, "DE", &[], Email, "ok"),
        (none, "AT", &[], Phone, "consent.needs_grant"),
        (denied, "US", &[], Phone, "consent.channel_denied"),
        (denied, "US", &[], Visit, "ok"),
        // Do not contact beats a grant, and is said before a full week.
        (granted.with_do_not_contact(), "US", &[], Email, "consent.do_not_contact"),
        (granted.with_do_not_contact(), "US", &full, Email, "consent.do_not_contact"),
        (denied.with_do_not_contact(), "US", &[], Phone, "consent.do_not_contact"),
        (denied, "US", &full, Phone, "consent.channel_denied"),
        (granted, "DE", &full, Email, "consent.week_full"),
    ];
    for (reach, country, held, channel, verdict) in table {
        assert_eq!(ask(*reach, country, held, *channel, "2026-11-25"), *verdict, "{reach:?} {country} {channel:?}");
    }
    for channel in Channel::ALL {
        let all = Channel::ALL.iter().fold(none, |r, c| r.with(*c, State::Granted));
        assert_eq!(ask(all.with_do_not_contact(), "US", &[], *channel, "2026-11-25"), "consent.do_not_contact");
    }
}

#[test]
fn weeks_begin_on_monday_midnight_utc() {
    // W48 of 2026 runs from Mon 23 Nov 00:00 until before Mon 30 Nov 00:00.
    let two_in_48 = [made("2026-11-23 00:00", false), made("2026-11-29 23:59", false)];
    let table = [
        ("2026-11-22 23:59", "ok"),
        ("2026-11-23 00:00", "consent.week_full"),
        ("2026-11-29 23:59", "consent.week_full"),
        ("2026-11-30 00:00", "ok"),
    ];
    for (when, verdict) in table {
        assert_eq!(ask(Reach::default(), "US", &two_in_48, Channel::Email, when), verdict, "{when}");
    }
}

#[test]
fn four_weeks_are_this_one_and_three_before() {
    // Six contacts, two a week, in W45, W46 and W47.
    let six: Vec<Held> =
        ["2026-11-02", "2026-11-08", "2026-11-09", "2026-11-10", "2026-11-16", "2026-11-17"].map(|d| made(d, false)).to_vec();
    let table = [
        ("2026-11-23", "consent.month_full"),
        ("2026-11-29 23:59", "consent.month_full"),
        // W45 leaves the window with W49.
        ("2026-11-30 00:00", "ok"),
    ];
    for (when, verdict) in table {
        assert_eq!(ask(Reach::default(), "US", &six, Channel::Email, when), verdict, "{when}");
    }
    assert_eq!(ask(Reach::default(), "US", &six[1..], Channel::Email, "2026-11-23"), "ok", "five leave room for one");
}

#[test]
fn live_contacts_lie_two_days_apart() {
    let live = [made("2026-11-23 23:50", true)];
    let written = [made("2026-11-23 23:50", false)];
    let table = [
        ("2026-11-23 00:10", "consent.too_soon"),
        ("2026-11-22 12:00", "consent.too_soon"),
        ("2026-11-24 23:59", "consent.too_soon"),
        ("2026-11-25 00:00", "ok"),
        ("2026-11-21 23:59", "ok"),
    ];
    for (when, verdict) in table {
        for channel in [Channel::Visit, Channel::Phone, Channel::Video] {
            assert_eq!(ask(Reach::default(), "US", &live, channel, when), verdict, "{when} {channel:?}");
            assert_eq!(ask(Reach::default(), "US", &written, channel, when), "ok", "after a written one, {when}");
        }
        assert_eq!(ask(Reach::default(), "US", &live, Channel::Email, when), "ok", "written, {when}");
    }
    assert_eq!(next_live_day(&live, &Limits::default()), Some(day("2026-11-25")));
    assert_eq!(next_live_day(&written, &Limits::default()), None);
}

#[test]
fn reasons_say_what_was_made_and_what_is_taken_on() {
    let held = [made("2026-11-23", true), Held { at: at("2026-11-24"), channel: Channel::Email, live: false, open: true }];
    let r = frequency(&held, Channel::Email, at("2026-11-26"), &Limits::default()).expect_err("full");
    assert!(r.reason.contains("1 contact and 1 more taken on") && r.reason.contains("Mon 23 Nov"), "{}", r.reason);
    assert!(r.remedy.contains("Mon 30 Nov"), "{}", r.remedy);
}

/// Slow oracle: counts by walking the days of each window one by one.
fn oracle(held: &[Held], when: Time, live: bool, limits: &Limits) -> &'static str {
    let on = |d: Day| held.iter().filter(|h| h.at.day() == d).count();
    let mut monday = when.day();
    while monday.weekday() != 0 {
        monday = monday.plus(-1);
    }
    if (0..7).map(|i| on(monday.plus(i))).sum::<usize>() >= limits.per_week as usize {
        return "consent.week_full";
    }
    if (-21..7).map(|i| on(monday.plus(i))).sum::<usize>() >= limits.per_four_weeks as usize {
        return "consent.month_full";
    }
    let near = |d: Day| held.iter().any(|h| h.live && h.at.day() == d);
    let reach = limits.spacing_days as i32 - 1;
    if live && (-reach..=reach).any(|i| near(when.day().plus(i))) { "consent.too_soon" } else { "ok" }
}

#[test]
fn limits_agree_with_a_slow_oracle() {
    let rules = Rules::shipped();
    let mut rng = Rng::new(2_026);
    let base = at("2026-11-23 00:00");
    for case in 0..5_000 {
        let limits = Limits {
            per_week: 1 + rng.below(4) as u32,
            per_four_weeks: 1 + rng.below(9) as u32,
            spacing_days: 1 + rng.below(4) as u32,
            per_channel: [None; 5],
        };
        let held: Vec<Held> = (0..rng.below(9))
            .map(|_| Held {
                at: base.plus_minutes(rng.below(50 * 1_440) as i64 - 35 * 1_440),
                channel: Channel::Phone,
                live: rng.chance(0.5),
                open: rng.chance(0.3),
            })
            .collect();
        let when = base.plus_minutes(rng.below(20 * 1_440) as i64 - 5 * 1_440);
        let channel = *rng.pick(&[Channel::Phone, Channel::Email]);
        let request = Request::new(PersonId(1), AccountId(1), channel, when);
        let verdict = judge(&state(Reach::default(), rules.of("US"), &held), &request, &limits).map_or_else(|r| r.code, |()| "ok");
        assert_eq!(verdict, oracle(&held, when, is_live(channel), &limits), "case {case}: {held:?} {when:?} {limits:?}");
    }
}

#[test]
fn a_purpose_is_judged_by_what_was_said_about_it() {
    let rules = Rules::shipped();
    let reach = Reach::default().with_aim(Channel::Email, Some(Aim::Events), State::Granted).with_aim(
        Channel::Email,
        Some(Aim::Offers),
        State::Denied,
    );
    let ask = |aim: Aim, country: &str| {
        let request = Request { aim, ..Request::new(PersonId(1), AccountId(1), Channel::Email, at("2026-11-25")) };
        judge(&state(reach, rules.of(country), &[]), &request, &Limits::default()).map_or_else(|r| r.code, |()| "ok")
    };
    let table = [
        (Aim::Events, "DE", "ok"),
        (Aim::Information, "DE", "consent.needs_grant"),
        (Aim::Information, "US", "ok"),
        (Aim::Offers, "US", "consent.purpose_denied"),
        (Aim::Service, "DE", "ok"),
    ];
    for (aim, country, verdict) in table {
        assert_eq!(ask(aim, country), verdict, "{aim:?} {country}");
    }
}

#[test]
fn visits_keep_to_the_register_and_calls_to_the_hours() {
    let rules = Rules::shipped();
    let access = |rule| Access { rule, from: None, to: None, subject: Subject::Account, since: day("2026-01-01"), source: "told".into() };
    let group = access(AccessRule::GroupOnly);
    let appointment = access(AccessRule::AppointmentOnly);
    let base = state(Reach::default(), rules.of("US"), &[]);
    let visit = Request::new(PersonId(1), AccountId(1), Channel::Visit, at("2026-11-25"));
    let code = |s: &PersonState<'_>, r: &Request| judge(s, r, &Limits::default()).map_or_else(|r| r.code, |()| "ok");
    assert_eq!(code(&PersonState { access: Some(&group), ..base }, &visit), "consent.group_only");
    let with_group = Request { visit: VisitTerms { group: true, ..VisitTerms::default() }, ..visit };
    assert_eq!(code(&PersonState { access: Some(&group), ..base }, &with_group), "ok");
    assert_eq!(code(&PersonState { access: Some(&appointment), ..base }, &visit), "consent.appointment_only");
    assert_eq!(code(&PersonState { access: Some(&appointment), expects_us: true, ..base }, &visit), "ok", "a meeting was agreed");
    let call = Request { channel: Channel::Phone, ..visit };
    assert_eq!(code(&PersonState { access: Some(&group), ..base }, &call), "ok", "the register is about visits");
    let early = Local { day: day("2026-11-25"), minute: 479 };
    assert_eq!(code(&PersonState { local: Some(early), ..base }, &call), "consent.calling_hours");
    assert_eq!(code(&PersonState { local: Some(Local { minute: 480, ..early }), ..base }, &call), "ok");
    assert_eq!(
        code(&PersonState { local: Some(early), ..base }, &Request { channel: Channel::Email, ..visit }),
        "ok",
        "written ones have no hours"
    );
}

#[test]
fn a_channel_has_its_own_limit() {
    let limits = Limits { per_week: 5, per_four_weeks: 20, per_channel: [None, None, None, Some(1), None], ..Limits::default() };
    let held = [made("2026-11-23", false)];
    let code = |channel| frequency(&held, channel, at("2026-11-25"), &limits).map_or_else(|r| r.code, |()| "ok");
    assert_eq!((code(Channel::Email), code(Channel::Webinar)), ("consent.channel_full", "ok"));
    assert!(
        limits.check().is_ok()
            && Limits { per_week: 0, ..limits }.check().is_err()
            && Limits { per_four_weeks: 3, ..limits }.check().is_err()
    );
}

#[test]
fn a_quiet_period_silences_what_is_promotional_and_nothing_else() {
    let rules = Rules::shipped();
    let quiet =
        rounds_customers::contracts::Quiet { tender: "T1".into(), name: "Closure 2027".into(), until: i64::from(day("2026-12-01").0) };
    let state = PersonState { quiet: Some(&quiet), ..state(Reach::default(), rules.of("US"), &[]) };
    for (aim, silent) in Aim::ALL.iter().map(|aim| (*aim, *aim != Aim::Service)) {
        let request = Request { aim, ..Request::new(PersonId(1), AccountId(1), Channel::Visit, at("2026-11-25")) };
        let said = judge(&state, &request, &Limits::default());
        assert_eq!(said.as_ref().err().map(|r| r.code), silent.then_some("consent.tender_quiet"), "{aim:?}");
        if let Err(refusal) = said {
            assert!(refusal.reason.contains("T1") && refusal.remedy.contains("Service"), "{refusal:?}");
        }
    }
    let gone = PersonState { reach: Reach::default().with_do_not_contact(), ..state };
    let request = Request::new(PersonId(1), AccountId(1), Channel::Visit, at("2026-11-25"));
    assert_eq!(judge(&gone, &request, &Limits::default()).unwrap_err().code, "consent.do_not_contact", "their own no is said first");
}
