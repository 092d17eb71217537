//! Snapshot ──► contact allocation ──► plan and report. Pure: the same snapshot gives the same plan on any number of threads.

use super::eligibility;
use super::model::{ActionPlan, Candidate, OwnerPrice, PlanReport, PlannedAction, RefusalCount, Snapshot};
use rounds_decide::assign::{self, NO_CAP, Opt, Party, Problem, Settings, Solution};
use rounds_kernel::{Channel, Error, Result, Role};
use std::collections::BTreeMap;

mod candidates;
pub mod explain;
mod reasons;
mod response;
mod schedule;

/// Rule code for people whose owner had something to propose, but other contacts were worth more of the week.
pub const CROWDED_OUT: &str = "crowded_out";

/// Live contacts and written ones: at most one of each a person and week, so that spacing can always be kept.
const LIVE: u8 = 0;
const WRITTEN: u8 = 1;

/// What is planned with, beside the problem itself.
struct Draft {
    problem: Problem,
    /// Candidate of each option; none for a commitment's option.
    options: Vec<Option<Candidate>>,
    refusals: BTreeMap<(u32, usize), (u32, u32)>,
    candidates: u64,
}

/// Makes the plan.
///
/// # Errors
/// `assign.…` if the snapshot contradicts itself (a fault of ours, not of the data).
pub fn make(snapshot: &Snapshot, threads: usize) -> Result<ActionPlan> {
    let draft = draft(snapshot);
    let solution = assign::solve(&draft.problem, &Settings { threads })?;
    verify(&draft.problem, &solution)?;
    let chosen: Vec<Candidate> = solution.chosen.iter().filter_map(|o| draft.options[*o as usize]).collect();
    let slots = schedule::week(snapshot, &chosen);
    let mut actions: Vec<PlannedAction> = chosen.iter().zip(slots).map(|(c, s)| action(snapshot, c, s)).collect();
    actions.sort_by_key(|a| (a.owner, a.day, a.start_at.is_none(), a.start_at, a.person, a.channel));
    Ok(ActionPlan { actions, report: report(snapshot, &draft, &solution, &chosen) })
}

/// The bound and the limits once more, by code that shares nothing with the solver.
fn verify(problem: &Problem, solution: &Solution) -> Result<()> {
    match assign::check(problem, solution).faults.first() {
        None => Ok(()),
        Some(fault) => Err(contradiction(fault)),
    }
}

fn draft(snapshot: &Snapshot) -> Draft {
    let monday = snapshot.week.monday();
    let mut capacity: Vec<f64> = snapshot.owners.iter().map(|o| f64::from(o.minutes)).collect();
    let mut committed: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, c) in snapshot.commitments.iter().enumerate() {
        if c.done {
            capacity[c.owner as usize] = (capacity[c.owner as usize] - f64::from(c.minutes)).max(0.0);
        } else {
            committed.entry(c.person).or_default().push(i);
        }
    }
    let mut d = Draft { problem: Problem::new(capacity), options: Vec::new(), refusals: BTreeMap::new(), candidates: 0 };
    d.problem.subgroup_cap = vec![1, 1];
    let mut found = Vec::new();
    for (p, person) in snapshot.people.iter().enumerate() {
        found.clear();
        candidates::of_person(snapshot, p, &mut found);
        d.candidates += found.len() as u64;
        sift(snapshot, &found, &mut d);
        for i in committed.get(&(p as u32)).into_iter().flatten() {
            let c = &snapshot.commitments[*i];
            let option =
                d.problem.push_option(Opt { value: 0.0, resource: c.owner, amount: f64::from(c.minutes), subgroup: subgroup(c.channel) });
            d.problem.locked_in.push(option);
            d.options.push(None);
        }
        d.problem.end_customer();
        d.problem.customer_cap.push(eligibility::contacts_left(person, &snapshot.accounts[person.account as usize].country_rule, monday));
        d.problem.account.push(person.account);
    }
    account_limits(snapshot, &mut d.problem);
    d
}

fn subgroup(channel: Channel) -> u8 {
    if eligibility::is_live(channel) { LIVE } else { WRITTEN }
}

/// Puts the candidates that pass every rule into the problem and counts the others by owner and rule.
fn sift(snapshot: &Snapshot, found: &[Candidate], d: &mut Draft) {
    // By owner: gravest refusal so far, and whether anything passed.
    let mut by_owner: BTreeMap<u32, (usize, bool)> = BTreeMap::new();
    for c in found {
        let entry = by_owner.entry(c.owner).or_insert((usize::MAX, false));
        match eligibility::first_refusal(&eligibility::Case::new(snapshot, c)) {
            Some(rule) => {
                entry.0 = entry.0.min(rule);
                d.refusals.entry((c.owner, rule)).or_default().1 += 1;
            }
            None => {
                entry.1 = true;
                d.problem.push_option(Opt {
                    value: c.value,
                    resource: c.owner,
                    amount: f64::from(c.minutes),
                    subgroup: subgroup(c.channel),
                });
                d.options.push(Some(*c));
            }
        }
    }
    for (owner, (rule, any)) in by_owner {
        if !any && rule != usize::MAX {
            d.refusals.entry((owner, rule)).or_default().0 += 1;
        }
    }
}

