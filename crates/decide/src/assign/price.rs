//! Prices of the resources: the Lagrangian dual, by rounds of price adjustment.
//!
//! With price `l[r]` on resource `r`, groups are independent and the dual function is
//! `D(l) = sum_r l[r] T[r] + sum_g max_x sum_o (v[o] - l[r(o)] t[o]) x[o]`, an upper bound for every `l >= 0` (Geoffrion,
//! Lagrangean relaxation for integer programming, 1974); `T[r] - use[r](l)` is a subgradient. Here each resource
//! steps on its own: its use falls roughly as a power of its price, so the step is a secant in logarithms, and once
//! the price is bracketed, a regula falsi inside the bracket. First rounds look at a sample of the groups, later ones
//! at all, and the last at the *core* only: groups whose choice can still change within a small move of the prices
//! (Balas and Zemel, An algorithm for large zero-one knapsack problems, 1980). Where values and minutes come from
//! tables, many customers tie, use jumps, and each resource's price moves the others': there, secants do not settle, and
//! subgradient steps of all prices together follow.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::chunks::in_chunks;
use super::group::{self, Scratch, each_bit, near_tie, pick, unsettled};
use super::model::{Model, SHORT, Scale};
use super::solution::Stats;

const SAMPLE_ROUNDS: u32 = 8;
const FULL_ROUNDS: u32 = 3;
const CORE_ROUNDS: u32 = 14;
/// Error of the dual at which a core is trusted, relative.
const TRUST: f64 = 1e-6;
/// Half-widths of the cores tried, relative to the price.
const CORES: [f64; 3] = [0.12, 0.3, 0.6];
/// Above, use jumps at the best prices (tables of values and minutes tie), secants do not settle, and polishing pays.
const UNREST: f64 = 0.005;
/// Most rounds of polishing, fruitless rounds before aiming lower, and first and last aim, relative to the dual.
const POLISH_ROUNDS: u32 = 200;
const PATIENCE: u32 = 6;
const AIM: (f64, f64) = (4e-3, 1e-5);
/// Narrowest bracket, relative to the price.
const NUDGE: f64 = 1e-4;

/// What the groups do at given prices.
pub(super) struct Sweep {
    /// Use of each resource.
    pub usage: Vec<f64>,
    /// Sum of the groups' best reduced values.
    pub reduced: f64,
}

impl Sweep {
    fn zero(m: &Model) -> Self {
        Sweep { usage: vec![0.0; m.capacity.len()], reduced: 0.0 }
    }

    pub fn add(&mut self, other: &Sweep) {
        self.usage.iter_mut().zip(&other.usage).for_each(|(a, b)| *a += b);
        self.reduced += other.reduced;
    }

    /// The dual function's value at `price`.
    pub fn dual(&self, m: &Model, price: &[f64]) -> f64 {
        let paid = |(l, t): (&f64, &f64)| if *l > 0.0 { l * t } else { 0.0 };
        self.reduced + price.iter().zip(&m.capacity).map(paid).sum::<f64>()
    }
}

/// Best choices of the groups `group(0..n)` at `price`.
pub(super) fn sweep(m: &Model, price: &[f64], missing: f64, n: usize, group: impl Fn(usize) -> usize + Sync) -> Sweep {
    let parts = in_chunks(n, |range| {
        let (mut part, mut s, mut r) = (Sweep::zero(m), Scratch::default(), [0.0; SHORT]);
        for k in range {
            best(m, group(k), price, missing, &mut s, &mut r, &mut part, |_| ());
        }
        part
    });
    let mut sum = Sweep::zero(m);
    parts.iter().for_each(|p| sum.add(p));
    sum
}

/// Adds the best choice of group `g` to `part` and calls `take` for every option of it; returns the taken bits if the
/// short method was used.
#[inline]
#[allow(clippy::too_many_arguments, reason = "the innermost loop's buffers; a struct would be built a million times")]
fn best(
    m: &Model,
    g: usize,
    price: &[f64],
    missing: f64,
    s: &mut Scratch,
    r: &mut [f64; SHORT],
    part: &mut Sweep,
    mut take: impl FnMut(usize),
) -> Option<u32> {
    if let Some(c) = m.short(g) {
        let taken = pick(m, c, price, r);
        let lo = m.p.option_start[c] as usize;
        each_bit(taken, |k| {
            part.usage[m.resource(lo + k)] += m.p.amount[lo + k];
            part.reduced += r[k];
            take(lo + k);
        });
        return Some(taken);
    }
    // Locks raise every cap they exceed, so a group is never infeasible here.
    part.reduced += group::best(m, g, price, missing, s);
    for &o in &s.chosen {
        part.usage[m.resource(o as usize)] += m.p.amount[o as usize];
        take(o as usize);
    }
    None
}

