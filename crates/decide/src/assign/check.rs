//! An independent check of a solution: feasibility and bound, from the problem, the plan and the prices alone.
//!
//! Shares no code with the solver (only the types a caller sees). The bound is weak duality: for any prices `>= 0`,
//! every plan that respects the limits is worth at most what the limits cost at these prices plus, customer by
//! customer, the best that a customer's own options can gain over their prices.

use serde::{Deserialize, Serialize};

use super::problem::{NO_ACCOUNT, NO_CAP, NO_RESOURCE, NO_SUBGROUP, Problem};
use super::solution::{Party, Solution};

/// What the check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The plan's value, summed again.
    pub objective: f64,
    /// The bound, computed again from the prices.
    pub bound: f64,
    /// `(bound - objective) / |bound|`.
    pub gap: f64,
    /// Everything that is wrong; empty if the solution is sound.
    pub faults: Vec<String>,
}

/// Most faults listed.
const LISTED: usize = 50;
/// Sums are compared up to this, relative.
const TOLERANCE: f64 = 1e-9;

const FREE: u8 = 0;
const LOCKED_IN: u8 = 1;
const LOCKED_OUT: u8 = 2;

/// Checks `s` against `p`, which must be valid.
///
/// Faults are: an option index out of range or twice, a lock not respected, a cap or capacity exceeded (beyond what
/// locked options use by themselves), a shortfall not reported or reported wrongly, a negative or missing price, and an
/// objective, use or bound that does not come out again within 1e-9 relative.
pub fn check(p: &Problem, s: &Solution) -> Checked {
    let mut c = Check { p, s, state: vec![FREE; p.value.len()], taken: vec![false; p.value.len()], faults: Vec::new() };
    p.locked_in.iter().for_each(|&o| c.state[o as usize] = LOCKED_IN);
    p.locked_out.iter().for_each(|&o| c.state[o as usize] = LOCKED_OUT);
    c.plan();
    c.resources();
    c.caps();
    let minimums = c.minimums();
    c.prices();
    let objective: f64 = (0..c.taken.len()).filter(|&o| c.taken[o]).map(|o| p.value[o]).sum();
    let bound = if c.faults.is_empty() { c.bound(&minimums) } else { f64::NAN };
    c.same("objective", s.objective, objective, objective.abs());
    if c.faults.is_empty() {
        c.same("bound", s.bound, bound, bound.abs());
        if objective > bound + TOLERANCE * (1.0 + bound.abs()) {
            c.fault(format!("objective {objective} is above the bound {bound}"));
        }
    }
    let gap = if bound == objective { 0.0 } else { (bound - objective) / bound.abs() };
    Checked { objective, bound, gap, faults: c.faults }
}

struct Check<'a> {
    p: &'a Problem,
    s: &'a Solution,
    taken: Vec<bool>,
    /// Free, locked in or locked out, by option.
    state: Vec<u8>,
    faults: Vec<String>,
}

/// Minimums as the plan meets them, by customer and by account.
type Minimums = (Vec<u32>, Vec<u32>);

