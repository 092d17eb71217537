//! Giving whole regions to owners: regions stand in a row in which neighbours lie side by side, and the row is cut into as many
//! runs as there are owners, so that the runs' loads differ as little as possible.
//!
//! Cutting a row into k runs of least squared deviation is solved exactly by dynamic programming over prefix sums (the linear
//! partition problem: Skiena, The Algorithm Design Manual, section 10.7, here with squares instead of the maximum):
//! `cost[k][j] = min over i of cost[k-1][i] + (S[j] - S[i] - mean)²`, O(k n²) time, O(k n) space.

use super::model::Region;
use std::collections::BTreeMap;

/// States of the USA and its territories in a row in which nearly every one borders the one before it (from Maine around to the
/// Pacific), so that a run of the row is a region one can drive through.
const ROW_OF_STATES: &[&str] = &[
    "ME", "NH", "VT", "MA", "RI", "CT", "NY", "NJ", "PA", "DE", "MD", "DC", "VA", "WV", "OH", "MI", "IN", "IL", "WI", "MN", "IA", "MO",
    "KY", "TN", "NC", "SC", "GA", "FL", "AL", "MS", "AR", "LA", "TX", "OK", "KS", "NE", "SD", "ND", "MT", "WY", "CO", "NM", "AZ", "UT",
    "ID", "NV", "CA", "OR", "WA", "AK", "HI", "GU", "AS", "MP", "PR", "VI",
];

/// Where a state stands in the row; other countries' regions follow, by country and code.
pub(super) fn state_order(country: &str, state: &str) -> (usize, String) {
    let known = (country == "US" || country.is_empty()).then(|| ROW_OF_STATES.iter().position(|s| *s == state)).flatten();
    (known.unwrap_or(ROW_OF_STATES.len()), format!("{country} {state}"))
}

/// Cuts `loads` into `runs` consecutive runs of at least one each; returns each run's end. With fewer loads than runs there are
/// as many runs as loads. The result depends on the input alone.
pub(super) fn cut(loads: &[f64], runs: usize) -> Vec<usize> {
    let n = loads.len();
    let runs = runs.min(n);
    if runs == 0 {
        return Vec::new();
    }
    let mut sum = vec![0.0; n + 1];
    for (i, load) in loads.iter().enumerate() {
        sum[i + 1] = sum[i] + load;
    }
    let mean = sum[n] / runs as f64;
    let off = |i: usize, j: usize| (sum[j] - sum[i] - mean).powi(2);
    let mut cost = vec![f64::INFINITY; n + 1];
    cost[0] = 0.0;
    // from[k][j]: where the last of k + 1 runs over the first j loads begins.
    let mut from = vec![vec![0usize; n + 1]; runs];
    for (k, begins) in from.iter_mut().enumerate() {
        let mut next = vec![f64::INFINITY; n + 1];
        for j in k + 1..=n {
            for (i, so_far) in cost.iter().enumerate().take(j).skip(k) {
                let c = so_far + off(i, j);
                if c < next[j] {
                    next[j] = c;
                    begins[j] = i;
                }
            }
        }
        cost = next;
    }
    let mut ends = vec![n; runs];
    for k in (1..runs).rev() {
        ends[k - 1] = from[k][ends[k]];
    }
    ends
}