/// The groups still open within `window` (value per unit by resource), and what the closed ones do.
pub(super) struct Core {
    pub open: Vec<u32>,
    pub closed: Sweep,
    /// All groups together.
    pub all: Sweep,
}

/// Finds the core at `price`; where `chosen` is given, it also receives every group's choice.
pub(super) fn core(m: &Model, price: &[f64], missing: f64, window: &[f64], chosen: Option<&[AtomicBool]>) -> Core {
    let parts = in_chunks(m.groups(), |range| {
        let (mut closed, mut opened) = (Sweep::zero(m), Sweep::zero(m));
        let (mut s, mut r, mut open) = (Scratch::default(), [0.0; SHORT], Vec::new());
        for g in range {
            // Whether the group is open is known only after its choice is; so look first, then add to the right sum.
            let is_open = match m.short(g) {
                Some(c) => {
                    let taken = pick(m, c, price, &mut r);
                    near_tie(m, c, taken, &r, window)
                }
                None => unsettled(m, g, price, window),
            };
            if is_open {
                open.push(g as u32);
            }
            let part = if is_open { &mut opened } else { &mut closed };
            best(m, g, price, missing, &mut s, &mut r, part, |o| {
                if let Some(x) = chosen {
                    x[o].store(true, Relaxed);
                }
            });
        }
        (open, closed, opened)
    });
    let mut core = Core { open: Vec::new(), closed: Sweep::zero(m), all: Sweep::zero(m) };
    for (open, closed, opened) in &parts {
        core.open.extend(open);
        core.closed.add(closed);
        core.all.add(opened);
    }
    core.all.add(&core.closed);
    core
}

/// One resource's path.
#[derive(Clone)]
struct Path {
    scale: f64,
    /// Logarithms of price and of use over capacity in the last round.
    last: Option<(f64, f64)>,
    elasticity: f64,
    /// Prices known to be too low and too high, with the logarithm of use over capacity there.
    low: Option<(f64, f64)>,
    high: Option<(f64, f64)>,
    fixed: bool,
}

/// The state of the search.
struct Search<'m, 'a> {
    m: &'m Model<'a>,
    paths: Vec<Path>,
    price: Vec<f64>,
    best: (f64, Vec<f64>),
    /// Worth of the capacity over- and underused at the best prices, relative to the dual.
    unrest: f64,
}

/// What [`find`] found.
pub(super) struct Found {
    /// Near-optimal prices, one a resource and a 0 for none.
    pub price: Vec<f64>,
    /// The dual function's value there.
    pub dual: f64,
    /// The prices before polishing, if they were polished.
    pub rough: Option<Vec<f64>>,
}

/// Near-optimal prices.
pub(super) fn find(m: &Model, stats: &mut Stats) -> Found {
    let n = m.groups();
    let mut search = Search::new(m);
    let stride = if n >= 5_000 { 8 } else { 1 };
    for _ in 0..SAMPLE_ROUNDS {
        let mut s = sweep(m, &search.price, m.missing, n / stride, |k| k * stride);
        s.usage.iter_mut().for_each(|u| *u *= stride as f64);
        search.step(&s);
        stats.sample_rounds += 1;
    }
    search.forget();
    for _ in 0..FULL_ROUNDS {
        let s = sweep(m, &search.price, m.missing, n, |k| k);
        search.judge(&s);
        search.step(&s);
        stats.full_rounds += 1;
    }
    for width in CORES {
        if search.on_core(width, stats) {
            break;
        }
    }
    let mut rough = None;
    if search.unrest > UNREST {
        rough = Some(search.best.1.clone());
        search.polish(stats);
    }
    let (dual, price) = search.best;
    Found { price, dual, rough }
}

