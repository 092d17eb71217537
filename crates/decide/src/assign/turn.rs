//! One resource's turn: what each open group could do with it, the knapsack, and the groups' new choices.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::group::{Scratch, codes, complete, each_bit, reduce, solve};
use super::knapsack::{Way, choose};
use super::model::{Model, SHORT, Status};

/// Most options of one resource in a group for which all combinations are tried; beyond, one change at a time.
const COMBINE: usize = 3;
/// Beyond, the group is also asked what it would do if the price were this many times as high.
const TILTS: [f64; 8] = [0.8, 0.97, 0.997, 0.9997, 1.0003, 1.003, 1.03, 1e6];
/// Tag of the way that is best at the prices.
const BASE: u32 = u32::MAX;

/// One resource's turn.
pub(super) struct Turn<'w, 'a> {
    pub m: &'w Model<'a>,
    pub price: &'w [f64],
    pub window: &'w [f64],
    /// Resources whose turn is over.
    pub frozen: &'w [bool],
    pub chosen: &'w [AtomicBool],
    pub r: usize,
}

/// What a way changes against the best choice at the prices.
#[derive(Clone, Copy)]
enum Change {
    None,
    /// Exactly these of the group's options of the resource.
    Exactly(u32),
    /// This option in or out.
    Flip(usize, Status),
    /// All as they would be at this multiple of the price.
    Tilt(f64),
}

/// A customer for the short method: bits of its options.
struct Short {
    customer: usize,
    reduced: [f64; SHORT],
    /// Frozen and taken.
    inside: u32,
    /// Not frozen, worth taking, of another resource.
    open: u32,
    /// Of this resource.
    mine: u32,
    /// Of this resource, near enough to be forced in.
    near: u32,
}

impl Turn<'_, '_> {
    /// Gives the resource's `capacity` to `groups`; returns whether they fit, and whether the knapsack was cut.
    pub fn run(&self, groups: &[u32], capacity: f64, s: &mut Scratch) -> (bool, bool) {
        let (mut ways, mut mine) = (Vec::with_capacity(3 * groups.len()), Vec::new());
        let mut tilted = Vec::new();
        for (item, &g) in groups.iter().enumerate() {
            match self.short(g as usize) {
                Some(x) => self.short_ways(&x, item as u32, &mut ways),
                None => {
                    self.mine(g as usize, &mut mine);
                    self.ways(g as usize, item as u32, &mine, &mut tilted, s, &mut ways);
                }
            }
        }
        let choice = choose(&ways, groups.len(), capacity);
        for (item, &g) in groups.iter().enumerate() {
            let tag = ways[choice.taken[item] as usize].tag;
            if tag == BASE {
                continue;
            }
            if let Some(x) = self.short(g as usize) {
                if let Some(taken) = self.short_solve(&x, tag) {
                    self.short_write(&x, taken);
                }
                continue;
            }
            self.mine(g as usize, &mut mine);
            if self.solve(g as usize, &mine, tag, &mut tilted, s).is_some() {
                self.write(g as usize, s);
            }
        }
        (choice.fits, choice.truncated)
    }

    fn short(&self, g: usize) -> Option<Short> {
        let m = self.m;
        let customer = m.short(g)?;
        let mut x = Short { customer, reduced: [0.0; SHORT], inside: 0, open: 0, mine: 0, near: 0 };
        let gaining = reduce(m, customer, self.price, &mut x.reduced);
        for (k, o) in m.p.options_of(customer).enumerate() {
            let r = m.resource(o);
            if r == self.r {
                x.mine |= 1 << k;
                x.near |= u32::from(x.reduced[k] > -2.0 * self.window[r] * m.p.amount[o]) << k;
            } else if !self.frozen[r] {
                x.open |= 1 << k;
            } else if self.chosen[o].load(Relaxed) {
                x.inside |= 1 << k;
            }
        }
        x.near |= x.mine & gaining;
        x.open &= gaining;
        (x.mine.count_ones() as usize <= COMBINE).then_some(x)
    }

    /// The customer's best choice with exactly the options `own` of this resource.
    fn short_solve(&self, x: &Short, own: u32) -> Option<u32> {
        let cap = self.m.customer_cap(x.customer);
        complete(self.m, cap, codes(self.m, x.customer), &x.reduced, x.inside | own, x.open)
    }

    fn short_ways(&self, x: &Short, item: u32, ways: &mut Vec<Way>) {
        let (first, m) = (ways.len(), self.m);
        let lo = m.p.options_of(x.customer).start;
        let mut best = (f64::NEG_INFINITY, 0);
        // All subsets of the near options, the empty one last.
        let mut own = x.near;
        loop {
            if let Some(taken) = self.short_solve(x, own) {
                let (mut value, mut weight) = (0.0, 0.0);
                each_bit(taken, |k| value += x.reduced[k]);
                each_bit(own, |k| weight += m.p.amount[lo + k]);
                if value > best.0 {
                    best = (value, own);
                }
                ways.push(Way { item, tag: own, weight, value: value + self.price[self.r] * weight });
            }
            if own == 0 {
                break;
            }
            own = (own - 1) & x.near;
        }
        let taken = self.short_solve(x, best.1).unwrap_or(x.inside);
        self.short_write(x, taken);
        for w in ways[first..].iter_mut().filter(|w| w.tag == best.1) {
            w.tag = BASE;
        }
    }

