//! The best choice within one group at given prices, exactly.
//!
//! The limits of a group are nested (subgroup within customer within account), so the sets they allow are the
//! independent sets of a laminar matroid, and taking options by falling reduced value is optimal (Edmonds, Matroids
//! and the greedy algorithm, 1971). Minimums only move options to the front: for a matroid the best set of each size
//! is a prefix of the greedy order.

use super::model::{Model, SHORT, Status};
use super::problem::{NO_ACCOUNT, NO_SUBGROUP};

/// Reused memory of [`solve`].
#[derive(Default)]
pub(super) struct Scratch {
    /// The options taken by the last call.
    pub chosen: Vec<u32>,
    cand: Vec<Cand>,
    pool: Vec<Cand>,
    seen: Vec<(u8, u32, u32)>,
}

#[derive(Clone, Copy)]
struct Cand {
    reduced: f64,
    option: u32,
    must: bool,
}

/// Reduced values of the options of customer `c`, which has at most [`SHORT`], and the bits of those above 0.
#[inline]
pub(super) fn reduce(m: &Model, c: usize, price: &[f64], reduced: &mut [f64; SHORT]) -> u32 {
    let p = m.p;
    let range = p.options_of(c);
    let (lo, n) = (range.start, range.len().min(SHORT));
    let (value, amount, resource) = (&p.value[lo..lo + n], &p.amount[lo..lo + n], &p.resource[lo..lo + n]);
    let last = price.len() - 1;
    let mut gaining = 0u32;
    for k in 0..n {
        let r = value[k] - price[(resource[k] as usize).min(last)] * amount[k];
        reduced[k] = r;
        gaining |= u32::from(r > 0.0) << k;
    }
    gaining
}

/// Subgroup codes of the options of customer `c`.
#[inline]
pub(super) fn codes<'a>(m: &Model<'a>, c: usize) -> &'a [u8] {
    let range = m.p.options_of(c);
    let n = range.len().min(SHORT);
    &m.p.subgroup[range.start..range.start + n]
}

/// The short method: the bits of the options to take, `inside` among them and the rest out of `open`.
///
/// For customers without locks, minimum or account. `None` if `inside` exceeds a cap.
#[inline]
pub(super) fn complete(m: &Model, cap: u32, code: &[u8], reduced: &[f64; SHORT], inside: u32, open: u32) -> Option<u32> {
    let (mut taken, mut open) = (inside, open);
    let mut left = cap.checked_sub(inside.count_ones())?;
    let mut rest = inside;
    while rest != 0 {
        let c = code[rest.trailing_zeros() as usize];
        rest &= rest - 1;
        if c != NO_SUBGROUP {
            let same = same_code(code, c);
            let n = (same & inside).count_ones();
            if n > m.subgroup_cap(c) {
                return None;
            }
            open &= if n == m.subgroup_cap(c) { !same } else { u32::MAX };
        }
    }
    while open != 0 && left > 0 {
        let mut best = open.trailing_zeros() as usize;
        let mut rest = open & (open - 1);
        while rest != 0 {
            let k = rest.trailing_zeros() as usize;
            if reduced[k] > reduced[best] {
                best = k;
            }
            rest &= rest - 1;
        }
        open &= !(1 << best);
        if code[best] != NO_SUBGROUP {
            let same = same_code(code, code[best]);
            let (n, most) = ((same & taken).count_ones() + 1, m.subgroup_cap(code[best]));
            open &= if n >= most { !same } else { u32::MAX };
            if n > most {
                continue;
            }
        }
        taken |= 1 << best;
        left -= 1;
    }
    Some(taken)
}

/// The short method for a whole customer.
#[inline]
pub(super) fn pick(m: &Model, c: usize, price: &[f64], reduced: &mut [f64; SHORT]) -> u32 {
    let open = reduce(m, c, price, reduced);
    complete(m, m.customer_cap(c), codes(m, c), reduced, 0, open).unwrap_or(0)
}

