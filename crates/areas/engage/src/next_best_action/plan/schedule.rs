//! Which day and when: spreads an owner's actions over the working week, visits to one account on one day, calls within the
//! customer's hours, the east first.

use super::super::eligibility::{Case, first_day, is_live};
use super::super::model::{Candidate, Snapshot};
use rounds_kernel::{Channel, Day, Time};
use std::collections::BTreeMap;

/// Customers are met and called between these minutes of their own day: 08:30 to 17:00.
const OPEN: i64 = 510;
const CLOSE: i64 = 1_020;
/// An owner's day starts at 08:30 of their own zone and ends at 18:00.
const DAY_START: i64 = 510;
const DAY_END: i64 = 1_080;
const WORKING_DAYS: usize = 5;

/// When an action is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub day: Day,
    pub start_at: Option<Time>,
}

/// One slot for each candidate, in their order.
pub(super) fn week(snapshot: &Snapshot, chosen: &[Candidate]) -> Vec<Slot> {
    let monday = snapshot.week.monday();
    let mut slots = vec![Slot { day: monday, start_at: None }; chosen.len()];
    let mut by_owner: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    chosen.iter().enumerate().for_each(|(i, c)| by_owner.entry(c.owner).or_default().push(i));
    for (owner, mine) in by_owner {
        let days = spread(snapshot, chosen, owner, mine);
        for (offset, today) in days.into_iter().enumerate() {
            let day = monday.plus(offset as i32);
            for (i, start_at) in hours(snapshot, chosen, owner, day, today) {
                slots[i] = Slot { day, start_at };
            }
        }
    }
    slots
}

/// Gives each action a day: the best first, visits with the other visits to the account, days evenly filled.
fn spread(snapshot: &Snapshot, chosen: &[Candidate], owner: u32, mut mine: Vec<usize>) -> [Vec<usize>; WORKING_DAYS] {
    let monday = snapshot.week.monday();
    let total: u32 = mine.iter().map(|i| chosen[*i].minutes).sum();
    let per_day = f64::from(total.max(snapshot.owners[owner as usize].minutes)) / WORKING_DAYS as f64;
    mine.sort_by(|a, b| {
        let rank = |i: &usize| (chosen[*i].channel != Channel::Visit, !is_live(chosen[*i].channel));
        rank(a).cmp(&rank(b)).then(chosen[*b].value.total_cmp(&chosen[*a].value)).then(a.cmp(b))
    });
    let mut days: [Vec<usize>; WORKING_DAYS] = Default::default();
    let mut load = [0.0f64; WORKING_DAYS];
    let mut visit_day: BTreeMap<u32, usize> = BTreeMap::new();
    for i in mine {
        let c = &chosen[i];
        let account = snapshot.people[c.person as usize].account;
        let earliest = if is_live(c.channel) { (first_day(&Case::new(snapshot, c)).0 - monday.0).clamp(0, 4) as usize } else { 0 };
        let minutes = f64::from(c.minutes);
        let same = visit_day
            .get(&account)
            .copied()
            .filter(|d| c.channel == Channel::Visit && *d >= earliest && load[*d] + minutes <= per_day * 1.2);
        let holidays = &snapshot.accounts[account as usize].country_rule.no_calls;
        let open = |d: &usize| !(is_call(c.channel) && holidays[*d]);
        let fits = (earliest..WORKING_DAYS).find(|d| open(d) && load[*d] + minutes <= per_day);
        let emptiest =
            (earliest..WORKING_DAYS).min_by(|a, b| open(b).cmp(&open(a)).then(load[*a].total_cmp(&load[*b]))).unwrap_or(WORKING_DAYS - 1);
        let day = same.or(fits).unwrap_or(emptiest);
        load[day] += minutes;
        if c.channel == Channel::Visit {
            visit_day.insert(account, day);
        }
        days[day].push(i);
    }
    days
}

fn is_call(channel: Channel) -> bool {
    matches!(channel, Channel::Phone | Channel::Video)
}

/// When the customer may be met or called on a day, in minutes of their own day, and whether at all.
fn customer_hours(snapshot: &Snapshot, account: u32, channel: Channel, day: Day) -> (i64, i64, bool) {
    if !is_call(channel) {
        return (OPEN, CLOSE, true);
    }
    let rule = &snapshot.accounts[account as usize].country_rule;
    let holiday = usize::try_from(day.0 - snapshot.week.monday().0).ok().and_then(|d| rule.no_calls.get(d)).copied().unwrap_or(false);
    (OPEN.max(i64::from(rule.calls_from)), CLOSE.min(i64::from(rule.calls_to)), !holiday)
}

/// Starts within a day, one after the other, in the owner's hours and the customers'; customers in the east come first.
fn hours(snapshot: &Snapshot, chosen: &[Candidate], owner: u32, day: Day, mut today: Vec<usize>) -> Vec<(usize, Option<Time>)> {
    let account = |i: usize| snapshot.people[chosen[i].person as usize].account;
    let ahead = |i: usize| day.utc_offset_minutes(&snapshot.accounts[account(i) as usize].zone);
    let mine = day.utc_offset_minutes(&snapshot.owners[owner as usize].zone);
    today.sort_by_key(|i| (chosen[*i].channel != Channel::Visit, std::cmp::Reverse(ahead(*i)), account(*i), *i));
    let mut clock = DAY_START;
    let mut out = Vec::with_capacity(today.len());
    for i in today {
        let c = &chosen[i];
        let shift = ahead(i) - mine;
        let (from, to, may) = customer_hours(snapshot, account(i), c.channel, day);
        let start = clock.max(from - shift);
        let end = start + i64::from(c.minutes);
        let fits = may && is_live(c.channel) && end <= DAY_END && end + shift <= to;
        if fits {
            clock = end;
        }
        out.push((i, fits.then(|| Time::at_day(day).plus_minutes(start - mine))));
    }
    out
}
