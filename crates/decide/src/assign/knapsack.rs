//! One resource's knapsack, exactly: which of the groups' ways to use it, so that they fit and are worth most.
//!
//! A multiple-choice knapsack. The linear relaxation is solved along the groups' upper hulls (Sinha and Zoltners, The
//! multiple-choice knapsack problem, 1979); its split price leaves a little capacity over. Then partial plans are
//! listed group by group, closest to a tie first, until no further group could improve the best plan: an expanding
//! core with dominance (Pisinger, A minimal algorithm for the multiple-choice knapsack problem, 1995).

/// One way a group can use the resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    /// Position of the group in the caller's list.
    pub item: u32,
    /// The caller's name for the way.
    pub tag: u32,
    /// Use of the resource, in its units.
    pub weight: f64,
    /// Value, the resource itself not priced.
    pub value: f64,
}

/// The ways taken: one a group, as indices into the caller's slice.
pub(super) struct Choice {
    pub taken: Vec<u32>,
    /// False if the lightest ways of all groups together do not fit.
    pub fits: bool,
    /// True if the list of partial plans was cut.
    pub truncated: bool,
}

/// Longest list of partial plans.
const STATES: usize = 500;

#[derive(Clone, Copy)]
struct Edge {
    slope: f64,
    item: u32,
    to: u32,
    weight: f64,
}

#[derive(Clone, Copy)]
struct State {
    weight: f64,
    loss: f64,
    /// Where the list of changes made begins.
    trail: u32,
    /// The change just made, not yet in the trail.
    way: u32,
}

const NONE: u32 = u32::MAX;

/// Takes one way of each of `items` groups, worth most together within `capacity`.
///
/// `ways` is sorted by item, at least one way an item. Exact unless `truncated`. If not even the lightest ways fit,
/// those are returned.
pub(super) fn choose(ways: &[Way], items: usize, capacity: f64) -> Choice {
    let (mut taken, mut edges) = (vec![0u32; items], Vec::new());
    let mut start = vec![0usize; items + 1];
    ways.iter().for_each(|w| start[w.item as usize + 1] += 1);
    (0..items).for_each(|k| start[k + 1] += start[k]);
    let mut hull = Vec::new();
    let mut weight = 0.0;
    for k in 0..items {
        upper_hull(ways, start[k]..start[k + 1], &mut hull);
        taken[k] = hull[0];
        weight += ways[hull[0] as usize].weight;
        for pair in hull.windows(2) {
            let (a, b) = (&ways[pair[0] as usize], &ways[pair[1] as usize]);
            let dw = b.weight - a.weight;
            edges.push(Edge { slope: (b.value - a.value) / dw, item: k as u32, to: pair[1], weight: dw });
        }
    }
    let slack = 1e-9 * (1.0 + capacity.abs());
    if weight > capacity + slack {
        return Choice { taken, fits: false, truncated: false };
    }
    edges.sort_unstable_by(|a, b| b.slope.total_cmp(&a.slope).then(a.item.cmp(&b.item)).then(a.to.cmp(&b.to)));
    let mut split = 0.0;
    for e in &edges {
        if weight + e.weight > capacity + slack {
            split = e.slope;
            break;
        }
        weight += e.weight;
        taken[e.item as usize] = e.to;
    }
    let truncated = split > 0.0 && improve(ways, &start, &mut taken, split, capacity + slack - weight);
    Choice { taken, fits: true, truncated }
}

/// The ways of one item from its lightest to its most valuable, values rising and slopes falling.
fn upper_hull(ways: &[Way], range: std::ops::Range<usize>, hull: &mut Vec<u32>) {
    let mut order: Vec<u32> = range.map(|k| k as u32).collect();
    order.sort_unstable_by(|&a, &b| {
        let (x, y) = (&ways[a as usize], &ways[b as usize]);
        x.weight.total_cmp(&y.weight).then(y.value.total_cmp(&x.value)).then(a.cmp(&b))
    });
    hull.clear();
    for k in order {
        let w = &ways[k as usize];
        if hull.last().is_some_and(|&h| ways[h as usize].value >= w.value) {
            continue;
        }
        while let [.., a, b] = hull[..] {
            let (a, b) = (&ways[a as usize], &ways[b as usize]);
            if (b.value - a.value) * (w.weight - b.weight) > (w.value - b.value) * (b.weight - a.weight) {
                break;
            }
            hull.pop();
        }
        hull.push(k);
    }
}

