//! Why, and why not: answered from a plan's own snapshot, by the same candidates and rules, at any later time.

use super::super::eligibility::{Case, RULES};
use super::super::model::{Candidate, PlanReport, Snapshot};
use super::{candidates, reasons};
use rounds_kernel::Channel;
use std::collections::BTreeSet;

/// What became of one possible contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Owner's name.
    pub owner: String,
    /// Channel.
    pub channel: Channel,
    /// Business unit.
    pub unit: String,
    /// Product to speak about.
    pub product: Option<String>,
    /// Points; zero if there is nothing to speak about.
    pub value: f64,
    /// Points that the owner's minutes for it cost at the plan's price of their time.
    pub cost: f64,
    /// Every rule that refuses, as (title, words).
    pub refusals: Vec<(String, String)>,
    /// Why it would be made.
    pub reason: String,
}

/// All possible contacts of the person with id `person`, best first; empty if the snapshot does not know them.
pub fn person(snapshot: &Snapshot, report: &PlanReport, person: i64) -> Vec<Verdict> {
    let Ok(p) = snapshot.people.binary_search_by_key(&person, |x| x.id) else { return Vec::new() };
    let mut found = Vec::new();
    candidates::of_person(snapshot, p, &mut found);
    let mut all: Vec<Verdict> = found.iter().map(|c| verdict(snapshot, report, c)).collect();
    all.sort_by(|a, b| a.refusals.len().min(1).cmp(&b.refusals.len().min(1)).then((b.value - b.cost).total_cmp(&(a.value - a.cost))));
    all
}

fn verdict(s: &Snapshot, report: &PlanReport, c: &Candidate) -> Verdict {
    let case = Case::new(s, c);
    let refusals = RULES.iter().filter(|r| (r.refuses)(&case)).map(|r| (r.title.to_owned(), (r.words)(&case))).collect();
    let owner = &s.owners[c.owner as usize];
    let price = report.prices.iter().find(|p| p.owner == owner.id).map_or(0.0, |p| p.per_minute);
    Verdict {
        owner: owner.name.clone(),
        channel: c.channel,
        unit: s.units[c.unit as usize].clone(),
        product: c.product.map(|p| s.products[p as usize].name.clone()),
        value: c.value,
        cost: price * f64::from(c.minutes),
        refusals,
        reason: reasons::of(s, c),
    }
}

/// One sentence for a verdict that is not in the plan.
pub fn why_not(v: &Verdict) -> String {
    match v.refusals.first() {
        Some((_, words)) => words.clone(),
        None if v.value <= v.cost => format!("{}'s time was worth more elsewhere.", v.owner),
        None => "Another contact with this person, or with this account, took its place.".into(),
    }
}

/// People whom `rule` kept from the owner with user id `owner`, with the words of the refusal; at most `limit`. `met` are the people whom the
/// plan meets: they are not crowded out.
pub fn held_back(
    snapshot: &Snapshot,
    report: &PlanReport,
    owner: i64,
    rule: &str,
    met: &BTreeSet<i64>,
    limit: usize,
) -> Vec<(i64, String)> {
    let mut out = Vec::new();
    let Some(o) = snapshot.owners.iter().position(|x| x.id == owner) else { return out };
    let crowded = rule == super::CROWDED_OUT;
    let mut found = Vec::new();
    for p in 0..snapshot.people.len() {
        let account = &snapshot.accounts[snapshot.people[p].account as usize];
        if out.len() >= limit || !account.links.iter().any(|l| l.2 as usize == o) {
            continue;
        }
        found.clear();
        candidates::of_person(snapshot, p, &mut found);
        let mine = found.iter().filter(|c| c.owner as usize == o).map(|c| Case::new(snapshot, c)).collect::<Vec<_>>();
        let first: Vec<Option<usize>> = mine.iter().map(super::super::eligibility::first_refusal).collect();
        let gravest = first.iter().flatten().min().filter(|_| first.iter().all(Option::is_some));
        match gravest {
            Some(r) if RULES[*r].code == rule => {
                let at = first.iter().position(|f| f == &Some(*r)).unwrap_or_default();
                out.push((snapshot.people[p].id, (RULES[*r].words)(&mine[at])));
            }
            None if crowded && !mine.is_empty() && !met.contains(&snapshot.people[p].id) => {
                let best = found.iter().map(|c| verdict(snapshot, report, c)).filter(|v| v.refusals.is_empty());
                if let Some(v) = best.max_by(|a, b| (a.value - a.cost).total_cmp(&(b.value - b.cost))) {
                    out.push((snapshot.people[p].id, why_not(&v)));
                }
            }
            _ => {}
        }
    }
    out
}