/// Calls `f` for every bit.
#[inline]
pub(super) fn each_bit(mut bits: u32, mut f: impl FnMut(usize)) {
    while bits != 0 {
        f(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[inline]
pub(super) fn same_code(code: &[u8], wanted: u8) -> u32 {
    code.iter().enumerate().fold(0, |bits, (k, &c)| bits | (u32::from(c == wanted) << k))
}

/// True if some option of customer `c` would change sides for a loss within the windows (value per unit, by resource).
///
/// `taken` and `reduced` are what [`pick`] returned.
#[inline]
pub(super) fn near_tie(m: &Model, c: usize, taken: u32, reduced: &[f64; SHORT], window: &[f64]) -> bool {
    let p = m.p;
    let lo = p.options_of(c).start;
    let n = p.options_of(c).len();
    let code = &p.subgroup[lo..lo + n];
    let last = window.len() - 1;
    let within = |k: usize| window[(p.resource[lo + k] as usize).min(last)] * p.amount[lo + k];
    let full = taken.count_ones() >= m.customer_cap(c);
    for k in 0..n {
        let w = within(k);
        if taken >> k & 1 == 1 {
            if reduced[k] <= w {
                return true;
            }
            continue;
        }
        if reduced[k] < -w {
            continue;
        }
        let mut rivals = if full { taken } else { 0 };
        if code[k] != NO_SUBGROUP {
            let same = same_code(code, code[k]) & taken;
            if same.count_ones() >= m.subgroup_cap(code[k]) {
                rivals = same;
            }
        }
        let mut loss = -reduced[k];
        if rivals != 0 {
            let (mut worst, mut rest) = (rivals.trailing_zeros() as usize, rivals);
            while rest != 0 {
                let j = rest.trailing_zeros() as usize;
                worst = if reduced[j] < reduced[worst] { j } else { worst };
                rest &= rest - 1;
            }
            loss += reduced[worst] - within(worst);
        }
        if loss <= w {
            return true;
        }
    }
    false
}

/// Best choice of group `g` where `status` says which options are free, in or out; the choice is in `s.chosen`.
///
/// Returns its reduced value, less `missing` for every contact missing to a minimum; `None` if the options that are in
/// exceed a cap.
pub(super) fn solve(m: &Model, g: usize, price: &[f64], missing: f64, status: impl Fn(usize) -> Status, s: &mut Scratch) -> Option<f64> {
    let account = m.group_account(g);
    let mut sum = Sum { grouped: account != NO_ACCOUNT, all_signs: m.account_min(account) > 0, ..Sum::default() };
    s.chosen.clear();
    s.pool.clear();
    m.each_customer(g, |c| solve_customer(m, c, price, missing, &status, s, &mut sum));
    if sum.infeasible {
        return None;
    }
    if sum.grouped {
        let cap = m.p.account_cap[account as usize].max(sum.locked);
        let mut left = cap.checked_sub(sum.inside)?;
        let mut needed = m.account_min(account).saturating_sub(sum.inside);
        s.pool.sort_unstable_by(|x, y| y.must.cmp(&x.must).then(y.reduced.total_cmp(&x.reduced)).then(x.option.cmp(&y.option)));
        for k in &s.pool {
            if left == 0 {
                sum.missing += u32::from(k.must);
            } else if k.must || k.reduced > 0.0 || (needed > 0 && k.reduced > -missing) {
                s.chosen.push(k.option);
                sum.reduced += k.reduced;
                left -= 1;
                needed = needed.saturating_sub(1);
            }
        }
        sum.missing += needed;
    }
    Some(if sum.missing == 0 { sum.reduced } else { sum.reduced - missing * f64::from(sum.missing) })
}

/// As [`solve`] with every option as the model has it, and quicker: customers of the short method are done by it, and
/// the account's limits looked at only once what the customers want breaks them.
pub(super) fn best(m: &Model, g: usize, price: &[f64], missing: f64, s: &mut Scratch) -> f64 {
    let account = m.group_account(g);
    let mut sum = Sum { grouped: account != NO_ACCOUNT, ..Sum::default() };
    s.chosen.clear();
    s.pool.clear();
    m.each_customer(g, |c| {
        if m.special(c) {
            return solve_customer(m, c, price, missing, &|o| m.status(o), s, &mut sum);
        }
        let mut reduced = [0.0; SHORT];
        let lo = m.p.options_of(c).start;
        let bits = pick(m, c, price, &mut reduced);
        each_bit(bits, |k| s.pool.push(Cand { reduced: reduced[k], option: (lo + k) as u32, must: false }));
    });
    if sum.grouped {
        let cap = m.p.account_cap[account as usize].max(sum.locked);
        let left = cap.saturating_sub(sum.inside) as usize;
        if sum.inside + (s.pool.len() as u32) < m.account_min(account) {
            return solve(m, g, price, missing, |o| m.status(o), s).unwrap_or(0.0);
        }
        if s.pool.len() > left {
            s.pool.sort_unstable_by(|x, y| y.must.cmp(&x.must).then(y.reduced.total_cmp(&x.reduced)).then(x.option.cmp(&y.option)));
            sum.missing += s.pool[left..].iter().filter(|k| k.must).count() as u32;
            s.pool.truncate(left);
        }
    }
    for k in &s.pool {
        s.chosen.push(k.option);
        sum.reduced += k.reduced;
    }
    if sum.missing == 0 { sum.reduced } else { sum.reduced - missing * f64::from(sum.missing) }
}

/// True if the choice of group `g`, just found by [`best`], may change within the windows.
pub(super) fn unsettled(m: &Model, g: usize, price: &[f64], window: &[f64]) -> bool {
    let account = m.group_account(g);
    let (mut open, mut count) = (false, 0);
    m.each_customer(g, |c| {
        if open || m.special(c) {
            open = true;
            return;
        }
        let mut reduced = [0.0; SHORT];
        let taken = pick(m, c, price, &mut reduced);
        count += taken.count_ones();
        open = near_tie(m, c, taken, &reduced, window);
    });
    open || (account != NO_ACCOUNT && (count > m.p.account_cap[account as usize] || count < m.account_min(account)))
}

#[derive(Default)]
struct Sum {
    grouped: bool,
    all_signs: bool,
    reduced: f64,
    missing: u32,
    inside: u32,
    locked: u32,
    infeasible: bool,
}

fn bump(seen: &mut Vec<(u8, u32, u32)>, code: u8, locked: bool) {
    if code != NO_SUBGROUP {
        match seen.iter_mut().find(|k| k.0 == code) {
            Some(k) => (k.1, k.2) = (k.1 + 1, k.2 + u32::from(locked)),
            None => seen.push((code, 1, u32::from(locked))),
        }
    }
}

fn solve_customer(m: &Model, c: usize, price: &[f64], missing: f64, status: &impl Fn(usize) -> Status, s: &mut Scratch, sum: &mut Sum) {
    let p = m.p;
    let (mut inside, mut locked) = (0, 0);
    s.cand.clear();
    s.seen.clear();
    for o in p.options_of(c) {
        let st = status(o);
        if st == Status::Out {
            continue;
        }
        let reduced = p.value[o] - price[m.resource(o)] * p.amount[o];
        if st == Status::In {
            let is_locked = m.locked_in(o);
            s.chosen.push(o as u32);
            sum.reduced += reduced;
            inside += 1;
            locked += u32::from(is_locked);
            bump(&mut s.seen, p.subgroup[o], is_locked);
        } else {
            s.cand.push(Cand { reduced, option: o as u32, must: false });
        }
    }
    sum.inside += inside;
    sum.locked += locked;
    let cap = m.customer_cap(c).max(locked);
    if inside > cap || s.seen.iter().any(|&(code, n, locked)| n > m.subgroup_cap(code).max(locked)) {
        sum.infeasible = true;
        return;
    }
    s.cand.sort_unstable_by(|x, y| y.reduced.total_cmp(&x.reduced).then(x.option.cmp(&y.option)));
    let (mut left, mut needed) = (cap - inside, m.customer_min(c).saturating_sub(inside));
    for k in 0..s.cand.len() {
        let Cand { reduced, option, .. } = s.cand[k];
        let must = needed > 0;
        let wanted = reduced > 0.0 || (must && reduced > -missing) || (!must && sum.all_signs);
        if left == 0 || !wanted {
            break;
        }
        let code = p.subgroup[option as usize];
        let count = s.seen.iter().find(|k| k.0 == code).map_or(0, |k| k.1);
        if count >= m.subgroup_cap(code) {
            continue;
        }
        bump(&mut s.seen, code, false);
        left -= 1;
        needed -= u32::from(must);
        if sum.grouped {
            s.pool.push(Cand { reduced, option, must });
        } else {
            s.chosen.push(option);
            sum.reduced += reduced;
        }
    }
    sum.missing += needed;
}