    fn short_write(&self, x: &Short, taken: u32) {
        for (k, o) in self.m.p.options_of(x.customer).enumerate() {
            self.chosen[o].store(taken >> k & 1 == 1, Relaxed);
        }
    }

    /// Options locked or of a frozen resource stay; those of this resource are free, and so are those to come.
    fn status(&self, o: usize) -> Status {
        let lock = self.m.status(o);
        let r = self.m.resource(o);
        if lock != Status::Free || r == self.r || !self.frozen[r] {
            lock
        } else if self.chosen[o].load(Relaxed) {
            Status::In
        } else {
            Status::Out
        }
    }

    /// Solves the group with the change `tag` names, or none; returns its value with this resource not priced, and its
    /// use of it. `tilted` becomes a copy of the prices.
    fn solve(&self, g: usize, mine: &[u32], tag: u32, tilted: &mut Vec<f64>, s: &mut Scratch) -> Option<(f64, f64)> {
        let m = self.m;
        let change = match tag {
            BASE => Change::None,
            _ if mine.len() <= COMBINE => Change::Exactly(tag),
            _ if tag as usize >= 2 * mine.len() => Change::Tilt(TILTS[tag as usize - 2 * mine.len()]),
            _ => Change::Flip(mine[tag as usize / 2] as usize, if tag & 1 == 1 { Status::In } else { Status::Out }),
        };
        let forced = |o: usize| match change {
            Change::Flip(x, status) if x == o => status,
            Change::Exactly(bits) if m.resource(o) == self.r => match mine.iter().position(|&x| x as usize == o) {
                Some(k) if bits >> k & 1 == 1 => Status::In,
                Some(_) => Status::Out,
                None => self.status(o),
            },
            _ => self.status(o),
        };
        let price = if let Change::Tilt(by) = change { by * self.price[self.r] } else { self.price[self.r] };
        if tilted.is_empty() {
            tilted.extend_from_slice(self.price);
        }
        tilted[self.r] = price;
        let reduced = solve(m, g, tilted, m.missing, forced, s)?;
        let of_r = s.chosen.iter().filter(|&&o| m.resource(o as usize) == self.r);
        let weight: f64 = of_r.map(|&o| m.p.amount[o as usize]).sum();
        Some((reduced + price * weight, weight))
    }

    /// The group's options of this resource that may change.
    fn mine(&self, g: usize, mine: &mut Vec<u32>) {
        mine.clear();
        self.m.each_option(g, |o| {
            if self.m.resource(o) == self.r && self.m.status(o) == Status::Free {
                mine.push(o as u32);
            }
        });
    }

    fn write(&self, g: usize, s: &Scratch) {
        self.m.each_option(g, |o| self.chosen[o].store(false, Relaxed));
        s.chosen.iter().for_each(|&o| self.chosen[o as usize].store(true, Relaxed));
    }

    fn ways(&self, g: usize, item: u32, mine: &[u32], tilted: &mut Vec<f64>, s: &mut Scratch, ways: &mut Vec<Way>) {
        let (m, l) = (self.m, self.price[self.r]);
        let Some((value, weight)) = self.solve(g, mine, BASE, tilted, s) else {
            // Cannot be: what is frozen was feasible when it was frozen. Leave the group as it is.
            let mut weight = 0.0;
            m.each_option(g, |o| {
                let counts = m.resource(o) == self.r && self.chosen[o].load(Relaxed);
                weight += if counts { m.p.amount[o] } else { 0.0 };
            });
            ways.push(Way { item, tag: BASE, weight, value: 0.0 });
            return;
        };
        self.write(g, s);
        ways.push(Way { item, tag: BASE, weight, value });
        let many = mine.len() > COMBINE;
        let tags = if many { 2 * mine.len() + TILTS.len() } else { 1 << mine.len() };
        for tag in 0..tags as u32 {
            if many && (tag as usize) < 2 * mine.len() {
                let o = mine[tag as usize / 2] as usize;
                let inside = self.chosen[o].load(Relaxed);
                let far = m.p.value[o] - l * m.p.amount[o] < -(2.0 * self.window[self.r]).min(0.5 * l) * m.p.amount[o];
                if inside == (tag & 1 == 1) || (far && !inside) {
                    continue;
                }
            }
            if let Some((value, weight)) = self.solve(g, mine, tag, tilted, s) {
                ways.push(Way { item, tag, weight, value });
            }
        }
    }
}
