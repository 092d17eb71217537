//! Verifies a plan from its snapshot alone. Shares no code with candidates, rules, allocation or schedule: it says in its own
//! words what a week's plan must respect, and counts every breach.

use super::model::{ActionPlan, PlannedAction, Snapshot, Standing};
use rounds_kernel::{Channel, Outcome, Purpose, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the checker found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// Actions looked at.
    pub actions: u64,
    /// Single statements verified.
    pub statements: u64,
    /// Breaches, in words; empty for a sound plan.
    pub breaches: Vec<String>,
}

impl CheckReport {
    fn hold(&mut self, holds: bool, words: impl FnOnce() -> String) {
        self.statements += 1;
        if !holds {
            self.breaches.push(words());
        }
    }
}

/// Checks every action by itself and all sums.
pub fn check(s: &Snapshot, plan: &ActionPlan) -> CheckReport {
    let mut r = CheckReport { actions: plan.actions.len() as u64, ..CheckReport::default() };
    let people: BTreeMap<i64, usize> = s.people.iter().enumerate().map(|(i, p)| (p.id, i)).collect();
    let owners: BTreeMap<i64, usize> = s.owners.iter().enumerate().map(|(i, o)| (o.id, i)).collect();
    let mut by_person: BTreeMap<usize, Vec<&PlannedAction>> = BTreeMap::new();
    for a in &plan.actions {
        let (Some(&p), Some(&o)) = (people.get(&a.person), owners.get(&a.owner)) else {
            r.hold(false, || format!("person {} or owner {} is not in the snapshot", a.person, a.owner));
            continue;
        };
        one(s, a, p, o, &mut r);
        by_person.entry(p).or_default().push(a);
    }
    by_person.iter().for_each(|(p, mine)| person(s, *p, mine, &mut r));
    sums(s, plan, &people, &owners, &mut r);
    r
}

fn one(s: &Snapshot, a: &PlannedAction, p: usize, o: usize, r: &mut CheckReport) {
    let (person, owner) = (&s.people[p], &s.owners[o]);
    let account = &s.accounts[person.account as usize];
    let what = || format!("{} of {} to person {}", a.channel.code(), owner.name, person.id);
    r.hold(account.id == a.account, || format!("{}: the person is not at account {}", what(), a.account));
    let covers = account.links.iter().any(|(u, role, who)| *who as usize == o && *role == owner.role && s.units[*u as usize] == a.unit);
    r.hold(covers, || format!("{}: no coverage for {} at account {}", what(), a.unit, account.id));
    r.hold(!person.do_not_contact, || format!("{}: asked for no contact", what()));
    let standing = person.standing[a.channel as usize];
    r.hold(standing == Standing::Granted || standing == Standing::UnknownAllowed, || format!("{}: no permission", what()));
    if let (Channel::Visit, Some(access)) = (a.channel, &person.access) {
        use rounds_consent::access::AccessRule as Rule;
        let agreed = person.contacts.iter().any(|c| c.outbound && matches!(c.outcome, Some(Outcome::MeetingBooked | Outcome::DemoBooked)));
        let may = matches!(access.rule, Rule::Open | Rule::Hours) || access.rule == Rule::AppointmentOnly && agreed;
        r.hold(may, || format!("{}: {}", what(), access.words()));
    }
    let silenced = a.purpose != Purpose::Service && person.quiet.iter().any(|q| (q.from..=q.to).contains(&a.day));
    r.hold(!silenced, || format!("{}: {} lies in a tender's quiet period", what(), a.day));
    let address = match a.channel {
        Channel::Visit => true,
        Channel::Phone => person.has_phone,
        Channel::Video | Channel::Email | Channel::Webinar => person.has_email,
    };
    r.hold(address, || format!("{}: no address", what()));
    let weekday = a.day.0 - s.week.monday().0;
    r.hold((0..5).contains(&weekday), || format!("{}: {} is no working day of the week", what(), a.day));
    let dismissed = person.dismissed.iter().any(|(c, until)| *c == a.channel && *until > s.week.monday());
    r.hold(!dismissed, || format!("{}: dismissed lately", what()));
    if let Some(t) = a.start_at {
        let local = t.in_zone(&account.zone);
        let clock = local.get(11..16).unwrap_or_default();
        r.hold(("08:30".."17:00").contains(&clock), || format!("{}: {clock} is outside the customer's hours", what()));
        if matches!(a.channel, Channel::Phone | Channel::Video) {
            let rule = &account.country_rule;
            let hm = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
            r.hold((hm(rule.calls_from)..hm(rule.calls_to)).contains(&clock.to_owned()), || {
                format!("{}: nobody is called at {clock}", what())
            });
            let holiday = usize::try_from(weekday).is_ok_and(|d| rule.no_calls.get(d) == Some(&true));
            r.hold(!holiday, || format!("{}: {} is a public holiday", what(), a.day));
        }
    }
    r.hold(!a.reason.is_empty() && a.value > 0.0, || format!("{}: no reason or no worth", what()));
}

