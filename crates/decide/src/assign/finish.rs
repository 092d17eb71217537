//! After the knapsacks: what is still over a limit goes out, what still fits goes in, and the plan gets its proof.

use std::sync::atomic::AtomicBool;

use super::chunks::in_chunks;
use super::group::{Scratch, each_bit, pick, solve};
use super::model::{Model, SHORT, Status};
use super::problem::{NO_ACCOUNT, Problem};
use super::solution::{Party, Prices, Shortfall, Stats};

/// The plan as it is being finished.
pub(super) struct Draft<'m, 'a> {
    m: &'m Model<'a>,
    chosen: Vec<bool>,
    used: Vec<f64>,
    /// Contacts of each account; empty without accounts.
    by_account: Vec<u32>,
}

/// A finished plan, without its proof.
pub(super) struct Plan {
    pub chosen: Vec<u32>,
    pub objective: f64,
    pub used: Vec<f64>,
    pub shortfalls: Vec<Shortfall>,
}

impl Plan {
    /// True if this plan misses fewer contacts of minimums, or as many and is worth more.
    pub fn beats(&self, other: &Plan) -> bool {
        let missing = |p: &Plan| p.shortfalls.iter().map(|s| u64::from(s.missing)).sum::<u64>();
        let (a, b) = (missing(self), missing(other));
        a < b || (a == b && self.objective > other.objective)
    }

    /// True if both plans miss the same minimums by the same number.
    pub fn covers_like(&self, other: &Plan) -> bool {
        let key = |s: &Shortfall| (s.party, s.missing);
        self.shortfalls.iter().map(key).eq(other.shortfalls.iter().map(key))
    }
}

fn slack(capacity: f64) -> f64 {
    1e-9 * (1.0 + capacity.abs())
}

impl<'m, 'a> Draft<'m, 'a> {
    pub fn new(m: &'m Model<'a>, chosen: Vec<AtomicBool>) -> Self {
        let chosen: Vec<bool> = chosen.into_iter().map(AtomicBool::into_inner).collect();
        let used = use_of(m, &chosen);
        let mut by_account = vec![0; m.p.account_cap.len()];
        if !by_account.is_empty() {
            for c in 0..m.p.account.len() {
                let a = m.p.account[c];
                if a != NO_ACCOUNT {
                    by_account[a as usize] += m.p.options_of(c).filter(|&o| chosen[o]).count() as u32;
                }
            }
        }
        Draft { m, chosen, used, by_account }
    }

    fn account_of(&self, c: usize) -> Option<usize> {
        self.m.p.account.get(c).filter(|&&a| a != NO_ACCOUNT).map(|&a| a as usize)
    }

    fn flip(&mut self, c: usize, o: usize) {
        let sign = if self.chosen[o] { -1.0 } else { 1.0 };
        self.used[self.m.resource(o)] += sign * self.m.p.amount[o];
        if let Some(a) = self.account_of(c) {
            self.by_account[a] = if self.chosen[o] { self.by_account[a] - 1 } else { self.by_account[a] + 1 };
        }
        self.chosen[o] = !self.chosen[o];
    }

    /// Contacts of customer `c`, and of `o`'s subgroup in it.
    fn counts(&self, c: usize, o: usize) -> (u32, u32) {
        let p = self.m.p;
        let taken = p.options_of(c).filter(|&x| self.chosen[x]);
        taken.fold((0, 0), |(n, same), x| (n + 1, same + u32::from(p.subgroup[x] == p.subgroup[o])))
    }