/// Gives each run to the owner who covers most of its accounts today, largest overlap first, so that few accounts change hands;
/// runs nobody knows go to the remaining owners in order. Returns for each run the index of its owner.
pub(super) fn give(runs: &[&[Region]], owners: &[i64], today: &BTreeMap<i64, i64>) -> Vec<usize> {
    let mut overlaps: Vec<(usize, usize, usize)> = Vec::new();
    for (r, run) in runs.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for owner in run.iter().flat_map(|region| &region.accounts).filter_map(|a| today.get(a)) {
            if let Ok(o) = owners.binary_search(owner) {
                *shared.entry(o).or_default() += 1;
            }
        }
        overlaps.extend(shared.into_iter().map(|(o, n)| (n, r, o)));
    }
    overlaps.sort_by_key(|(n, r, o)| (std::cmp::Reverse(*n), *r, *o));
    let mut of_run: Vec<Option<usize>> = vec![None; runs.len()];
    let mut taken = vec![false; owners.len()];
    for (_, r, o) in overlaps {
        if of_run[r].is_none() && !taken[o] {
            of_run[r] = Some(o);
            taken[o] = true;
        }
    }
    let mut free: Vec<usize> = (0..owners.len()).rev().filter(|o| !taken[*o]).collect();
    of_run.into_iter().map(|o| o.or_else(|| free.pop()).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rounds_kernel::Rng;

    fn cost(loads: &[f64], ends: &[usize]) -> f64 {
        let mean = loads.iter().sum::<f64>() / ends.len() as f64;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(i, j)| (loads[i..*j].iter().sum::<f64>() - mean).powi(2)).sum()
    }

    /// Slow oracle: tries every way to cut.
    fn best(loads: &[f64], runs: usize, from: usize, so_far: &mut Vec<usize>, found: &mut f64) {
        if runs == 1 {
            so_far.push(loads.len());
            *found = found.min(cost(loads, so_far));
            so_far.pop();
            return;
        }
        for end in from + 1..=loads.len() - (runs - 1) {
            so_far.push(end);
            best(loads, runs - 1, end, so_far, found);
            so_far.pop();
        }
    }

    #[test]
    fn cuts_are_as_good_as_trying_all_of_them() {
        let mut rng = Rng::new(11);
        for case in 0..200 {
            let n = 1 + rng.below(10);
            let runs = 1 + rng.below(n);
            let loads: Vec<f64> = (0..n).map(|_| (rng.uniform() * 50.0).round()).collect();
            let ends = cut(&loads, runs);
            assert_eq!((ends.len(), ends.last()), (runs, Some(&n)), "case {case}");
            assert!(ends.windows(2).all(|w| w[0] < w[1]) && ends[0] > 0, "every run has a region: {ends:?}");
            let mut found = f64::INFINITY;
            best(&loads, runs, 0, &mut Vec::new(), &mut found);
            assert!((cost(&loads, &ends) - found).abs() <= 1e-9 * found.max(1.0), "case {case}: {loads:?} {ends:?}");
        }
    }

    #[test]
    fn more_owners_than_regions_leave_some_without() {
        assert_eq!(cut(&[3.0, 1.0], 5), [1, 2]);
        assert!(cut(&[], 3).is_empty() && cut(&[1.0], 0).is_empty());
    }

    #[test]
    fn no_run_exceeds_the_mean_by_more_than_the_largest_region() {
        let mut rng = Rng::new(5);
        for _ in 0..50 {
            let loads: Vec<f64> = (0..60).map(|_| 1.0 + (rng.uniform() * 40.0).round()).collect();
            let ends = cut(&loads, 8);
            let mean = loads.iter().sum::<f64>() / 8.0;
            let largest = loads.iter().copied().fold(0.0, f64::max);
            let starts = std::iter::once(0).chain(ends.iter().copied());
            for (i, j) in starts.zip(&ends) {
                assert!(loads[i..*j].iter().sum::<f64>() <= mean + largest);
            }
        }
    }

    #[test]
    fn the_row_holds_every_state_once() {
        let mut sorted = ROW_OF_STATES.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 50 + 1 + 5);
        assert!(state_order("US", "ME") < state_order("US", "CA") && state_order("US", "VI") < state_order("DE", "BY"));
    }

    #[test]
    fn owners_keep_what_they_know() {
        let region = |accounts: &[i64]| Region { name: String::new(), accounts: accounts.to_vec(), load: 1.0 };
        let (a, b, c) = ([region(&[1, 2])], [region(&[3]), region(&[4, 5])], [region(&[6])]);
        let today = BTreeMap::from([(1, 20), (3, 20), (4, 20), (5, 20), (2, 99)]);
        // Owner 20 knows more of the second run; nobody knows the others.
        assert_eq!(give(&[&a, &b, &c], &[10, 20, 30], &today), [0, 1, 2]);
        assert_eq!(give(&[&b, &a, &c], &[10, 20, 30], &today), [1, 0, 2]);
    }
}