fn live(c: Channel) -> bool {
    !matches!(c, Channel::Email | Channel::Webinar)
}

/// Frequency and spacing of one person over all owners, with what the week has seen already.
fn person(s: &Snapshot, p: usize, mine: &[&PlannedAction], r: &mut CheckReport) {
    let (person, monday) = (&s.people[p], s.week.monday().0);
    let open = s.commitments.iter().filter(|c| c.person as usize == p && !c.done).count();
    let past = person.contacts.iter().filter(|c| c.outbound && c.day.0 < monday + 7);
    let week = past.clone().filter(|c| c.day.0 >= monday).count() + open + mine.len();
    let four = past.clone().filter(|c| c.day.0 >= monday - 21).count() + open + mine.len();
    let most = &s.accounts[person.account as usize].country_rule;
    r.hold(week <= most.person_week as usize, || format!("person {}: {week} contacts in the week", person.id));
    r.hold(four <= most.person_four_weeks as usize, || format!("person {}: {four} contacts in four weeks", person.id));
    let mut days: Vec<i32> = mine.iter().filter(|a| live(a.channel)).map(|a| a.day.0).collect();
    days.sort_unstable();
    let apart = days.windows(2).all(|d| d[1] - d[0] >= s.limits.live_spacing_days);
    r.hold(apart, || format!("person {}: live contacts too close together", person.id));
    let met = person.contacts.iter().filter(|c| c.outbound && live(c.channel) && c.outcome != Some(Outcome::NoAnswer));
    let last = met.map(|c| c.day.0).max();
    if let (Some(last), Some(first)) = (last, days.first()) {
        r.hold(first - last >= s.limits.live_spacing_days, || format!("person {}: too soon after day {last}", person.id));
    }
}

/// Owners' minutes, accounts' contacts, key accounts.
fn sums(s: &Snapshot, plan: &ActionPlan, people: &BTreeMap<i64, usize>, owners: &BTreeMap<i64, usize>, r: &mut CheckReport) {
    let mut minutes = vec![0u32; s.owners.len()];
    let mut contacts = vec![0u32; s.accounts.len()];
    let mut planned = vec![0u32; s.accounts.len()];
    let monday = s.week.monday().0;
    for p in &s.people {
        contacts[p.account as usize] += p.contacts.iter().filter(|c| c.outbound && (monday..monday + 7).contains(&c.day.0)).count() as u32;
    }
    let mut held = vec![0u32; s.owners.len()];
    for c in &s.commitments {
        held[c.owner as usize] += c.minutes;
        if !c.done {
            contacts[s.people[c.person as usize].account as usize] += 1;
        }
    }
    for a in &plan.actions {
        if let (Some(p), Some(o)) = (people.get(&a.person), owners.get(&a.owner)) {
            minutes[*o] += a.minutes;
            planned[s.people[*p].account as usize] += 1;
        }
    }
    for (i, o) in s.owners.iter().enumerate() {
        // Commitments may exceed the week by themselves; then nothing may be added.
        let room = o.minutes.saturating_sub(held[i]);
        r.hold(minutes[i] <= room, || format!("{}: {} minutes planned, {room} free", o.name, minutes[i]));
    }
    let missed: Vec<i64> = plan.report.uncovered_key_accounts.clone();
    for (i, a) in s.accounts.iter().enumerate() {
        let room = s.limits.account_week.saturating_sub(contacts[i]);
        r.hold(planned[i] <= room, || format!("account {}: {} contacts planned, {room} left", a.id, planned[i]));
        let key = a.links.iter().any(|l| l.1 == Role::KeyAccountManager);
        let lately = a.last_live.is_some_and(|d| monday - d.0 < s.limits.key_account_days);
        if key && !lately {
            r.hold(planned[i] + contacts[i] > 0 || missed.contains(&a.id), || format!("key account {}: no contact and not reported", a.id));
        }
    }
}