impl Check<'_> {
    fn fault(&mut self, what: String) {
        if self.faults.len() < LISTED {
            self.faults.push(what);
        }
    }

    fn same(&mut self, what: &str, said: f64, is: f64, scale: f64) {
        let off = (said - is).abs();
        if off.is_nan() || off > TOLERANCE * (1.0 + scale) {
            self.fault(format!("{what} is {is}, the solution says {said}"));
        }
    }

    fn plan(&mut self) {
        for &o in &self.s.chosen {
            match self.taken.get_mut(o as usize) {
                None => self.fault(format!("option {o} does not exist")),
                Some(t) if *t => self.fault(format!("option {o} is taken twice")),
                Some(t) => *t = true,
            }
        }
        for &o in &self.p.locked_in {
            if !self.taken[o as usize] {
                self.fault(format!("option {o} is locked in and not taken"));
            }
        }
        for &o in &self.p.locked_out {
            if self.taken[o as usize] {
                self.fault(format!("option {o} is locked out and taken"));
            }
        }
    }

    fn resources(&mut self) {
        let p = self.p;
        let n = p.capacity.len();
        let (mut used, mut locked) = (vec![0.0; n], vec![0.0; n]);
        for o in (0..p.value.len()).filter(|&o| self.taken[o] && p.resource[o] != NO_RESOURCE) {
            let r = p.resource[o] as usize;
            used[r] += p.amount[o];
            locked[r] += if self.state[o] == LOCKED_IN { p.amount[o] } else { 0.0 };
        }
        if self.s.used.len() != n {
            return self.fault(format!("use of {} resources is given, there are {n}", self.s.used.len()));
        }
        for r in 0..n {
            let limit = p.capacity[r].max(locked[r]);
            if used[r] > limit + 2.0 * TOLERANCE * (1.0 + limit) {
                self.fault(format!("resource {r}: {} used of {limit}", used[r]));
            }
            self.same(&format!("use of resource {r}"), self.s.used[r], used[r], used[r]);
        }
    }

    fn caps(&mut self) {
        let p = self.p;
        let accounts = p.account_cap.len();
        let (mut by_account, mut locked_by_account) = (vec![0u32; accounts], vec![0u32; accounts]);
        for i in 0..p.option_start.len().saturating_sub(1) {
            let range = p.option_start[i] as usize..p.option_start[i + 1] as usize;
            let mine: Vec<usize> = range.filter(|&o| self.taken[o]).collect();
            let locked = mine.iter().filter(|&&o| self.state[o] == LOCKED_IN).count();
            let cap = if p.customer_cap.is_empty() { p.default_customer_cap } else { p.customer_cap[i] };
            if mine.len() > locked.max(cap as usize) {
                self.fault(format!("customer {i}: {} contacts, at most {cap}", mine.len()));
            }
            for &o in mine.iter().filter(|&&o| p.subgroup[o] != NO_SUBGROUP) {
                let same = |x: &&usize| p.subgroup[**x] == p.subgroup[o];
                let (n, cap) = (mine.iter().filter(same).count(), p.subgroup_cap[p.subgroup[o] as usize]);
                let locked = mine.iter().filter(same).filter(|&&x| self.state[x] == LOCKED_IN).count();
                if n > locked.max(cap as usize) {
                    self.fault(format!("customer {i}: {n} of subgroup {}, at most {cap}", p.subgroup[o]));
                }
            }
            if let Some(&a) = p.account.get(i).filter(|&&a| a != NO_ACCOUNT) {
                by_account[a as usize] += mine.len() as u32;
                locked_by_account[a as usize] += locked as u32;
            }
        }
        for a in 0..accounts {
            if by_account[a] > p.account_cap[a].max(locked_by_account[a]) {
                self.fault(format!("account {a}: {} contacts, at most {}", by_account[a], p.account_cap[a]));
            }
        }
    }

    /// Compares the shortfalls reported with those there are.
    fn minimums(&mut self) -> Minimums {
        let p = self.p;
        let count = |i: usize| {
            let range = p.option_start[i] as usize..p.option_start[i + 1] as usize;
            range.filter(|&o| self.taken[o]).count() as u32
        };
        let (mut customers, mut accounts) = (p.customer_min.clone(), p.account_min.clone());
        let mut missing = Vec::new();
        for (i, m) in customers.iter_mut().enumerate().filter(|(_, m)| **m > 0) {
            let have = count(i);
            if have < *m {
                missing.push((Party::Customer(i as u32), *m - have));
                *m = have;
            }
        }
        if !accounts.is_empty() {
            let mut have = vec![0; accounts.len()];
            for (i, &a) in p.account.iter().enumerate().filter(|&(_, &a)| a != NO_ACCOUNT) {
                have[a as usize] += count(i);
            }
            for (a, m) in accounts.iter_mut().enumerate() {
                if have[a] < *m {
                    missing.push((Party::Account(a as u32), *m - have[a]));
                    *m = have[a];
                }
            }
        }
        let said: Vec<(Party, u32)> = self.s.shortfalls.iter().map(|s| (s.party, s.missing)).collect();
        if said != missing {
            self.fault(format!("{} minimums are missed, the solution reports {}", missing.len(), said.len()));
        }
        (customers, accounts)
    }

    fn prices(&mut self) {
        let (p, x) = (self.p, &self.s.prices);
        let accounts = p.account_cap.len();
        let lengths = [(x.resource.len(), p.capacity.len()), (x.account_cap.len(), accounts), (x.account_min.len(), accounts)];
        let customers = x.customer_min.iter().map(|k| k.1);
        let all = x.resource.iter().chain(&x.account_cap).chain(&x.account_min).copied().chain(customers);
        let sound = all.into_iter().all(|l| l >= 0.0 && l.is_finite());
        let known = x.customer_min.iter().all(|k| (k.0 as usize) < p.customer_min.len());
        let once = x.customer_min.windows(2).all(|w| w[0].0 < w[1].0);
        if lengths.iter().any(|(have, want)| have != want) || !sound || !known || !once {
            self.fault("prices must be one a limit, finite and at least 0".to_string());
        }
    }

    fn bound(&self, minimums: &Minimums) -> f64 {
        let (p, x) = (self.p, &self.s.prices);
        let n = p.option_start.len().saturating_sub(1);
        let mut locked_use = vec![0.0; p.capacity.len()];
        let mut locked_contacts = vec![0u32; p.account_cap.len()];
        let mut needed = vec![0.0; if x.customer_min.is_empty() { 0 } else { n }];
        x.customer_min.iter().for_each(|&(i, l)| needed[i as usize] = l);
        let mut bound = 0.0;
        let mut gains: Vec<(f64, u8)> = Vec::new();
        for i in 0..n {
            let account = p.account.get(i).copied().filter(|&a| a != NO_ACCOUNT).map(|a| a as usize);
            let shift = needed.get(i).copied().unwrap_or(0.0) + account.map_or(0.0, |a| x.account_min[a] - x.account_cap[a]);
            gains.clear();
            let mut held: Vec<u8> = Vec::new();
            for o in p.option_start[i] as usize..p.option_start[i + 1] as usize {
                let r = p.resource[o];
                let cost = if r == NO_RESOURCE { 0.0 } else { x.resource[r as usize] * p.amount[o] };
                let gain = p.value[o] - cost + shift;
                if self.state[o] == LOCKED_IN {
                    bound += gain;
                    held.push(p.subgroup[o]);
                    if r != NO_RESOURCE {
                        locked_use[r as usize] += p.amount[o];
                    }
                } else if gain > 0.0 && self.state[o] == FREE {
                    gains.push((gain, p.subgroup[o]));
                }
            }
            if let Some(a) = account {
                locked_contacts[a] += held.len() as u32;
            }
            bound += self.best_of(i, &mut gains, held);
            bound -= needed.get(i).map_or(0.0, |l| if *l > 0.0 { l * f64::from(minimums.0[i]) } else { 0.0 });
        }
        for (r, &locked) in locked_use.iter().enumerate() {
            if x.resource[r] > 0.0 {
                bound += x.resource[r] * p.capacity[r].max(locked);
            }
        }
        for (a, &locked) in locked_contacts.iter().enumerate() {
            if x.account_cap[a] > 0.0 && p.account_cap[a] != NO_CAP {
                bound += x.account_cap[a] * f64::from(p.account_cap[a].max(locked));
            } else if x.account_cap[a] > 0.0 {
                return f64::INFINITY;
            }
            if x.account_min[a] > 0.0 {
                bound -= x.account_min[a] * f64::from(minimums.1.get(a).copied().unwrap_or(0));
            }
        }
        bound
    }

    /// Most that customer `i` can gain from options not locked, beside the `held` ones.
    fn best_of(&self, i: usize, gains: &mut [(f64, u8)], mut held: Vec<u8>) -> f64 {
        let p = self.p;
        let cap = if p.customer_cap.is_empty() { p.default_customer_cap } else { p.customer_cap[i] } as usize;
        gains.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut sum = 0.0;
        for &(gain, code) in gains.iter() {
            let same = held.iter().filter(|&&h| h == code).count();
            let open = code == NO_SUBGROUP || same < p.subgroup_cap[code as usize] as usize;
            if held.len() < cap && open {
                sum += gain;
                held.push(code);
            }
        }
        sum
    }
}
