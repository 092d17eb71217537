//! The problem as the solver sees it: limits raised to what is locked, groups, and minimums that can be met at all.

use super::chunks::in_chunks;
use super::problem::{NO_ACCOUNT, NO_CAP, NO_SUBGROUP, Problem};
use super::solution::{Overlock, Party};

/// Where an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Free,
    In,
    Out,
}

/// A validated problem made ready to solve.
///
/// A *group* is the largest set of options tied by limits other than resources: the customers of an account with a cap
/// or a minimum, or else one customer. Once resources are priced, groups are independent, and the best choice within
/// one is found exactly (`group.rs`).
pub(super) struct Model<'a> {
    pub p: &'a Problem,
    /// By resource, raised to what is locked; one entry more, infinite, for options that use no resource.
    pub capacity: Vec<f64>,
    /// By option, or empty if nothing is locked.
    pub lock: Vec<Status>,
    /// By customer: needs the general method (locks, a minimum, many options). Empty if no customer does.
    special: Vec<bool>,
    /// Minimums that the customer's own options and caps allow; empty if there are none.
    pub customer_min: Vec<u32>,
    /// Likewise by account.
    pub account_min: Vec<u32>,
    groups: Option<Groups>,
    /// Weight of one missing contact, against values.
    pub missing: f64,
    pub overlocks: Vec<Overlock>,
    /// By resource, as `capacity`.
    pub scale: Vec<Scale>,
}

/// What the options of one resource are like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scale {
    /// Mean and largest value per unit.
    pub worth: f64,
    pub most: f64,
    /// Mean amount.
    pub amount: f64,
}

struct Groups {
    start: Vec<u32>,
    customers: Vec<u32>,
    account: Vec<u32>,
}

/// Most options of a customer that the short method takes.
pub(super) const SHORT: usize = 16;

impl<'a> Model<'a> {
    pub fn new(p: &'a Problem) -> Self {
        let mut lock = Vec::new();
        if !(p.locked_in.is_empty() && p.locked_out.is_empty()) {
            lock = vec![Status::Free; p.options()];
            p.locked_in.iter().for_each(|&o| lock[o as usize] = Status::In);
            p.locked_out.iter().for_each(|&o| lock[o as usize] = Status::Out);
        }
        let mut m = Model {
            p,
            capacity: p.capacity.clone(),
            lock,
            special: Vec::new(),
            customer_min: p.customer_min.clone(),
            account_min: p.account_min.clone(),
            groups: None,
            missing: 0.0,
            overlocks: Vec::new(),
            scale: Vec::new(),
        };
        m.capacity.push(f64::INFINITY);
        m.use_locked();
        m.groups = m.make_groups();
        m.lower_minimums();
        m.mark_special();
        m.measure();
        m
    }

    /// Scales of value and amount by resource, and the weight of a missing contact.
    fn measure(&mut self) {
        let parts = in_chunks(self.p.options(), |range| {
            let (mut sums, mut largest) = (vec![(0.0, 0.0, 0.0, 0.0_f64); self.capacity.len()], 0.0_f64);
            for o in range {
                let (v, t) = (self.p.value[o], self.p.amount[o]);
                largest = largest.max(v.abs());
                let s = &mut sums[self.resource(o)];
                (s.0, s.1) = (s.0 + t, s.1 + 1.0);
                if t > 0.0 && v > 0.0 {
                    (s.2, s.3) = (s.2 + v, s.3.max(v / t));
                }
            }
            (sums, largest)
        });
        let mut sums = vec![(0.0, 0.0, 0.0, 0.0_f64); self.capacity.len()];
        for (part, largest) in parts {
            self.missing = self.missing.max(10.0 * largest + 1.0);
            for (s, x) in sums.iter_mut().zip(part) {
                *s = (s.0 + x.0, s.1 + x.1, s.2 + x.2, s.3.max(x.3));
            }
        }
        // A resource wanted only for minimums has no worth of its own, and still needs a price to be rationed by.
        let minimums = self.has_minimums();
        self.scale = sums
            .iter()
            .map(|&(amount, count, value, most)| {
                let worth = if amount > 0.0 { value / amount } else { 0.0 };
                let worth = if minimums && amount > 0.0 { worth.max(1e-3 * self.missing * count / amount) } else { worth };
                Scale { worth, most: most.max(worth), amount: if count > 0.0 { amount / count } else { 0.0 } }
            })
            .collect();
    }

    pub fn has_minimums(&self) -> bool {
        !(self.customer_min.is_empty() && self.account_min.is_empty())
    }

    /// Resource index of option `o`, the last one standing for none.
    #[inline]
    pub fn resource(&self, o: usize) -> usize {
        (self.p.resource[o] as usize).min(self.capacity.len() - 1)
    }

    #[inline]
    pub fn status(&self, o: usize) -> Status {
        if self.lock.is_empty() { Status::Free } else { self.lock[o] }
    }

