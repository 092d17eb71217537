//! Prices within one group, read off its best choice.

use super::model::{Model, Status};
use super::problem::NO_ACCOUNT;

/// Prices of a group's own limits.
#[derive(Default)]
pub(super) struct GroupDual {
    /// Of the account's cap.
    pub cap: f64,
    /// Of the account's minimum.
    pub min: f64,
    /// Of customers' minimums, where above 0.
    pub customers: Vec<(u32, f64)>,
}

/// Prices that prove `chosen` best for group `g` at resource prices `price`.
///
/// Optional options taken must be worth at least the account's price, the best optional one left at most that.
pub(super) fn of_group(m: &Model, g: usize, price: &[f64], chosen: &[u32]) -> GroupDual {
    let reduced = |o: usize| m.p.value[o] - price[m.resource(o)] * m.p.amount[o];
    let mut sorted = chosen.to_vec();
    sorted.sort_unstable();
    let taken = |o: usize| sorted.binary_search(&(o as u32)).is_ok();
    let (mut least_taken, mut best_left) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut musts: Vec<(u32, f64)> = Vec::new();
    m.each_customer(g, |c| {
        let mut mine: Vec<f64> = Vec::new();
        let (mut count, mut inside) = (0, 0);
        for o in m.p.options_of(c).filter(|&o| taken(o)) {
            count += 1;
            if m.status(o) == Status::In {
                inside += 1;
            } else {
                mine.push(reduced(o));
            }
        }
        mine.sort_unstable_by(|a, b| b.total_cmp(a));
        let needed = (m.customer_min(c).saturating_sub(inside) as usize).min(mine.len());
        if needed > 0 {
            musts.push((c as u32, mine[needed - 1]));
        }
        mine[needed..].iter().for_each(|&r| least_taken = least_taken.min(r));
        if count < m.customer_cap(c) {
            for o in m.p.options_of(c).filter(|&o| m.status(o) == Status::Free && !taken(o)) {
                let code = m.p.subgroup[o];
                let same = m.p.options_of(c).filter(|&x| taken(x) && m.p.subgroup[x] == code).count() as u32;
                if same < m.subgroup_cap(code) {
                    best_left = best_left.max(reduced(o));
                }
            }
        }
    });
    let mut dual = GroupDual::default();
    if m.group_account(g) != NO_ACCOUNT {
        dual.cap = best_left.max(0.0);
        dual.min = if least_taken < 0.0 { -least_taken } else { 0.0 };
    }
    let shift = dual.min - dual.cap;
    dual.customers = musts.into_iter().map(|(c, r)| (c, -(r + shift))).filter(|k| k.1 > 0.0).collect();
    dual
}