/// A way that differs from the split solution.
#[derive(Clone, Copy)]
struct Change {
    way: u32,
    weight: f64,
    loss: f64,
}

/// What groups still to come can do for a partial plan.
#[derive(Clone, Copy)]
struct Ahead {
    /// Least loss of any change of theirs.
    least: f64,
    /// One over the largest gain and the largest drop of weight among their changes.
    up: f64,
    down: f64,
}

/// The search around a split solution.
struct Improve {
    price: f64,
    left: f64,
    best: f64,
    /// Trail of the best plan.
    best_trail: u32,
    /// Partial plans by rising weight, none dominated.
    states: Vec<State>,
    merged: Vec<State>,
    next: Vec<State>,
    /// Way taken and where the trail goes on.
    trail: Vec<(u32, u32)>,
}

/// Searches around the split solution `taken`, which leaves `left` units; returns true if the search was cut.
fn improve(ways: &[Way], start: &[usize], taken: &mut [u32], price: f64, left: f64) -> bool {
    let mut limit = price * left;
    let worth: f64 = taken.iter().map(|&k| ways[k as usize].value.abs()).sum();
    if limit <= 1e-9 * worth {
        return false;
    }
    let (mut near, mut changes) = (Vec::new(), Vec::new());
    for item in 0..taken.len() {
        let base = ways[taken[item] as usize];
        let first = changes.len();
        let mut least = f64::INFINITY;
        for k in (start[item]..start[item + 1]).filter(|&k| k != taken[item] as usize) {
            let weight = ways[k].weight - base.weight;
            let loss = (base.value - ways[k].value + price * weight).max(0.0);
            if loss < limit {
                changes.push(Change { way: k as u32, weight, loss });
                least = least.min(loss);
                // This change alone is a plan already, and may lower the limit for all that follow.
                if weight <= left {
                    limit = limit.min(loss + price * (left - weight)).max(f64::MIN_POSITIVE);
                }
            }
        }
        if changes.len() > first {
            near.push((least, first..changes.len()));
        }
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.start.cmp(&b.1.start)));
    let ahead = looking_ahead(&near, &changes);
    let mut search = Improve {
        price,
        left,
        best: price * left,
        best_trail: NONE,
        states: vec![State { weight: 0.0, loss: 0.0, trail: NONE, way: NONE }],
        merged: Vec::new(),
        next: Vec::new(),
        trail: Vec::new(),
    };
    let mut truncated = false;
    for (pos, (least, range)) in near.into_iter().enumerate() {
        if least >= search.best {
            break;
        }
        truncated |= search.extend(&changes[range], ahead[pos]);
    }
    let mut at = search.best_trail;
    while at != NONE {
        let (k, back) = search.trail[at as usize];
        taken[ways[k as usize].item as usize] = k;
        at = back;
    }
    truncated
}

/// For each position in `near`, what the groups after it can do.
fn looking_ahead(near: &[(f64, std::ops::Range<usize>)], changes: &[Change]) -> Vec<Ahead> {
    let mut ahead = vec![Ahead { least: f64::INFINITY, up: f64::INFINITY, down: f64::INFINITY }; near.len()];
    let (mut up, mut down) = (0.0_f64, 0.0_f64);
    for pos in (1..near.len()).rev() {
        for c in &changes[near[pos].1.clone()] {
            (up, down) = (up.max(c.weight), down.max(-c.weight));
        }
        ahead[pos - 1] = Ahead { least: near[pos].0, up: 1.0 / up, down: 1.0 / down };
    }
    ahead
}

impl Improve {
    /// True if a plan that goes on from here could still beat the best: it needs at least one change more, and as many
    /// as it takes to come back within capacity, or to use it well enough.
    fn alive(&self, weight: f64, loss: f64, ahead: Ahead) -> bool {
        let over = weight - self.left;
        let under = -over - self.best / self.price;
        let steps = if over > 0.0 {
            over * ahead.down
        } else if under > 0.0 {
            under * ahead.up
        } else {
            1.0
        };
        loss + steps.max(1.0) * ahead.least < self.best
    }