impl<'m, 'a> Search<'m, 'a> {
    fn new(m: &'m Model<'a>) -> Self {
        let path = |(s, &cap): (&Scale, &f64)| Path {
            scale: s.worth,
            last: None,
            elasticity: 1.0,
            low: None,
            high: None,
            fixed: s.worth <= 0.0 || cap <= 0.0 || cap.is_infinite(),
        };
        let start = |(s, &cap): (&Scale, &f64)| {
            if cap.is_infinite() {
                0.0
            } else if cap <= 0.0 {
                s.most
            } else {
                s.worth
            }
        };
        let paths = m.scale.iter().zip(&m.capacity).map(path).collect();
        let price = m.scale.iter().zip(&m.capacity).map(start).collect();
        Search { m, paths, price, best: (f64::INFINITY, Vec::new()), unrest: 0.0 }
    }

    fn forget(&mut self) {
        self.paths.iter_mut().for_each(|p| (p.last, p.elasticity, p.low, p.high) = (None, 1.0, None, None));
    }

    fn judge(&mut self, s: &Sweep) {
        let dual = s.dual(self.m, &self.price);
        if dual < self.best.0 {
            let paid = (0..self.price.len()).filter(|&r| self.price[r] > 0.0);
            let off: f64 = paid.map(|r| self.price[r] * (s.usage[r] - self.m.capacity[r]).abs()).sum();
            self.unrest = off / dual.abs().max(f64::MIN_POSITIVE);
            self.best = (dual, self.price.clone());
        }
    }

    fn step(&mut self, s: &Sweep) {
        for (r, path) in self.paths.iter_mut().enumerate().filter(|(_, p)| !p.fixed) {
            let over = (s.usage[r] / self.m.capacity[r]).max(1e-9).ln();
            self.price[r] = path.next(self.price[r], over);
        }
    }

    /// Rounds on the core around the present prices; false if the core was too narrow to be trusted.
    fn on_core(&mut self, width: f64, stats: &mut Stats) -> bool {
        let m = self.m;
        let window: Vec<f64> = self.price.iter().map(|l| l * width).collect();
        let core = core(m, &self.price, m.missing, &window, None);
        // With every group open, nothing is taken to stay as it is, and prices may go anywhere.
        let width = if core.open.len() == m.groups() { f64::INFINITY } else { width };
        stats.full_rounds += 1;
        self.judge(&core.all);
        let origin = self.price.clone();
        let mut best = (core.all.dual(m, &self.price), origin.clone());
        self.step(&core.all);
        for _ in 0..CORE_ROUNDS {
            self.stay_near(&origin, width);
            let mut s = sweep(m, &self.price, m.missing, core.open.len(), |k| core.open[k] as usize);
            // The closed groups are taken to keep their choice, and so their use; their reduced value moves with the
            // prices. That is right inside the window, and too low outside.
            s.add(&core.closed);
            let moved = |((l, from), used): ((&f64, &f64), &f64)| (l - from) * used;
            s.reduced -= self.price.iter().zip(&origin).zip(&core.closed.usage).map(moved).sum::<f64>();
            let dual = s.dual(m, &self.price);
            if dual < best.0 {
                best = (dual, self.price.clone());
            }
            self.step(&s);
            stats.core_rounds += 1;
        }
        self.price = best.1;
        let s = sweep(m, &self.price, m.missing, m.groups(), |k| k);
        stats.full_rounds += 1;
        self.judge(&s);
        let scale = TRUST * best.0.abs();
        let trusted = s.dual(m, &self.price) - best.0 <= scale && self.held_back(&origin, width, &s) <= scale;
        self.price.clone_from(&self.best.1);
        trusted
    }

    /// Deflected subgradient steps from the best prices, as long as they gain: each resource's step is in proportion to
    /// its price, and the length is Polyak's for a target a little below the best dual (Camerini, Fratta and Maffioli,
    /// On improving relaxation methods by modified gradient techniques, 1975).
    fn polish(&mut self, stats: &mut Stats) {
        let m = self.m;
        let mut aim = AIM.0 * self.best.0.abs();
        let mut before: Vec<f64> = Vec::new();
        let mut idle = 0;
        self.price.clone_from(&self.best.1);
        for _ in 0..POLISH_ROUNDS {
            let s = sweep(m, &self.price, m.missing, m.groups(), |k| k);
            stats.full_rounds += 1;
            let dual = s.dual(m, &self.price);
            idle = if dual < self.best.0 - 0.1 * aim { 0 } else { idle + 1 };
            self.judge(&s);
            if idle >= PATIENCE {
                (aim, idle) = (0.5 * aim, 0);
                before.clear();
                self.price.clone_from(&self.best.1);
            }
            if aim < AIM.1 * self.best.0.abs() {
                break;
            }
            self.deflect(&s, dual - (self.best.0 - aim), &mut before);
        }
        self.price.clone_from(&self.best.1);
    }