fn account_limits(snapshot: &Snapshot, problem: &mut Problem) {
    let monday = snapshot.week.monday();
    let mut done = vec![0u32; snapshot.accounts.len()];
    for p in &snapshot.people {
        let week = p.contacts.iter().filter(|c| c.outbound && c.day >= monday && c.day < monday.plus(7)).count();
        done[p.account as usize] += week as u32;
    }
    for (a, done) in snapshot.accounts.iter().zip(done) {
        let cap = if snapshot.limits.account_week == NO_CAP { NO_CAP } else { snapshot.limits.account_week.saturating_sub(done) };
        problem.account_cap.push(cap);
        let key = a.links.iter().any(|l| l.1 == Role::KeyAccountManager);
        let lately = a.last_live.is_some_and(|d| monday.0 - d.0 < snapshot.limits.key_account_days);
        problem.account_min.push(u32::from(key && !lately && done == 0));
    }
}

fn action(snapshot: &Snapshot, c: &Candidate, slot: schedule::Slot) -> PlannedAction {
    let person = &snapshot.people[c.person as usize];
    PlannedAction {
        owner: snapshot.owners[c.owner as usize].id,
        account: snapshot.accounts[person.account as usize].id,
        person: person.id,
        channel: c.channel,
        purpose: c.purpose,
        product: c.product.map(|p| snapshot.products[p as usize].id),
        unit: snapshot.units[c.unit as usize].clone(),
        day: slot.day,
        start_at: slot.start_at,
        minutes: c.minutes,
        value: c.value,
        reason: reasons::of(snapshot, c),
    }
}

fn report(snapshot: &Snapshot, draft: &Draft, solution: &Solution, chosen: &[Candidate]) -> PlanReport {
    let mut refusals: Vec<RefusalCount> = draft
        .refusals
        .iter()
        .map(|((owner, rule), (people, candidates))| RefusalCount {
            owner: snapshot.owners[*owner as usize].id,
            rule: eligibility::RULES[*rule].code.to_owned(),
            people: *people,
            candidates: *candidates,
        })
        .collect();
    refusals.extend(crowded_out(snapshot, draft, chosen));
    let prices = snapshot.owners.iter().enumerate().map(|(i, o)| OwnerPrice {
        owner: o.id,
        per_minute: solution.prices.resource.get(i).copied().unwrap_or_default(),
        used: solution.used.get(i).copied().unwrap_or_default(),
        capacity: f64::from(o.minutes),
    });
    let missed = solution.shortfalls.iter().filter_map(|s| match s.party {
        Party::Account(a) => Some(snapshot.accounts[a as usize].id),
        _ => None,
    });
    PlanReport {
        objective: solution.objective,
        bound: solution.bound,
        gap: solution.gap,
        candidates: draft.candidates,
        eligible: draft.options.iter().flatten().count() as u64,
        people: snapshot.people.len() as u64,
        refusals,
        prices: prices.collect(),
        uncovered_key_accounts: missed.collect(),
    }
}

/// By owner, people with something eligible whom nobody got to, because other contacts were worth more.
fn crowded_out(snapshot: &Snapshot, draft: &Draft, chosen: &[Candidate]) -> Vec<RefusalCount> {
    let mut met = vec![false; snapshot.people.len()];
    chosen.iter().for_each(|c| met[c.person as usize] = true);
    let mut counts: BTreeMap<u32, (u32, u32, u32)> = BTreeMap::new();
    for c in draft.options.iter().flatten().filter(|c| !met[c.person as usize]) {
        let e = counts.entry(c.owner).or_insert((0, 0, u32::MAX));
        e.1 += 1;
        if e.2 != c.person {
            (e.0, e.2) = (e.0 + 1, c.person);
        }
    }
    counts
        .into_iter()
        .map(|(owner, (people, candidates, _))| RefusalCount {
            owner: snapshot.owners[owner as usize].id,
            rule: CROWDED_OUT.into(),
            people,
            candidates,
        })
        .collect()
}

/// A plan that cannot be made is a fault of ours.
pub(super) fn contradiction(detail: impl std::fmt::Display) -> Error {
    Error::internal(format!("the plan contradicts its snapshot: {detail}"))
}