    /// Adds one group's changes to every partial plan, and keeps those that can win; returns true if it had to drop
    /// others.
    fn extend(&mut self, changes: &[Change], ahead: Ahead) -> bool {
        let mut merged = std::mem::take(&mut self.merged);
        let mut next = std::mem::take(&mut self.next);
        let grain = 1e-9 * self.best;
        merged.clone_from(&self.states);
        for c in changes {
            next.clear();
            let mut old = merged.iter().copied().peekable();
            let mut most = f64::NEG_INFINITY;
            let mut keep = |s: State, next: &mut Vec<State>| {
                let value = self.price * s.weight - s.loss;
                // Equal up to rounding is equal: tables of values and minutes are full of ties.
                if value > most + grain {
                    most = value;
                    next.push(s);
                }
            };
            for s in &self.states {
                let new = State { weight: s.weight + c.weight, loss: s.loss + c.loss, trail: s.trail, way: c.way };
                while let Some(o) = old.next_if(|o| o.weight <= new.weight) {
                    keep(o, &mut next);
                }
                if new.loss >= self.best {
                    continue;
                }
                if new.weight <= self.left {
                    let cost = new.loss + self.price * (self.left - new.weight);
                    if cost < self.best {
                        self.best = cost;
                        self.best_trail = self.trail.len() as u32;
                        self.trail.push((c.way, s.trail));
                    }
                }
                keep(new, &mut next);
            }
            old.for_each(|o| keep(o, &mut next));
            std::mem::swap(&mut merged, &mut next);
        }
        merged.retain(|s| self.alive(s.weight, s.loss, ahead));
        let cut = merged.len() > STATES;
        if cut {
            // Those of least loss stay; among equals, those that fill the capacity best.
            next.clone_from(&merged);
            let key = |s: &State| (s.loss, (self.left - s.weight).abs(), s.weight);
            let order = |a: &State, b: &State| {
                let (a, b) = (key(a), key(b));
                a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2))
            };
            let (_, last, _) = next.select_nth_unstable_by(STATES - 1, order);
            let last = *last;
            merged.retain(|s| order(s, &last).is_le());
        }
        for s in merged.iter_mut().filter(|s| s.way != NONE) {
            self.trail.push((s.way, s.trail));
            (s.trail, s.way) = (self.trail.len() as u32 - 1, NONE);
        }
        std::mem::swap(&mut self.states, &mut merged);
        (self.merged, self.next) = (merged, next);
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::{Way, choose};

    /// Best value by trying every combination.
    fn oracle(ways: &[Vec<(f64, f64)>], capacity: f64) -> f64 {
        let Some((first, rest)) = ways.split_first() else { return 0.0 };
        let fits = first.iter().filter(|w| w.0 <= capacity + 1e-9);
        fits.map(|w| w.1 + oracle(rest, capacity - w.0)).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn exact_on_small_problems() {
        let mut state = 1u64;
        let mut unit = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1u64 << 24) as f64
        };
        for round in 0..300 {
            let items = 1 + round % 8;
            let sets: Vec<Vec<(f64, f64)>> = (0..items)
                .map(|_| {
                    let more = (unit() * 4.0) as usize;
                    let mut set = vec![(0.0, unit() - 0.2)];
                    set.extend((0..more).map(|_| (10.0 + 50.0 * unit(), 3.0 * unit())));
                    set
                })
                .collect();
            let capacity = 30.0 * items as f64 * unit();
            let mut ways = Vec::new();
            for (item, set) in sets.iter().enumerate() {
                ways.extend(set.iter().map(|&(weight, value)| Way { item: item as u32, tag: 0, weight, value }));
            }
            let choice = choose(&ways, items, capacity);
            let taken = choice.taken.iter().map(|&k| ways[k as usize]);
            let (weight, value) = taken.fold((0.0, 0.0), |s, w| (s.0 + w.weight, s.1 + w.value));
            assert!(choice.fits && !choice.truncated && weight <= capacity + 1e-6);
            let best = oracle(&sets, capacity);
            assert!((value - best).abs() < 1e-6, "round {round}: {value}, best {best}");
        }
    }

    #[test]
    fn says_when_nothing_fits() {
        let ways = [Way { item: 0, tag: 0, weight: 5.0, value: 1.0 }, Way { item: 0, tag: 1, weight: 7.0, value: 9.0 }];
        let choice = choose(&ways, 1, 4.0);
        assert!(!choice.fits);
        assert_eq!(choice.taken, [0]);
    }
}