    /// One step that would gain `wanted` if the dual were linear; `before` is the last direction, or empty.
    fn deflect(&mut self, s: &Sweep, wanted: f64, before: &mut Vec<f64>) {
        let m = self.m;
        let free = |r: usize| !self.paths[r].fixed;
        let scale: Vec<f64> = (0..self.price.len())
            .map(|r| if free(r) { (self.price[r] + 0.02 * self.paths[r].scale) / m.capacity[r] } else { 0.0 })
            .collect();
        let mut over: Vec<f64> = (0..self.price.len())
            .map(|r| {
                let over = if free(r) { s.usage[r] - m.capacity[r] } else { 0.0 };
                if self.price[r] <= 0.0 { over.max(0.0) } else { over }
            })
            .collect();
        let dot = |a: &[f64], b: &[f64]| -> f64 { (0..a.len()).map(|r| scale[r] * a[r] * b[r]).sum() };
        if !before.is_empty() {
            let back = dot(before, &over);
            let keep = if back < 0.0 { -1.5 * back / dot(before, before) } else { 0.0 };
            over.iter_mut().zip(before.iter()).for_each(|(x, b)| *x += keep * b);
        }
        let length = dot(&over, &over);
        if length > 0.0 {
            let step = wanted / length;
            self.price.iter_mut().zip(&over).zip(&scale).for_each(|((l, x), h)| *l = (*l + step * h * x).max(0.0));
        }
        *before = over;
    }

    /// Keeps prices within the core's window.
    fn stay_near(&mut self, origin: &[f64], width: f64) {
        for (l, &from) in self.price.iter_mut().zip(origin).filter(|(_, from)| **from > 0.0) {
            *l = l.clamp(from * (1.0 - width), from * (1.0 + width));
        }
    }

    /// What prices at the edge of the window could still bring, about.
    fn held_back(&self, origin: &[f64], width: f64, s: &Sweep) -> f64 {
        let at_edge = |r: &usize| (self.price[*r] - origin[*r]).abs() >= 0.99 * width * origin[*r];
        let unused = |r: usize| width * self.price[r] * (self.m.capacity[r] - s.usage[r]).abs();
        (0..origin.len()).filter(|r| self.price[*r] > 0.0 && at_edge(r)).map(unused).sum()
    }
}

impl Path {
    /// The next price after use was `exp(over)` times the capacity at `price`.
    fn next(&mut self, price: f64, over: f64) -> f64 {
        if price <= 0.0 {
            self.last = None;
            return if over > 0.0 { 0.05 * self.scale } else { 0.0 };
        }
        let x = price.ln();
        if let Some((x0, over0)) = self.last.filter(|l| (l.0 - x).abs() > 0.02) {
            let e = (over0 - over) / (x - x0);
            if e > 0.1 {
                self.elasticity = (0.5 * self.elasticity + 0.5 * e.min(6.0)).clamp(0.6, 4.0);
            }
        }
        self.last = Some((x, over));
        let mut next = x + over.clamp(-1.5, 1.5) / self.elasticity;
        if over > 0.0 {
            self.low = Some((x, over));
            self.high = self.high.filter(|h| h.0 > x);
        } else {
            self.high = Some((x, over));
            self.low = self.low.filter(|l| l.0 < x);
        }
        if let (Some((a, fa)), Some((b, fb))) = (self.low, self.high) {
            let t = (fa / (fa - fb).max(1e-12)).clamp(0.15, 0.85);
            next = a + t * (b - a);
            if b - a < 2.0 * NUDGE {
                // Use jumps here, or the bracket is out of date because other prices have moved: ask beyond the
                // end that was not asked last.
                next = if over > 0.0 { b + NUDGE } else { a - NUDGE };
            }
        }
        // Without demand at a price this low, the resource is not scarce.
        if over < 0.0 && next < (1e-4 * self.scale).ln() { 0.0 } else { next.exp() }
    }
}
