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
const STATES: usize = 20_000;
/// From this length on, dominated plans are taken out.
const DOMINATE: usize = 128;

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
    trail: u32,
}

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

/// Searches around the split solution `taken`, which leaves `left` units; returns true if the search was cut.
fn improve(ways: &[Way], start: &[usize], taken: &mut [u32], price: f64, left: f64) -> bool {
    let loss_of = |item: usize, k: usize| {
        let (base, w) = (&ways[taken[item] as usize], &ways[k]);
        ((base.value - w.value) - price * (base.weight - w.weight)).max(0.0)
    };
    let mut best = (price * left, u32::MAX);
    let mut near: Vec<(f64, u32)> = Vec::new();
    for item in 0..taken.len() {
        let others = (start[item]..start[item + 1]).filter(|&k| k != taken[item] as usize);
        let least = others.map(|k| loss_of(item, k)).fold(f64::INFINITY, f64::min);
        if least < best.0 {
            near.push((least, item as u32));
        }
    }
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut trail: Vec<(u32, u32)> = Vec::new();
    let mut states = vec![State { weight: 0.0, loss: 0.0, trail: u32::MAX }];
    let mut truncated = false;
    for (pos, &(least, item)) in near.iter().enumerate() {
        if least >= best.0 {
            break;
        }
        let next_least = near.get(pos + 1).map_or(f64::INFINITY, |n| n.0);
        let item = item as usize;
        for k in (start[item]..start[item + 1]).filter(|&k| k != taken[item] as usize) {
            let (dl, dw) = (loss_of(item, k), ways[k].weight - ways[taken[item] as usize].weight);
            for s in 0..states.len() {
                let State { weight, loss, trail: back } = states[s];
                // States added for this item come after the old ones, and must not take the item twice.
                if back != u32::MAX && ways[trail[back as usize].0 as usize].item as usize == item {
                    break;
                }
                if loss + dl >= best.0 {
                    continue;
                }
                trail.push((k as u32, back));
                let new = State { weight: weight + dw, loss: loss + dl, trail: (trail.len() - 1) as u32 };
                if new.weight <= left && new.loss + price * (left - new.weight) < best.0 {
                    best = (new.loss + price * (left - new.weight), new.trail);
                }
                states.push(new);
            }
        }
        truncated |= thin(&mut states, best.0 - next_least, price);
    }
    let mut at = best.1;
    while at != u32::MAX {
        let (k, back) = trail[at as usize];
        taken[ways[k as usize].item as usize] = k;
        at = back;
    }
    truncated
}

/// Drops states that cannot win any more; returns true if it had to drop others.
fn thin(states: &mut Vec<State>, below: f64, price: f64) -> bool {
    states.retain(|s| s.loss < below);
    if states.len() <= DOMINATE {
        return false;
    }
    states.sort_unstable_by(|a, b| a.weight.total_cmp(&b.weight).then(a.loss.total_cmp(&b.loss)).then(a.trail.cmp(&b.trail)));
    let mut most = f64::NEG_INFINITY;
    states.retain(|s| {
        let value = price * s.weight - s.loss;
        let keep = value > most;
        most = most.max(value);
        keep
    });
    if states.len() <= STATES {
        return false;
    }
    states.sort_unstable_by(|a, b| a.loss.total_cmp(&b.loss).then(a.trail.cmp(&b.trail)));
    states.truncate(STATES);
    true
}