    pub fn locked_in(&self, o: usize) -> bool {
        self.status(o) == Status::In
    }

    #[inline]
    pub fn customer_cap(&self, i: usize) -> u32 {
        if self.p.customer_cap.is_empty() { self.p.default_customer_cap } else { self.p.customer_cap[i] }
    }

    #[inline]
    pub fn customer_min(&self, i: usize) -> u32 {
        if self.customer_min.is_empty() { 0 } else { self.customer_min[i] }
    }

    pub fn account_min(&self, a: u32) -> u32 {
        if a == NO_ACCOUNT || self.account_min.is_empty() { 0 } else { self.account_min[a as usize] }
    }

    #[inline]
    pub fn subgroup_cap(&self, code: u8) -> u32 {
        if code == NO_SUBGROUP { NO_CAP } else { self.p.subgroup_cap[code as usize] }
    }

    pub fn groups(&self) -> usize {
        self.groups.as_ref().map_or(self.p.customers(), |g| g.account.len())
    }

    /// Calls `f` for every customer of group `g`.
    #[inline]
    pub fn each_customer(&self, g: usize, mut f: impl FnMut(usize)) {
        match &self.groups {
            None => f(g),
            Some(k) => {
                k.customers[k.start[g] as usize..k.start[g + 1] as usize].iter().for_each(|&c| f(c as usize));
            }
        }
    }

    /// Calls `f` for every option of group `g`.
    #[inline]
    pub fn each_option(&self, g: usize, mut f: impl FnMut(usize)) {
        self.each_customer(g, |c| self.p.options_of(c).for_each(&mut f));
    }

    /// The account of group `g`, if its limits tie the group together.
    #[inline]
    pub fn group_account(&self, g: usize) -> u32 {
        self.groups.as_ref().map_or(NO_ACCOUNT, |k| k.account[g])
    }

    /// The one customer of group `g`, if the short method can take it.
    #[inline]
    pub fn short(&self, g: usize) -> Option<usize> {
        let c = match &self.groups {
            None => g,
            Some(k) if k.account[g] == NO_ACCOUNT => k.customers[k.start[g] as usize] as usize,
            Some(_) => return None,
        };
        if self.special(c) { None } else { Some(c) }
    }

    /// True if customer `c` needs the general method.
    #[inline]
    pub fn special(&self, c: usize) -> bool {
        !self.special.is_empty() && self.special[c]
    }

    fn use_locked(&mut self) {
        let p = self.p;
        if p.locked_in.is_empty() {
            return;
        }
        let mut used = vec![0.0; self.capacity.len()];
        let mut by_account = vec![0u32; p.account_cap.len()];
        let mut last = usize::MAX;
        for &o in &p.locked_in {
            used[self.resource(o as usize)] += p.amount[o as usize];
            let c = p.customer_of(o);
            if let Some(&a) = p.account.get(c).filter(|&&a| a != NO_ACCOUNT) {
                by_account[a as usize] += 1;
            }
            if c != last {
                self.check_customer_locks(c);
                last = c;
            }
        }
        for (r, &u) in used.iter().enumerate() {
            let limit = self.capacity[r];
            if u > limit {
                self.overlocks.push(Overlock { party: Party::Resource(r as u32), used: u, limit });
            }
            self.capacity[r] = limit.max(u);
        }
        for (a, &u) in by_account.iter().enumerate().filter(|&(a, &u)| u > p.account_cap[a]) {
            let (used, limit) = (f64::from(u), f64::from(p.account_cap[a]));
            self.overlocks.push(Overlock { party: Party::Account(a as u32), used, limit });
        }
    }

    fn check_customer_locks(&mut self, c: usize) {
        let p = self.p;
        let locked = |o: &usize| self.lock[*o] == Status::In;
        let count = p.options_of(c).filter(locked).count();
        let mut over = Vec::new();
        let cap = self.customer_cap(c);
        if count > cap as usize {
            let party = Party::Customer(c as u32);
            over.push(Overlock { party, used: count as f64, limit: f64::from(cap) });
        }
        let mut codes: Vec<u8> = p.options_of(c).filter(locked).map(|o| p.subgroup[o]).collect();
        codes.sort_unstable();
        for run in codes.chunk_by(|a, b| a == b) {
            let (code, cap) = (run[0], self.subgroup_cap(run[0]));
            if run.len() > cap as usize {
                let party = Party::Subgroup { customer: c as u32, code };
                over.push(Overlock { party, used: run.len() as f64, limit: f64::from(cap) });
            }
        }
        self.overlocks.extend(over);
    }

    /// By account: whether its customers together could have more contacts than its cap allows.
    fn binding(&self) -> Vec<bool> {
        let p = self.p;
        let mut most = vec![0u32; p.account_cap.len()];
        for (c, &a) in p.account.iter().enumerate() {
            if a != NO_ACCOUNT && p.account_cap[a as usize] != NO_CAP && most[a as usize] <= p.account_cap[a as usize] {
                most[a as usize] = most[a as usize].saturating_add(self.attainable(c));
            }
        }
        most.iter().zip(&p.account_cap).map(|(most, cap)| most > cap).collect()
    }