    /// Takes contacts out where a resource is over its capacity: the least valuable per unit first, those that a
    /// minimum needs last.
    pub fn repair(&mut self, stats: &mut Stats) {
        let m = self.m;
        let over = |d: &Self, r: usize| d.used[r] > m.capacity[r] + slack(m.capacity[r]);
        if !(0..m.capacity.len()).any(|r| over(self, r)) {
            return;
        }
        let mut out: Vec<(bool, f64, u32, u32)> = Vec::new();
        for c in 0..m.p.customers() {
            for o in m.p.options_of(c).filter(|&o| self.chosen[o] && m.p.amount[o] > 0.0) {
                if over(self, m.resource(o)) && m.status(o) == Status::Free {
                    let needed = self.counts(c, o).0 <= m.customer_min(c)
                        || self.account_of(c).is_some_and(|a| self.by_account[a] <= m.account_min(a as u32));
                    out.push((needed, m.p.value[o] / m.p.amount[o], o as u32, c as u32));
                }
            }
        }
        out.sort_unstable_by(|x, y| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)).then(x.2.cmp(&y.2)));
        for (_, _, o, c) in out {
            if over(self, m.resource(o as usize)) {
                self.flip(c as usize, o as usize);
                stats.repairs += 1;
            }
        }
    }

    /// Adds contacts where everything allows: first those that a minimum lacks, then those worth something.
    pub fn fill(&mut self, stats: &mut Stats) {
        let m = self.m;
        let fits = |d: &Self, o: usize| {
            let r = m.resource(o);
            d.used[r] + m.p.amount[o] <= m.capacity[r] + slack(m.capacity[r])
        };
        let lacking = |d: &Self, c: usize, n: u32| {
            n < m.customer_min(c) || d.account_of(c).is_some_and(|a| d.by_account[a] < m.account_min(a as u32))
        };
        let minimums = m.has_minimums();
        let this = &*self;
        let parts = in_chunks(m.p.customers(), |range| {
            let mut add: Vec<(bool, f64, u32, u32)> = Vec::new();
            for c in range {
                for o in m.p.options_of(c) {
                    let wanted = minimums || m.p.value[o] > 0.0;
                    if this.chosen[o] || !wanted || !fits(this, o) || m.status(o) != Status::Free {
                        continue;
                    }
                    let lacks = minimums && lacking(this, c, this.counts(c, o).0);
                    if (lacks || m.p.value[o] > 0.0) && this.room(c, o) {
                        add.push((lacks, m.p.value[o], o as u32, c as u32));
                    }
                }
            }
            add
        });
        let mut add = parts.concat();
        add.sort_unstable_by(|x, y| y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then(x.2.cmp(&y.2)));
        for (_, v, o, c) in add {
            let (o, c) = (o as usize, c as usize);
            if fits(self, o) && self.room(c, o) && (v > 0.0 || lacking(self, c, self.counts(c, o).0)) {
                self.flip(c, o);
                stats.fills += 1;
            }
        }
    }

    /// True if the caps allow one more, `o`, for customer `c`.
    fn room(&self, c: usize, o: usize) -> bool {
        let m = self.m;
        let (n, same) = self.counts(c, o);
        n < m.customer_cap(c)
            && same < m.subgroup_cap(m.p.subgroup[o])
            && self.account_of(c).is_none_or(|a| self.by_account[a] < m.p.account_cap[a])
    }

    /// The finished plan.
    pub fn plan(self) -> Plan {
        let (chosen, objective) = self.list();
        let shortfalls = self.shortfalls();
        Plan { chosen, objective, used: self.used, shortfalls }
    }

    fn list(&self) -> (Vec<u32>, f64) {
        let parts = in_chunks(self.chosen.len(), |range| {
            let mut sum = 0.0;
            let mut list = Vec::new();
            for o in range.filter(|&o| self.chosen[o]) {
                sum += self.m.p.value[o];
                list.push(o as u32);
            }
            (list, sum)
        });
        let mut list = Vec::with_capacity(parts.iter().map(|p| p.0.len()).sum());
        parts.iter().for_each(|p| list.extend_from_slice(&p.0));
        (list, parts.iter().map(|p| p.1).sum())
    }

    /// Minimums of the caller's problem that the plan misses.
    fn shortfalls(&self) -> Vec<Shortfall> {
        let (m, p) = (self.m, self.m.p);
        let mut list = Vec::new();
        let mut note = |party, have: u32, want: u32, reach: u32| {
            if have < want {
                list.push(Shortfall { party, missing: want - have, structural: have >= reach });
            }
        };
        for c in 0..p.customer_min.len() {
            if p.customer_min[c] > 0 {
                let have = p.options_of(c).filter(|&o| self.chosen[o]).count() as u32;
                note(Party::Customer(c as u32), have, p.customer_min[c], m.customer_min[c]);
            }
        }
        for a in 0..p.account_min.len() {
            note(Party::Account(a as u32), self.by_account[a], p.account_min[a], m.account_min[a]);
        }
        list
    }
}

fn use_of(m: &Model, chosen: &[bool]) -> Vec<f64> {
    let parts = in_chunks(chosen.len(), |range| {
        let mut used = vec![0.0; m.capacity.len()];
        range.filter(|&o| chosen[o]).for_each(|o| used[m.resource(o)] += m.p.amount[o]);
        used
    });
    let mut used = vec![0.0; m.capacity.len()];
    parts.iter().for_each(|p| used.iter_mut().zip(p).for_each(|(a, b)| *a += b));
    used
}

/// The dual function at `price` with the minimums in `m`, which must all be attainable, and the prices within groups.
///
/// The limits of a group form a laminar family, so its linear programme has the same optimum as the integer problem,
/// and prices read off its greedy solution prove it: the account's price lies between the last option taken and the
/// first one left, and a customer's minimum costs what its last needed option lacks.
pub(super) fn prove(m: &Model, price: &[f64]) -> (f64, Prices) {
    let accounts = m.p.account_cap.len();
    let grouped = accounts > 0 || !m.customer_min.is_empty();
    let parts = in_chunks(m.groups(), |range| {
        let (mut s, mut r) = (Scratch::default(), [0.0; SHORT]);
        let (mut sum, mut inner) = (0.0, Vec::new());
        for g in range {
            if let Some(c) = m.short(g) {
                each_bit(pick(m, c, price, &mut r), |k| sum += r[k]);
                continue;
            }
            sum += solve(m, g, price, f64::INFINITY, |o| m.status(o), &mut s).unwrap_or(0.0);
            if grouped {
                inner.push((g, super::dual::of_group(m, g, price, &s.chosen)));
            }
        }
        (sum, inner)
    });
    let mut prices = Prices { resource: price[..price.len() - 1].to_vec(), ..Prices::default() };
    prices.account_cap = vec![0.0; accounts];
    prices.account_min = vec![0.0; accounts];
    let paid = |(l, t): (&f64, &f64)| if *l > 0.0 { l * t } else { 0.0 };
    let mut bound: f64 = price.iter().zip(&m.capacity).map(paid).sum();
    for (sum, inner) in parts {
        bound += sum;
        for (g, dual) in inner {
            let a = m.group_account(g);
            if a != NO_ACCOUNT {
                prices.account_cap[a as usize] = dual.cap;
                prices.account_min[a as usize] = dual.min;
            }
            prices.customer_min.extend(dual.customers);
        }
    }
    prices.customer_min.sort_unstable_by_key(|k| k.0);
    (bound, prices)
}

/// The minimums of `p`, lowered by what the plan misses.
pub(super) fn lowered(p: &Problem, shortfalls: &[Shortfall]) -> (Vec<u32>, Vec<u32>) {
    let (mut customers, mut accounts) = (p.customer_min.clone(), p.account_min.clone());
    for s in shortfalls {
        match s.party {
            Party::Customer(c) => customers[c as usize] -= s.missing,
            Party::Account(a) => accounts[a as usize] -= s.missing,
            _ => {}
        }
    }
    (customers, accounts)
}
