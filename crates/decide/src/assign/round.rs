//! From prices to a whole plan: one exact knapsack a resource, coarse resources first.
//!
//! At the prices found, every group has its best choice; together the choices use a little more or less of each
//! resource than there is. Resource by resource, the open groups say what each way of using it would be worth, the rest
//! of the group answering as well as it can at the prices, and the knapsack takes the best that fits. A resource done
//! is frozen; those still to come absorb the consequences. Resources that share no open group are done side by side
//! (a greedy colouring of the conflict graph), so the order of work, and the plan, do not depend on the threads.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::group::Scratch;
use super::model::{Model, Status};
use super::price::core;
use super::solution::Stats;
use super::turn::Turn;

/// Core groups by resource: `group[start[r]..start[r + 1]]`.
struct Touch {
    start: Vec<u32>,
    group: Vec<u32>,
}

/// Makes the plan whole and leaves it in `chosen`.
pub(super) fn round(m: &Model, price: &[f64], chosen: &[AtomicBool], stats: &mut Stats) {
    let window = windows(m, price);
    let core = core(m, price, m.missing, &window, Some(chosen));
    stats.core_groups = core.open.len() as u32;
    let mut used = core.closed.usage;
    let touch = touches(m, price, &window, &core.open, &mut used);
    let mut frozen = vec![false; m.capacity.len()];
    for class in classes(m, price, &touch) {
        let done: Vec<(bool, bool)> = class
            .par_iter()
            .map_init(Scratch::default, |s, &r| {
                let r = r as usize;
                let groups = &touch.group[touch.start[r] as usize..touch.start[r + 1] as usize];
                let work = Turn { m, price, window: &window, frozen: &frozen, chosen, r };
                work.run(groups, m.capacity[r] - used[r], s)
            })
            .collect();
        stats.knapsacks += done.len() as u32;
        stats.truncated += done.iter().filter(|d| d.1).count() as u32;
        class.iter().for_each(|&r| frozen[r as usize] = true);
    }
}

/// How far from a tie a choice may be and still be open: the fewer contacts a resource carries, the coarser its
/// knapsack, and the wider.
fn windows(m: &Model, price: &[f64]) -> Vec<f64> {
    (0..price.len())
        .map(|r| {
            let carried = if m.scale[r].amount > 0.0 { m.capacity[r] / m.scale[r].amount } else { f64::INFINITY };
            price[r] * (25.0 / carried.max(1.0)).clamp(0.01, 0.5)
        })
        .collect()
}

/// True if option `o` could come into a plan near these prices, or is needed for a minimum perhaps.
fn in_reach(m: &Model, price: &[f64], window: &[f64], o: usize) -> bool {
    let r = m.resource(o);
    m.has_minimums() || m.p.value[o] > (price[r] - 2.0 * window[r]) * m.p.amount[o]
}

/// The open groups by resource, where an option of it is in reach; what the groups use otherwise is in `used` then.
fn touches(m: &Model, price: &[f64], window: &[f64], open: &[u32], used: &mut [f64]) -> Touch {
    let n = m.capacity.len();
    let mut start = vec![0u32; n + 1];
    let mut mine: Vec<u32> = Vec::new();
    let distinct = |g: u32, mine: &mut Vec<u32>| {
        mine.clear();
        m.each_option(g as usize, |o| {
            let r = m.resource(o) as u32;
            if m.status(o) == Status::Free && !mine.contains(&r) && in_reach(m, price, window, o) {
                mine.push(r);
            }
        });
    };
    for &g in open {
        distinct(g, &mut mine);
        mine.iter().for_each(|&r| start[r as usize + 1] += 1);
    }
    (0..n).for_each(|r| start[r + 1] += start[r]);
    let mut next = start.clone();
    let mut group = vec![0; start[n] as usize];
    for &g in open {
        distinct(g, &mut mine);
        for &r in &mine {
            group[next[r as usize] as usize] = g;
            next[r as usize] += 1;
        }
        m.each_option(g as usize, |o| {
            let r = m.resource(o);
            if m.locked_in(o) && !mine.contains(&(r as u32)) {
                used[r] += m.p.amount[o];
            }
        });
    }
    Touch { start, group }
}

/// Resources in classes that share no open group, by falling worth of one contact's use.
fn classes(m: &Model, price: &[f64], touch: &Touch) -> Vec<Vec<u32>> {
    let n = m.capacity.len() - 1;
    let groups = |r: usize| &touch.group[touch.start[r] as usize..touch.start[r + 1] as usize];
    let coarse = |r: usize| price[r] * m.scale[r].amount;
    let mut order: Vec<u32> = (0..n as u32).filter(|&r| !groups(r as usize).is_empty()).collect();
    order.sort_by(|&a, &b| coarse(b as usize).total_cmp(&coarse(a as usize)).then(a.cmp(&b)));
    let mut color = vec![u32::MAX; n + 1];
    let mut classes: Vec<Vec<u32>> = Vec::new();
    let mut stamp: Vec<u32> = Vec::new();
    for &r in &order {
        for &g in groups(r as usize) {
            m.each_option(g as usize, |o| {
                if let Some(s) = stamp.get_mut(color[m.resource(o)] as usize) {
                    *s = r;
                }
            });
        }
        let free = stamp.iter().position(|&s| s != r).unwrap_or(classes.len());
        if free == classes.len() {
            classes.push(Vec::new());
            stamp.push(u32::MAX);
        }
        color[r as usize] = free as u32;
        classes[free].push(r);
    }
    classes
}