    fn make_groups(&self) -> Option<Groups> {
        let p = self.p;
        if p.account.is_empty() {
            return None;
        }
        let binding = self.binding();
        let tied = |a: u32| a != NO_ACCOUNT && (binding[a as usize] || self.account_min(a) > 0);
        // Groups are numbered by their first customer, so that neighbours in memory stay neighbours in work.
        let mut of_account = vec![u32::MAX; p.account_cap.len()];
        let (mut account, mut group) = (Vec::new(), Vec::with_capacity(p.customers()));
        for &a in &p.account {
            if !tied(a) {
                group.push(account.len() as u32);
                account.push(NO_ACCOUNT);
            } else {
                if of_account[a as usize] == u32::MAX {
                    of_account[a as usize] = account.len() as u32;
                    account.push(a);
                }
                group.push(of_account[a as usize]);
            }
        }
        let mut start = vec![0u32; account.len() + 1];
        group.iter().for_each(|&g| start[g as usize + 1] += 1);
        (0..account.len()).for_each(|g| start[g + 1] += start[g]);
        let mut next = start.clone();
        let mut customers = vec![0; group.len()];
        for (c, &g) in group.iter().enumerate() {
            customers[next[g as usize] as usize] = c as u32;
            next[g as usize] += 1;
        }
        Some(Groups { start, customers, account })
    }

    /// Most contacts that customer `c` can have under its own caps and locks.
    fn attainable(&self, c: usize) -> u32 {
        let p = self.p;
        let mut counts: Vec<(u8, u32, u32)> = Vec::new();
        for o in p.options_of(c).filter(|&o| self.status(o) != Status::Out) {
            let code = p.subgroup[o];
            let locked = u32::from(self.locked_in(o));
            match counts.iter_mut().find(|k| k.0 == code) {
                Some(k) => (k.1, k.2) = (k.1 + 1, k.2 + locked),
                None => counts.push((code, 1, locked)),
            }
        }
        let locked: u32 = counts.iter().map(|k| k.2).sum();
        let free: u32 = counts.iter().map(|&(code, all, locked)| all.min(self.subgroup_cap(code).max(locked))).sum();
        free.min(self.customer_cap(c).max(locked))
    }

    fn lower_minimums(&mut self) {
        if !self.has_minimums() {
            return;
        }
        let reach: Vec<u32> = (0..self.p.customers()).map(|c| self.attainable(c)).collect();
        self.customer_min.iter_mut().zip(&reach).for_each(|(m, &r)| *m = (*m).min(r));
        for g in 0..self.groups() {
            let a = self.group_account(g);
            if a != NO_ACCOUNT {
                self.lower_account(g, a, &reach);
            }
        }
        // An account without any customer is in no group, and cannot be covered.
        if !self.account_min.is_empty() {
            let mut seen = vec![false; self.account_min.len()];
            self.p.account.iter().filter(|&&a| a != NO_ACCOUNT).for_each(|&a| seen[a as usize] = true);
            self.account_min.iter_mut().zip(&seen).for_each(|(m, &s)| *m = if s { *m } else { 0 });
        }
    }

    fn lower_account(&mut self, g: usize, a: u32, reach: &[u32]) {
        let p = self.p;
        let (mut members, mut sum, mut locked) = (Vec::new(), 0u32, 0u32);
        self.each_customer(g, |c| {
            let own = p.options_of(c).filter(|&o| self.locked_in(o)).count() as u32;
            (sum, locked) = (sum + reach[c], locked + own);
            members.push((c, own));
        });
        let cap = p.account_cap[a as usize].max(locked);
        if let Some(m) = self.account_min.get_mut(a as usize) {
            *m = (*m).min(sum).min(cap);
        }
        if self.customer_min.is_empty() {
            return;
        }
        let best = |c: usize| p.options_of(c).map(|o| p.value[o]).fold(f64::NEG_INFINITY, f64::max);
        members.sort_by(|x, y| best(x.0).total_cmp(&best(y.0)).then(x.0.cmp(&y.0)));
        let mut wanted: u32 = members.iter().map(|&(c, own)| self.customer_min[c].max(own)).sum();
        for &(c, own) in &members {
            while wanted > cap && self.customer_min[c] > own {
                self.customer_min[c] -= 1;
                wanted -= 1;
            }
        }
    }

    fn mark_special(&mut self) {
        let p = self.p;
        let long = |c: &usize| p.options_of(*c).len() > SHORT;
        let any_long = (0..p.customers()).any(|c| long(&c));
        if self.lock.is_empty() && self.customer_min.is_empty() && !any_long {
            return;
        }
        self.special = (0..p.customers())
            .map(|c| long(&c) || self.customer_min(c) > 0 || p.options_of(c).any(|o| self.status(o) != Status::Free))
            .collect();
    }
}
